# SPDX-License-Identifier: Apache-2.0
"""Two sites, two event consoles: one follows the other, takes over when it is
killed, and hands back what it did."""
import json
import os
import signal
import socket

import pytest
from conftest import Root

RULES = [{"id": "odd", "when": {"text": "odd"}, "state": "WARN"},
         {"id": "all", "when": {"text": "event"}, "state": "syslog"}]


def settings(site, role, other, key, takeover="1h"):
    replication = {"role": role, "key": key, "takeover": takeover}
    if role == "slave":
        replication["connect"] = f"tcp://127.0.0.1:{other.port(6561)}"
    on = {"enabled": True}
    return site.settings({
        "fetcher": {"workers": 1}, "eventd": {"replication": replication},
        "listen": {"syslog_udp": on, "event_replication": on}})


@pytest.fixture(scope="module")
def sites():
    root = Root()
    try:
        master = root.create(config={"event_rules": RULES}, start=True)
        # Its own rules are those of nobody once it follows.
        slave = root.create(config={"event_rules": [{"id": "other"}]},
                            start=True)
        keys = [s.ok("event", "key").out.strip() for s in (master, slave)]
        settings(master, "master", slave, keys[1])
        settings(slave, "slave", master, keys[0])
        master.ok("activate")
        slave.ok("activate")
        yield master, slave, keys
        for one in root.sites:
            one.check_logs()
    finally:
        root.remove()


def state(site):
    return site.ok("event", "replication", "--json").json()


def events(site):
    rows = json.loads(site.events(
        "GET events", "Columns: event_id event_text event_phase "
        "event_comment event_rule_id", "OutputFormat: json", ""))
    return {row[1]: row for row in rows[1:]}


def send(text, *to):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        for site in to:
            s.sendto(f"<11>Mar  5 13:59:58 gw2 app: {text}".encode(),
                     ("127.0.0.1", site.port(514)))


def command(site, text):
    return site.events("COMMAND " + text, "").decode()


def history_of(site, event):
    return [row[0] for row in json.loads(site.events(
        "GET history", "Columns: history_what", f"Filter: event_id = {event}",
        "OutputFormat: json", ""))[1:]]


def test_takes_over_and_hands_back(sites):
    master, slave, keys = sites
    slave.wait_for(lambda: state(slave)["state"].startswith("follows")
                   and state(slave)["success"], what="the fallback follows")
    assert "follows" in state(master)["state"]
    assert state(master)["key"] == keys[0]
    send("event one", master, slave)
    send("event two", master, slave)
    slave.wait_for(lambda: len(events(slave)) == 2)
    # Answered there means known here.
    one, two = (events(master)[f"event {n}"][0] for n in ("one", "two"))
    assert command(master, f"UPDATE;{one};bob;1;seen;") == "None\n"
    assert events(slave)["event one"][2:] == ["ack", "seen", "all"]
    assert "follows its master" in command(slave, f"DELETE;{one};bob")
    slave.wait_for(lambda: state(slave)["held"] == 0)

    for pid in master.pids("eventd"):
        os.kill(pid, signal.SIGKILL)
    master.stop("eventd")
    send("event between", slave)
    settings(slave, "slave", master, keys[0], takeover="3s")
    slave.ok("activate")
    slave.wait_for(lambda: state(slave)["slavemode"] == "takeover",
                   what="the takeover")
    send("an odd event", slave)
    slave.wait_for(lambda: len(events(slave)) == 4)
    # By the master's rules, with ids that the master never gives.
    assert events(slave)["an odd event"][4] == "odd"
    assert events(slave)["event between"][0] > 10**12
    assert command(slave, f"DELETE;{two};bob") == "None\n"
    assert slave.query(
        "GET eventconsolestatus", "Columns: status_replication_slavemode "
        "status_replication_role status_replication_missing") == [
        ["takeover", "slave", 0]]
    # Told about the master's event in the master's name.
    assert command(slave, f"ACTION;{one};bob;@NOTIFY") == "None\n"
    slave.wait_for(lambda: f"ec-{master.name}-{one}-1" in slave.ok(
        "notify", "explain", "--last", "5", "--json").out, what="the notice")

    master.start("eventd")
    slave.wait_for(lambda: state(slave)["slavemode"] == "sync"
                   and state(slave)["success"], what="the return")
    want = {"event one", "event between", "an odd event"}
    assert set(events(master)) == want
    assert events(master)["event one"][2:4] == ["ack", "seen"]
    slave.wait_for(lambda: set(events(slave)) == want)
    history = json.loads(master.events(
        "GET history", "Columns: history_what history_who event_id",
        f"Filter: event_id = {two}", "OutputFormat: json", ""))[1:]
    assert history == [["DELETE", "bob", two], ["NEW", "", two]]
    send("event three", master, slave)
    slave.wait_for(lambda: "event three" in events(slave))
    assert events(slave)["event three"][0] < 10**12

    # What happens while the fallback is off is in its archive, too.
    slave.stop("eventd")
    three = events(master)["event three"][0]
    assert command(master, f"DELETE;{three};bob") == "None\n"
    slave.start("eventd")
    slave.wait_for(lambda: history_of(slave, three) == ["DELETE", "NEW"],
                   what="the line that was missed")
    assert history_of(slave, two) == ["DELETE", "NEW"]
    whole = json.loads(slave.events("REPLICATE 0", "OutputFormat: json", ""))
    assert {e["text"] for e in whole["status"]["events"]} == want
    assert whole["rules"]
    blob = slave.query("GET eventconsolereplication", "Columns: value:x:0")
    assert blob[0][0].startswith("{'status': {'next_event_id': 1")


def test_by_hand_and_in_words(sites):
    master, slave, keys = sites
    done = master.run("event", "switch", "takeover")
    assert done.code == 1 and "not a fallback" in done.err
    assert slave.run("event", "switch", "sync").code == 1
    slave.ok("event", "switch", "takeover")
    master.wait_for(lambda: "both work" in state(master)["state"])
    send("event four", slave)
    slave.wait_for(lambda: "event four" in events(slave))
    slave.ok("event", "switch", "sync")
    master.wait_for(lambda: "event four" in events(master))
    slave.wait_for(lambda: state(slave)["slavemode"] == "sync")
    # A key that the master does not know: in words, and no takeover.
    settings(master, "master", slave, keys[0])
    master.ok("activate")
    slave.wait_for(lambda: "does not know our key" in state(slave)["state"],
                   timeout=60, what="the refusal in words")
    wrong = settings(slave, "slave", master, "short")
    assert wrong.exists()
    done = slave.run("check-config")
    assert done.code != 0 and "vedette event key" in done.err + done.out
