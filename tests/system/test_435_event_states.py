# SPDX-License-Identifier: Apache-2.0
"""Events as the state of services without polling (EC-27), the actions of a
cancelling message, the ids of notices (EC-26)."""
import json
import os
import re
import signal
import socket
import subprocess

import pytest
from conftest import FakeSmtp, Root, reachable_build

RULES = [
    {"id": "link", "when": {"text": r"link (\S+) down", "host": "^gw2$"},
     "cancel": {"text": r"link (\S+) up",
                "actions": ["note", "tell", "@NOTIFY"]},
     "state": "CRIT", "actions": ["note", "tell", "@NOTIFY"]},
    {"id": "open_only", "when": {"text": r"fan (\S+) dead"},
     "cancel": {"text": r"fan (\S+) fine", "phases": "open",
                "actions": ["note"]}, "state": "CRIT"},
    {"id": "rest", "state": "syslog"},
]


def config(out):
    def shown(name, **what):
        return {"hosts": ["gw2"], "description": name,
                "active_checks": False, "notifications": False, **what}

    return {
        "hosts": {"gw2": {"address": "127.0.0.9", "check": "always_up"}},
        "contact_groups": {"team": {}},
        "contacts": {"ann": {"email": "ann@example.com",
                             "contact_groups": ["team"]}},
        "services": [
            shown("Events", check="check_mkevents"),
            shown("Door", check={"check_mkevents": {
                "application": "^door", "ignore_acknowledged": True}}),
            shown("Line", check={"command":
                                 "check_mkevents '$HOSTNAME$' 'if$$'"})],
        "notification_rules": [{"id": "all", "method": "mail",
                                "to": {"users": ["ann"]}}],
        "event_rules": RULES,
        "event_actions": {
            "note": {"kind": "script", "script":
                     'echo "$CMK_ID $CMK_STATE $CMK_PHASE $CMK_TEXT" '
                     f'>>{out}'},
            "tell": {"kind": "email", "to": "noc@example.com",
                     "subject": "$HOST$: $TEXT$", "body": "state $STATE$"}}}


@pytest.fixture(scope="module")
def smtp():
    server = FakeSmtp()
    yield server
    server.close()


@pytest.fixture(scope="module")
def site(smtp):
    root = Root()
    try:
        site = root.create(settings={
            "fetcher": {"workers": 1},
            "notifications": {"smtp": {"host": "127.0.0.1",
                                       "port": smtp.port}},
            "listen": {"syslog_udp": {"enabled": True}}})
        site.config(config(site.path("var", "noted")))
        site.activate()
        site.start()
        yield site
        site.check_logs()
    finally:
        root.remove()


def hear(site, text, host="gw2", app="ifd", pri=27):
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(str(site.path("tmp/run/eventd/eventsocket")))
        s.sendall(f"<{pri}>Nov 22 03:00:00 {host} {app}: {text}\n".encode())


def rows(site, table, columns, *filters):
    return json.loads(site.events(f"GET {table}", f"Columns: {columns}",
                                  *filters, "OutputFormat: json", ""))[1:]


def output(site, service, text):
    site.wait_for_service(
        "gw2", service, check=lambda row: row["plugin_output"] == text)


def plugin(site, *args):
    done = subprocess.run(
        [str(reachable_build() / "lib/nagios/plugins/check_mkevents"), "-s",
         str(site.path("tmp/run/eventd/status")), *args],
        capture_output=True, text=True, timeout=20, check=False)
    return done.returncode, done.stdout.rstrip("\n")


def event_id(site, text):
    return site.wait_for(lambda: rows(
        site, "events", "event_id", f"Filter: event_text = {text}"),
        what=text)[0][0]


def test_a_service_follows_the_events(site):
    names = "gw2/127.0.0.9"
    output(site, "Events", f"OK - no events for {names}")
    output(site, "Door", f"OK - no events for ^door on {names}")
    output(site, "Line", "OK - no events for if$ on gw2")
    hear(site, "open | too long", app="doors", pri=28)
    hear(site, "noise", host="GW2", app="if", pri=30)
    output(site, "Door", "WARN - 1 events (1 unacknowledged), worst state is "
           "WARN (Last line: open   too long)")
    output(site, "Line", "OK - 1 events (1 unacknowledged), worst state is OK "
           "(Last line: noise)")
    hear(site, "burning", host="127.0.0.9")
    both = ("CRIT - 3 events (3 unacknowledged), worst state is CRIT (Last "
            "line: burning)")
    output(site, "Events", both)
    assert plugin(site, names) == (2, both)
    number = event_id(site, "open | too long")
    site.events(f"COMMAND UPDATE;{number};ann;1;seen;", "")
    output(site, "Door", "OK - 1 events, worst state is OK")
    assert plugin(site, "-a", names, "^door") == (
        0, "OK - 1 events, worst state is OK")
    site.events("COMMAND DELETE_EVENTS_OF_HOST;127.0.0.9;ann", "")
    output(site, "Events", "WARN - 2 events (1 unacknowledged), worst state "
           "is WARN (Last line: open   too long)")
    told, watched = rows(site, "status", "status_service_states_told "
                         "status_services_watched")[0]
    assert told >= 6 and watched == 3


