# SPDX-License-Identifier: Apache-2.0
"""Messages become events: logger and raw sockets in, status socket out."""
import json
import os
import shutil
import signal
import socket
import subprocess
import time

import pytest

RULES = [
    {"id": "noise", "when": {"text": "heartbeat"}, "outcome": "drop"},
    {"id": "disk", "when": {"text": "disk (\\w+) failed",
                            "application": "kernel"},
     "state": "CRIT", "set": {"text": "disk \\1 is broken"}},
    {"id": "auth", "when": {"facility": "authpriv",
                            "priority": ["emerg", "warning"]},
     "state": "WARN"},
    {"id": "db", "when": {"host": "db.*"}, "state": "syslog"},
]


@pytest.fixture
def console(root):
    site = root.create(
        settings={"fetcher": {"workers": 1},
                  "listen": {"syslog_udp": {"enabled": True},
                             "syslog_tcp": {"enabled": True}}},
        config={"event_rules": RULES}, start=True)
    return site


def events(site, columns="event_text event_host event_state event_application "
           "event_rule_id", *filters):
    answer = site.events("GET events", f"Columns: {columns}", *filters,
                         "OutputFormat: json", "")
    rows = json.loads(answer)
    return rows[1:]


def by_udp(site, message):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.sendto(message, ("127.0.0.1", site.port(514)))


def test_udp_rfc3164(console):
    by_udp(console, b"<2>Nov 22 03:00:00 srv1 kernel: disk sda failed")
    row = console.wait_for(lambda: events(console), what="an event")[0]
    assert row == ["disk sda is broken", "srv1", 2, "kernel", "disk"]


def test_udp_rfc5424(console):
    by_udp(console, b"<2>1 2026-11-22T03:00:00Z srv1 kernel 12 ID47 "
           b"[x@1 a=\"b\"] disk sdb failed")
    row = console.wait_for(lambda: events(console), what="an event")[0]
    assert row[:2] == ["disk sdb is broken", "srv1"]


def test_dropped_and_unmatched(console):
    by_udp(console, b"<13>Nov 22 03:00:00 srv1 app: heartbeat of disk")
    by_udp(console, b"<13>Nov 22 03:00:00 srv1 app: nothing special")
    by_udp(console, b"<13>Nov 22 03:00:00 db1 app: last one")
    row = console.wait_for(lambda: events(console), what="an event")
    assert [r[0] for r in row] == ["last one"]


def test_tcp_both_framings(console):
    with socket.create_connection(("127.0.0.1", console.port(514))) as s:
        one = b"<13>Nov 22 03:00:00 db1 app: counted"
        s.sendall(str(len(one)).encode() + b" " + one)
        s.sendall(b"<13>Nov 22 03:00:01 db2 app: by line\n")
        console.wait_for(lambda: len(events(console)) == 2, what="two events")
    assert sorted(r[0] for r in events(console)) == ["by line", "counted"]


@pytest.mark.skipif(not shutil.which("logger"), reason="no logger")
@pytest.mark.parametrize("how", ["udp", "tcp", "socket"])
def test_real_logger(console, how):
    to = {"udp": ["-n", "127.0.0.1", "-P", str(console.port(514)), "-d"],
          "tcp": ["-n", "127.0.0.1", "-P", str(console.port(514)), "-T"],
          "socket": ["-u", str(console.path("tmp/run/eventd/eventsocket"))]}
    subprocess.run(["logger", "-p", "authpriv.err", "-t", "sshd", *to[how],
                    "Failed password for root"], check=True, timeout=10)
    row = console.wait_for(lambda: events(console), what="an event")[0]
    assert "Failed password" in row[0] and row[2] == 1
    assert row[3] == "sshd" and row[4] == "auth", row


