# SPDX-License-Identifier: Apache-2.0
"""One host in a storm: bounded, exact, and through a SIGKILL. The full size is
tests/bench/run BUILD syslog."""
import json
import os
import signal
import socket
import threading

import pytest
from conftest import Root

RULES = [{"id": "quiet", "when": {"host": "quiet"}},
         {"id": "merged", "when": {"text": "merged"},
          "count": {"count": 1000, "period": "1h"}},
         {"id": "flood", "when": {"text": "number (\\d+)"},
          "count": {"count": 2, "period": "1h"}}]
COUNT = 20000


@pytest.fixture(scope="module")
def site():
    root = Root()
    try:
        on = {"enabled": True}
        yield root.create(settings={"fetcher": {"workers": 1}, "listen": {
            "syslog_udp": on, "syslog_tcp": on}},
            config={"event_rules": RULES}, start=True)
        for one in root.sites:
            one.check_logs()
    finally:
        root.remove()


def rows(site, table, columns, *filters):
    return json.loads(site.events(f"GET {table}", f"Columns: {columns}",
                                  *filters, "OutputFormat: json", ""))[1:]


def value(site, column):
    return rows(site, "status", f"status_{column}")[0][0]


def overflows(site):
    return rows(site, "events", "event_id", "Filter: event_text ~ The limit")


def storm(site, texts):
    with socket.create_connection(("127.0.0.1", site.port(514))) as s:
        try:
            s.sendall(b"".join(b"<11>Mar  5 13:59:58 loud app: %s\n"
                               % t.encode() for t in texts))
        except OSError:
            pass    # killed meanwhile


def test_a_storm_is_one_overflow_event_and_exact_counts(site):
    storm(site, (f"number {i}" for i in range(COUNT)))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("127.0.0.2", 0))
        s.sendto(b"<11>Mar  5 13:59:58 quiet app: one",
                 ("127.0.0.1", site.port(514)))
    site.wait_for(lambda: rows(site, "events", "event_text",
                               "Filter: event_host = quiet") == [["one"]],
                  what="the quiet host's event")
    site.wait_for(lambda: value(site, "messages") == COUNT + 1,
                  what="all messages")
    assert value(site, "overflows") == COUNT - 1000
    assert len(overflows(site)) == 1
    storm(site, ["merged"] * COUNT)
    site.wait_for(lambda: value(site, "messages") == 2 * COUNT + 1,
                  what="all messages")
    # The host is at its limit, so that nothing new of it opens.
    assert value(site, "overflows") == 2 * COUNT - 1000
    assert len(overflows(site)) == 1


def test_killed_in_a_storm(site):
    assert site.events("COMMAND DELETE_EVENTS_OF_HOST;loud;ann",
                       "").strip() == b"None"
    thread = threading.Thread(target=storm, args=(
        site, [f"number {i}" for i in range(COUNT)]))
    thread.start()
    seen = {}
    site.wait_for(lambda: value(site, "events") > 1500, what="a storm")
    for event, text in rows(site, "events", "event_id event_text"):
        seen[event] = text
    first = min(e for e, t in seen.items() if t.startswith("number"))
    assert site.events(f"COMMAND UPDATE;{first};ann;;a word;",
                       "").strip() == b"None"
    old = site.pids("eventd")[0]
    os.kill(old, signal.SIGKILL)
    thread.join()
    site.wait_for(lambda: site.pids("eventd") not in ([], [old])
                  and value(site, "messages") >= 0, what="eventd")
    now = {e: (t, c) for e, t, c in rows(
        site, "events", "event_id event_text event_comment")}
    for event, text in seen.items():
        assert now[event][0] == text, (event, text)
    assert now[first][1] == "a word"
    storm(site, [f"number {i}" for i in range(COUNT, COUNT + 2000)])
    site.wait_for(lambda: value(site, "messages") >= 2000, what="messages")
    assert len(overflows(site)) == 1, overflows(site)
    live = rows(site, "events", "event_id event_text event_host")
    assert len({e for e, _, _ in live}) == len(live)
    for event, text, _ in live:
        assert seen.get(event, text) == text
    assert sum(h == "loud" for _, _, h in live) == 1001
