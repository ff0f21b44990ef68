# SPDX-License-Identifier: Apache-2.0
"""The history of a live site: found by its index, replayed to the state that is
shown, summed up as availability, and found again when the index is damaged."""
import json
import os
import signal
import time

CONFIG = {
    "hosts": {"h": {"check": "passive", "max_check_attempts": 1}},
    "services": [{"hosts": ["h"], "description": d, "check": "passive",
                  "max_check_attempts": 1} for d in ("one", "two")],
    "aggregations": {"both": {"nodes": [{"host": "h", "service": "~.*"}]}},
}


def result(site, service, code):
    now = int(time.time())
    site.surely(
        f"PROCESS_SERVICE_CHECK_RESULT;h;{service};{code};text of {code}",
        lambda: site.service("h", service, "state")["state"] == code)
    return now


def statehist(site, since, *lines):
    return site.query("GET statehist", "Columns: host_name "
                      "service_description from until state duration",
                      f"Filter: time >= {since}", *lines)


def test_history(started):
    site = started
    site.config(CONFIG)
    site.activate()
    begin = int(time.time()) - 5
    for code in (0, 2, 1):
        result(site, "one", code)
        result(site, "two", code)
        time.sleep(1.1)  # spans of the history last whole seconds
    # The log by host and class, newest first.
    site.wait_for(lambda: len(site.query(
        "GET log", "Columns: time", "Filter: class = 1",
        "Filter: host_name = h", "Filter: service_description = one")) >= 2)
    rows = site.query("GET log", "Columns: time type state state_info",
                      "Filter: class = 1", "Filter: host_name = h",
                      "Filter: service_description = one")
    assert [r[1:] for r in rows[:2]] == [
        ["SERVICE ALERT", 1, "HARD (WARNING)"],
        ["SERVICE ALERT", 2, "HARD (CRITICAL)"]]
    # The durations of each object add up; the last state is the live one.
    until = int(time.time())
    sums, last = {}, {}
    for host, service, _, end, state, duration in statehist(
            site, begin, f"Filter: time < {until}"):
        key = (host, service)
        sums[key] = sums.get(key, 0) + duration
        if end == until:
            last[key] = state
    assert sums and set(sums.values()) == {until - begin}
    assert last[("h", "one")] == 1 and last[("h", "two")] == 1
    # Aggregations follow.
    assert site.query("GET aggregations", "Columns: name state") == \
        [["both", 1]]
    # The verb, for programs and for people.
    report = json.loads(site.ok("availability", "h", "one", "--from",
                                str(begin), "--to", str(until),
                                "--json").out)
    assert report[0]["window"] == until - begin
    assert sum(report[0]["seconds"].values()) == until - begin
    assert report[0]["seconds"]["crit"] >= 1
    text = site.ok("availability", "h", "--from", "1h").out
    assert "one" in text and "total" in text
    assert site.run("availability", "h", "--from", "soon").code != 0
    assert site.run("availability", "nobody").code != 0


def asked(site, question):
    try:
        return site.query(*question)
    except (OSError, AssertionError):
        return None  # between two lives


def test_index_comes_back(started):
    site = started
    site.config(CONFIG)
    site.activate()
    folder = site.path("var/history")
    # A day of long ago, written by somebody else.
    with open(os.path.join(folder, "2020-01-01.log"), "w") as f:
        for i in range(3000):
            f.write(f"[{1577880000 + i}] SERVICE ALERT: h;one;"
                    f"CRITICAL;HARD;1;number {i}\n")
    os.chmod(os.path.join(folder, "2020-01-01.log"), 0o644)
    question = ("GET log", "Columns: time plugin_output",
                "Filter: host_name = h", "Filter: time >= 1577880100",
                "Filter: time < 1577880103")
    expected = [[1577880102, "number 102"], [1577880101, "number 101"],
                [1577880100, "number 100"]]
    site.wait_for(lambda: site.query(*question) == expected)
    index = os.path.join(folder, "2020-01-01.idx")
    site.wait_for(lambda: os.path.exists(index))
    good = open(index, "rb").read()
    for damage in (b"nonsense", b"", good[:-5]):
        (before,) = site.pids("livestatusd")
        with open(index, "wb") as f:
            f.write(damage)
        os.kill(before, signal.SIGKILL)
        site.wait_for(lambda: site.pids("livestatusd") not in
                      ([], [before]))
        site.wait_for(lambda: asked(site, question) == expected)
        # What is right stands on the disk again.
        site.wait_for(lambda: open(index, "rb").read() == good)
    # Gone with its time.
    os.unlink(os.path.join(folder, "2020-01-01.log"))
    site.wait_for(lambda: site.query(*question) == [])