def test_commands(console):
    by_udp(console, b"<13>Nov 22 03:00:00 db1 app: one")
    event = console.wait_for(lambda: events(console, "event_id"),
                             what="an event")[0][0]
    answer = console.events(f"COMMAND UPDATE;{event};ann;1;looking;0800", "")
    assert answer.strip() == b"None", answer
    assert events(console, "event_phase event_comment event_owner") == [
        ["ack", "looking", "ann"]]
    assert console.events(f"COMMAND CHANGESTATE;{event};ann;2",
                          "").strip() == b"None"
    assert events(console, "event_state") == [[2]]
    assert console.events(f"COMMAND DELETE;{event};ann", "").strip() == b"None"
    assert events(console) == []
    history = json.loads(console.events(
        "GET history", "Columns: history_what history_who event_id",
        "OutputFormat: json", ""))[1:]
    assert ["DELETE", "ann", event] in history, history
    assert console.events("COMMAND DELETE;4711;ann", "").startswith(b"ERROR")
    assert console.events("COMMAND NOPE", "").startswith(b"ERROR")


def test_nothing_shown_is_lost(console):
    """Killed while messages come in: ids are never used twice."""
    seen = {}
    for i in range(10):
        by_udp(console, f"<13>Nov 22 03:00:00 db1 app{i}: message {i}"
               .encode())
        console.wait_for(lambda: any(r[1] == f"message {i}" for r in events(
            console, "event_id event_text")), what=f"message {i}")
        # An answered command makes everything before it durable.
        assert console.events("COMMAND SYNC", "").strip() == b"None"
        for event, text in events(console, "event_id event_text"):
            assert seen.setdefault(event, text) == text
        old = console.pids("eventd")[0]
        os.kill(old, signal.SIGKILL)
        console.wait_for(lambda: console.pids("eventd") not in ([], [old])
                         and events(console, "event_id") is not None,
                         what="eventd is back")
        now = dict(map(tuple, events(console, "event_id event_text")))
        for event, text in seen.items():
            assert now.get(event) == text
    assert len(seen) == 10


def test_status_counts(console):
    by_udp(console, b"<13>Nov 22 03:00:00 db1 app: x")
    console.wait_for(lambda: events(console), what="an event")
    rows = json.loads(console.events("GET status", "OutputFormat: json", ""))
    status = dict(zip(rows[0], rows[1]))
    assert status["status_messages"] >= 1, status
    assert status["status_messages_unparsed"] == 0


def test_flood_is_bounded(console):
    """A line without an end, and many half-open connections."""
    with socket.create_connection(("127.0.0.1", console.port(514))) as s:
        block = b"x" * 65536
        try:
            for _ in range(160):
                s.sendall(block)
        except OSError:
            pass
    idle = [socket.create_connection(("127.0.0.1", console.port(514)))
            for _ in range(50)]
    by_udp(console, b"<13>Nov 22 03:00:00 db1 app: still here")
    console.wait_for(lambda: any(r[0] == "still here"
                                 for r in events(console)), what="the event")
    with open(f"/proc/{console.pids('eventd')[0]}/status") as f:
        rss = next(int(line.split()[1]) for line in f
                   if line.startswith("VmRSS"))
    assert rss < 600_000
    for s in idle:
        s.close()
    time.sleep(0)


def test_port_in_use_says_what_to_do(root):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
        site = root.create(settings={"listen": {"syslog_udp": {
            "enabled": True, "port": port}}})
        done = site.run("start", timeout=120)
        assert done.code != 0
        text = done.err + done.out
        assert str(port) in text and "syslog_udp" in text, text
        site.stop()


def test_the_scan_is_made_and_kept(console):
    site = console
    site.wait_for(lambda: "scanned in one pass" in site.log("eventd"),
                  what="the scan")
    kept = site.path("var/vedette/eventd/patterns")
    assert kept.stat().st_size > 1000
    kept.write_bytes(kept.read_bytes()[:-1])  # a damaged one is made anew
    site.stop("eventd")
    site.start("eventd")
    site.wait_for(lambda: site.log("eventd").count("scanned in one pass") == 2,
                  what="the scan after the start")
    port = site.port(514)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.sendto(b"<2>Mar  5 13:59:58 db1 kernel: disk sda failed",
                 ("127.0.0.1", port))
    assert site.wait_for(lambda: events(site), what="the event")[0][0] == \
        "disk sda is broken"