def test_a_killed_daemon_and_a_lost_state(site):
    """What core has instead of the events' state does not stay."""
    hear(site, "before", app="if", pri=26)
    text = ("CRIT - 2 events (2 unacknowledged), worst state is CRIT (Last "
            "line: before)")
    output(site, "Line", text)
    for pid in site.pids("eventd"):
        os.kill(pid, signal.SIGKILL)
    site.wait_for(lambda: site.events("GET status", ""), what="eventd")
    site.command("PROCESS_SERVICE_CHECK_RESULT;gw2;Line;0;all is well")
    output(site, "Line", text)
    for pid in site.pids("core"):
        os.kill(pid, signal.SIGKILL)
    hear(site, "after", app="if", pri=27)
    output(site, "Line", "CRIT - 3 events (3 unacknowledged), worst state is "
           "CRIT (Last line: after)")


def test_the_actions_of_a_cancelling_message(site, smtp):
    noted = site.path("var", "noted")

    def lines():
        return noted.read_text().splitlines() if noted.exists() else []

    hear(site, "link 7 down")
    number = event_id(site, "link 7 down")
    site.wait_for(lambda: len(lines()) == 1, what="the script")
    hear(site, "link 8 up")
    hear(site, "link 7 up")
    site.wait_for(lambda: len(lines()) == 2, what="the script")
    assert lines() == [f"{number} 2 open link 7 down",
                       f"{number} 0 closed link 7 up"]
    site.wait_for(lambda: len(smtp.mails) == 4, what="the mails")
    to_noc = [text for _, to, text in smtp.mails if "noc@example.com" in to]
    assert len(to_noc) == 2
    assert any("gw2: link 7 down" in text for text in to_noc)
    assert any("gw2: link 7 up" in text for text in to_noc)
    history = rows(site, "history", "history_what history_addinfo",
                   f"Filter: event_id = {number}")
    assert sorted(what for what, _ in history) == [
        "CANCELLED", "EMAIL", "EMAIL", "NEW", "SCRIPT", "SCRIPT"]
    assert ["SCRIPT", "note"] in history
    last = site.ok("notify", "explain", "--last", "10", "--json").json()
    ids = {one["what"]: one["id"] for one in last}
    assert set(ids) == {"PROBLEM", "RECOVERY"}
    assert all(re.fullmatch(rf"ec-{site.name}-{number}-\d", i)
               for i in ids.values()), ids
    assert len({one["id"] for one in last}) == len(last)


def test_cancel_phases(site):
    """EC-19: an acknowledged event is cancelled, its cancel actions do not
    run; those of an open one do."""
    noted = site.path("var", "noted")
    before = len(noted.read_text().splitlines())
    hear(site, "fan 1 dead")
    hear(site, "fan 2 dead")
    acked, open_one = (event_id(site, f"fan {i} dead") for i in (1, 2))
    site.events(f"COMMAND UPDATE;{acked};ann;1;;", "")
    hear(site, "fan 1 fine")
    site.wait_for(lambda: rows(site, "history", "event_id",
                               f"Filter: event_id = {acked}",
                               "Filter: history_what = CANCELLED"),
                  what="the end of the first")
    hear(site, "fan 2 fine")
    site.wait_for(lambda: len(noted.read_text().splitlines()) > before,
                  what="the action")
    assert noted.read_text().splitlines()[before:] == [
        f"{open_one} 0 closed fan 2 fine"]


def test_nobody_is_told_while_notifications_are_off(site):
    def switched(on):
        return lambda: rows(site, "status",
                            "status_notifications_on") == [[on]]

    site.surely("DISABLE_NOTIFICATIONS", switched(0))
    hear(site, "link 9 down")
    silent = event_id(site, "link 9 down")
    site.surely("ENABLE_NOTIFICATIONS", switched(1))
    hear(site, "link 10 down")
    told = event_id(site, "link 10 down")

    def ids():
        last = site.ok("notify", "explain", "--last", "5", "--json").json()
        return [one["id"] for one in last if one["what"] == "PROBLEM"]
    site.wait_for(lambda: any(f"-{told}-" in i for i in ids()),
                  what="the notice")
    # The mail to the NOC goes past the rules and is told of in both.
    mails = rows(site, "history", "event_id", "Filter: history_what = EMAIL",
                 f"Filter: event_id in {silent} {told}")
    assert sorted(mails) == [[silent], [told]]
    assert f"ec-{site.name}-{told}-2" in ids()
    assert f"ec-{site.name}-{silent}-2" not in ids()
