# SPDX-License-Identifier: Apache-2.0
"""The event console's tables in Livestatus, answered by eventd."""
import os
import shutil
import signal
import socket
import subprocess
import time

import pytest

RULES = [
    {"id": "db", "when": {"host": "db.*"}, "state": "CRIT",
     "contact_groups": {"groups": ["dba"], "precedence": "rule"}},
    {"id": "rest", "when": {}, "state": "WARN"},
]
CONFIG = {
    "contact_groups": {"dba": {}, "web": {}},
    "contacts": {"ann": {"contact_groups": ["dba"]},
                 "bob": {"contact_groups": ["web"]}},
    "hosts": {"web1": {"check": "passive", "address": "127.0.0.1"}},
    "event_rules": RULES,
}


@pytest.fixture
def console(root):
    return root.create(
        settings={"fetcher": {"workers": 1},
                  "listen": {"syslog_udp": {"enabled": True}}},
        config=CONFIG, start=True)


def send(site, host, text):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.sendto(f"<13>Nov 22 03:00:00 {host} app[7]: {text}".encode(),
                 ("127.0.0.1", site.port(514)))


def fixed16(site, *lines):
    answer = site.ask("\n".join(lines) + "\nResponseHeader: fixed16\n\n")
    return int(answer[:3]), answer[16:].decode()


def ids(site, *lines):
    return [r[0] for r in site.query(
        "GET eventconsoleevents", "Columns: event_id", *lines)]


@pytest.mark.skipif(not shutil.which("logger"), reason="no logger")
def test_real_logger(console):
    subprocess.run(
        ["logger", "--rfc3164", "-n", "127.0.0.1", "-P",
         str(console.port(514)), "-d", "-t", "app", "from the logger"],
        check=True, timeout=10)
    row = console.wait_for(lambda: console.query(
        "GET eventconsoleevents",
        "Columns: event_text event_application event_state event_phase "
        "event_rule_id"), what="an event")[0]
    assert row == ["from the logger", "app", 1, "open", "rest"]


def test_tables(console):
    for host, text in (("web1", "one"), ("db1", "two"), ("other", "three")):
        send(console, host, text)
    console.wait_for(lambda: len(ids(console)) == 3, what="three events")
    rows = console.query(
        "GET eventconsoleevents", "Columns: event_host event_core_host "
        "host_name host_address event_pid event_count event_match_groups "
        "event_host_in_downtime", "Sort: event_id asc")
    assert rows == [["web1", "web1", "web1", "127.0.0.1", 7, 1, [], 0],
                    ["db1", "", "", "", 7, 1, [], 0],
                    ["other", "", "", "", 7, 1, [], 0]], rows
    assert console.query("GET eventconsoleevents", "Stats: event_state = 2",
                         "Stats: event_state = 1", "Stats: sum event_count"
                         ) == [[1, 2, 3]]
    first, second, third = ids(console, "Sort: event_id asc")
    assert ids(console, f"Filter: event_id > {first}",
               "Filter: event_host ~~ DB") == [second]
    # Who may see what.
    assert ids(console, "AuthUser: ann", "Sort: event_id asc") == [
        second, third]
    assert ids(console, "AuthUser: bob") == [third]
    assert ids(console, "AuthUser: nobody") == []
    # Read your writes.
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(str(console.path("tmp/run/live")))
        s.sendall(f"COMMAND [1] EC_UPDATE;{second};ann;1;looking;0800\n\n"
                  f"GET eventconsoleevents\nColumns: event_phase event_owner "
                  f"event_comment\nFilter: event_id = {second}\n\n".encode())
        s.shutdown(socket.SHUT_WR)
        answer = b""
        while block := s.recv(65536):
            answer += block
    assert answer == b"ack;ann;looking\n"
    now = int(time.time())
    assert console.query(
        "GET eventconsolehistory", "Columns: history_what history_who "
        "event_host", f"Filter: history_time >= {now - 3600}",
        f"Filter: event_id = {second}", "Limit: 5") == [
            ["UPDATE", "ann", "db1"], ["NEW", "", "db1"]]
    assert console.query("GET eventconsolehistory", "Columns: history_line",
                         f"Filter: history_time > {now + 3600}") == []
    assert sorted(console.query("GET eventconsolerules",
                                "Columns: rule_id rule_hits")) == [
        ["db", 1], ["rest", 2]]
    rows = console.query("GET eventconsolestatus")
    status = dict(zip(*rows))
    assert status["status_messages"] == 3
    assert status["status_num_open_events"] == 3
    assert isinstance(status["status_config_load_time"], int)
    assert isinstance(status["status_replication_success"], int)
    names = {r[1] for r in console.query(
        "GET columns", "Columns: table name type",
        "Filter: table = eventconsoleevents")}
    assert {"event_id", "event_core_host", "host_name"} <= names
    whole = ["GET eventconsolereplication", "Columns: value:file:0"]
    [[value]] = console.query(*whole)
    assert "next_event_id" in value and "'three'" in value, value
    assert console.query(*whole, "AuthUser: ann") == [[""]]


def test_silent_and_absent(console):
    send(console, "web1", "one")
    console.wait_for(lambda: ids(console), what="an event")
    pid = console.pids("eventd")[0]
    os.kill(pid, signal.SIGSTOP)
    try:
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(str(console.path("tmp/run/live")))
            s.sendall(b"GET eventconsoleevents\nColumns: event_id\n"
                      b"ResponseHeader: fixed16\n\n")
            # Nobody else waits meanwhile.
            assert console.query("GET hosts", "Columns: name") == [["web1"]]
            s.settimeout(30)
            answer = b""
            while block := s.recv(65536):
                answer += block
        assert answer.startswith(b"502 "), answer
        # The bus may notice it before the time is up.
        assert (b"the event console does not answer" in answer or
                b"the event console is not running" in answer), answer
    finally:
        os.kill(pid, signal.SIGCONT)
    console.wait_for(lambda: ids(console), what="the event again")
    # Gone and back.
    os.kill(pid, signal.SIGKILL)
    seen = []

    def is_back():
        code, text = fixed16(console, "GET eventconsoleevents",
                             "Columns: event_text")
        seen.append((code, text))
        return code == 200 and text == "one\n"
    console.wait_for(is_back, what="the event console is back")
    for code, text in seen:
        assert code == 200 or (code == 502 and (
            "the event console is not running" in text or
            "the event console does not answer" in text)), seen
