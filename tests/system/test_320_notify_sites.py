# SPDX-License-Identifier: Apache-2.0
"""Notifications from one site to another, over a line that is cut."""
import pytest
from test_300_notify import CONFIG

SCRIPT = """#!/bin/sh
# Note
echo "$NOTIFY_OMD_SITE $NOTIFY_HOSTNAME/$NOTIFY_SERVICEDESC \
$NOTIFY_SERVICESTATE $NOTIFY_SERVICEOUTPUT $NOTIFY_DELIVERY_ID" >>got
echo "noted $NOTIFY_SERVICEOUTPUT"
"""
QUICK = {"heartbeat": "1s", "timeout": "500ms", "cooldown": "500ms"}


def peer(site, name):
    return next(p for p in site.ok("notify", "status", "--json").json()
                ["peers"] if p["name"] == name)


@pytest.fixture
def pair(root, line):
    """A central site here, a remote one behind the line, which forwards."""
    central = root.create(config={
        "contacts": {"carl": {"email": "carl@example.com"}},
        "notification_rules": [
            {"id": "all", "method": "note", "to": {"users": ["carl"]}}]},
        settings={"fetcher": {"workers": 1}})
    central.write("local/share/vedette/notifications/note", SCRIPT, 0o755)
    remote = root.create(config=CONFIG, settings={"fetcher": {"workers": 1}})
    central.start()
    root.run("start", remote.name, check=True, before=line.inside)
    keys = [s.ok("notify", "key").out.strip() for s in (central, remote)]
    assert len(keys[0]) == 40 and keys[0] != keys[1]
    remote.wait_for(lambda: remote.service("web01", "HTTP"), what="HTTP")
    return central, remote, keys


def connect(pair, line, remote_opens):
    central, remote, keys = pair
    here = {"key": keys[1], **QUICK}
    there = {"key": keys[0], **QUICK}
    if remote_opens:
        there["connect"] = f"tcp://{line.ours}:{central.port(6555)}"
    else:
        here["connect"] = f"tcp://{line.theirs}:{remote.port(6555)}"
    for site, address, notifications in (
            (central, line.ours, {"peers": {"branch": here}}),
            (remote, line.theirs, {"peers": {"central": there},
                                   "mode": "forward",
                                   "forward_to": ["central"]})):
        site.settings({"fetcher": {"workers": 1},
                       "listen": {"notify": {"address": [address]}},
                       "notifications": notifications})
        site.activate()
    remote.wait_for(lambda: peer(remote, "central")["state"] == "established",
                    what="the connection")


def got(central):
    path = central.path("got")
    return [line.rsplit(" ", 1) for line in
            path.read_text().splitlines()] if path.exists() else []


def result(site, state, text):
    site.command(f"PROCESS_SERVICE_CHECK_RESULT;web01;HTTP;{state};{text}")


def test_over_a_cut_line(pair, line):
    central, remote, _ = pair
    connect(pair, line, remote_opens=True)
    result(remote, 2, "one")
    central.wait_for(lambda: got(central), what="the first")
    # the results are seen where the problem is
    want = "RESULT: carl;web01;HTTP;OK;note;noted one;noted one"
    remote.wait_for(lambda: want in "\n".join(remote.history()), what="the result")
    assert ("NOTIFICATION PROGRESS: check-mk-notify;web01;HTTP;OK;forward;"
            "taken by central") in "\n".join(remote.history())
    assert peer(central, "branch")["received"] == 1

    line.cut()
    remote.wait_for(lambda: peer(remote, "central")["state"] != "established",
                    what="the loss")
    for state, text in ((1, "two"), (2, "three"), (0, "four")):
        result(remote, state, text)
    remote.wait_for(lambda: remote.ok("notify", "status", "--json").json()
                    ["counters"]["forwards_waiting"] == 3, what="three wait")
    status = peer(remote, "central")
    assert status["reason"] and status["type"] == "outgoing", status
    assert "central" in remote.ok("notify", "status").out
    central.wait_for(lambda: peer(central, "branch")["state"] == "cooldown",
                     what="the loss at the centre")
    assert len(got(central)) == 1
    waits = remote.ok("notify", "list", "--json").json()[0]["forward"]
    assert waits["state"] == "waits", waits

    # the same by Livestatus
    remote.wait_for(lambda: remote.query(
        "GET status", "Columns: num_queued_notifications") == [[3]],
        what="the queue in Livestatus")
    (counters,), = remote.query("GET status", "Columns: counters")
    assert counters["notifyd_peer_central_established"] == 0
    assert counters["notifyd_forwards_waiting"] == 3

    line.heal()
    central.wait_for(lambda: len(got(central)) >= 4, 40, "what waited")
    assert [text for text, _ in got(central)] == [
        f"{remote.name} web01/HTTP {state} {text}" for state, text in (
            ("CRITICAL", "one"), ("WARNING", "two"), ("CRITICAL", "three"),
            ("OK", "four"))]
    remote.wait_for(lambda: "noted four" in "\n".join(remote.history()),
                    what="the last result")

    # the other way round: the centre opens the connection
    connect(pair, line, remote_opens=False)
    assert peer(remote, "central")["type"] == "incoming"
    result(remote, 2, "five")
    central.wait_for(lambda: len(got(central)) >= 5, what="the fifth")
    ids = [id for _, id in got(central)]
    assert len(set(ids)) == 5, ids
