# SPDX-License-Identifier: Apache-2.0
"""Spool folder, sources, rates, the message archive, IPv6, forwarding."""
import json
import os
import socket

import pytest
from conftest import Root

RULES = [{"id": "all", "state": "syslog", "limit": {"limit": 100000}}]


@pytest.fixture(scope="module")
def site():
    root = Root()
    try:
        yield start(root)
        for one in root.sites:
            one.check_logs()
    finally:
        root.remove()


def start(root):
    return root.create(
        settings={"fetcher": {"workers": 1},
                  "eventd": {"log_messages": True,
                             "rate_limit": {"messages": 50,
                                            "interval": "1h"}},
                  "listen": {"syslog_udp": {"enabled": True,
                                            "allow": ["127.0.0.1", "::1"]},
                             "syslog_tcp": {"enabled": True,
                                            "allow": ["127.0.0.1"]},
                             "traps": {"enabled": True,
                                       "allow": ["127.0.0.1"]}}},
        config={"event_rules": RULES}, start=True)


def rows(site, table, columns, *filters):
    return json.loads(site.events(f"GET {table}", f"Columns: {columns}",
                                  *filters, "OutputFormat: json", ""))[1:]


def texts(site, host):
    return [row[0] for row in rows(site, "events", "event_text",
                                   f"Filter: event_host = {host}")]


def status(site, column):
    return rows(site, "status", column)[0][0]


def by_udp(site, message, source="127.0.0.1", family=socket.AF_INET):
    with socket.socket(family, socket.SOCK_DGRAM) as s:
        s.bind((source, 0))
        s.sendto(message, ("::1" if family == socket.AF_INET6
                           else "127.0.0.1", site.port(514)))


def test_a_file_of_the_spool_is_messages(site):
    folder = site.path("var/vedette/eventd/spool")
    path = folder / ".new"
    path.write_text("<11>Mar  5 13:59:58 spooled a: one\n"
                    "<11>Mar  5 13:59:59 spooled a: two")
    os.chown(path, folder.stat().st_uid, folder.stat().st_gid)
    os.rename(path, folder / "new")
    site.wait_for(lambda: texts(site, "spooled") == ["one", "two"],
                  what="two events")
    site.wait_for(lambda: not (folder / "new").exists(), what="its end")
    assert status(site, "status_messages_spool") == 2


def test_who_is_not_allowed_is_counted(site):
    by_udp(site, b"<11>Mar  5 13:59:58 six a: by IPv6", "::1",
           socket.AF_INET6)
    site.wait_for(lambda: texts(site, "six") == ["by IPv6"], what="an event")
    by_udp(site, b"<11>Mar  5 13:59:58 evil a: no", "127.0.0.66")
    with socket.create_connection(("127.0.0.1", site.port(514)), timeout=20,
                                  source_address=("127.0.0.67", 0)) as s:
        assert s.recv(10) == b""
    site.wait_for(lambda: status(site, "status_not_allowed") == 2,
                  what="the counter")
    assert texts(site, "evil") == []
    sources = {r[0]: r[1:] for r in rows(
        site, "sources", "source_address source_messages source_refused")}
    assert sources["127.0.0.66"] == [0, 1] and sources["::1"][0] == 1


def test_a_source_above_its_rate_is_one_event(site):
    with socket.create_connection(("127.0.0.1", site.port(514)),
                                  timeout=20) as s:
        for i in range(120):
            s.sendall(b"<11>Mar  5 13:59:58 loud a: %d\n" % i)
    site.wait_for(lambda: status(site, "status_rate_drops") == 70,
                  what="the rest is dropped")
    assert texts(site, "loud") == [str(i) for i in range(50)]
    told = site.wait_for(lambda: texts(site, "127.0.0.1"), what="the event")
    assert len(told) == 1 and "70 were dropped" in told[0], told


def test_every_message_is_in_the_archive_of_messages(site):
    def lines():
        return "".join(p.read_text() for p in site.path(
            "var/vedette/eventd/messages").glob("*.log"))
    site.wait_for(lambda: "Mar  5 13:59:59 spooled a: two\n" in lines(),
                  what="the line")


def test_the_archive_is_searched_by_words(site):
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(str(site.path("tmp/run/eventd/eventsocket")))
        s.sendall(b"<11>Mar  5 13:59:58 found a: port 7 (east) lost\n")
    site.wait_for(lambda: texts(site, "found"), what="an event")
    done = site.ok("event", "search", "LOST", "(east", "--since", "1h")
    assert done.out.count("\n") == 1 and "found a: port 7" in done.out, done
    done = site.ok("event", "search", "port", "--host", "nobody")
    assert done.out == ""
    done = site.ok("event", "search", "7 (e", "--json")
    assert json.loads(done.out)["event_host"] == "found"
    # Written out, the oldest first, in the order of the columns.
    lines = [line.split("\t") for line in site.ok(
        "event", "export", "--host", "found").out.splitlines()]
    assert [len(line) for line in lines] == [29]
    assert lines[0][1:4] == ["NEW", "", ""] and lines[0][11] == "found"
    assert lines[0][6] == "port 7 (east) lost" and lines[0][22] == "\x02"
    every = [float(line.split("\t")[0]) for line in site.ok(
        "event", "export", "--since", "1h").out.splitlines()]
    assert len(every) > 50 and every == sorted(every)
    answer = site.query("GET eventconsolehistory\nColumns: event_host\n"
                        "Filter: event_text ~~ east\n")
    assert answer == [["found"]], answer
    files = [p.name for p in site.path("var/vedette/eventd/history").glob(
        "????-??-??.sqlite")]
    assert len(files) in (1, 2), files
