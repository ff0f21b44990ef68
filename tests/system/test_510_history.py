# SPDX-License-Identifier: Apache-2.0
"""The history of a live site: found by its index, replayed to the state that is
shown, summed up as availability, and found again when the index is damaged."""
import json
import os
import random
import signal
import subprocess
import time

from conftest import VEDETTE

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


def test_follow(started):
    site = started
    site.config(CONFIG)
    site.activate()
    with subprocess.Popen(
            [VEDETTE, "-s", site.name, "query", "--follow", "--lines", "2",
             "Filter: class = 1", "Filter: service_description = two"],
            stdout=subprocess.PIPE, text=True,
            env={**os.environ, "VEDETTE_ROOT": str(site.top.path)}) as p:
        site.wait_for(lambda: site.query(
            "GET status", "Columns: livestatus_active_connections")[0][0] > 1)
        for code in (2, 1):
            result(site, "one", code)
            result(site, "two", code)
        lines = p.stdout.read().splitlines()
        assert p.wait() == 0
    assert [line.split("] ", 1)[1].split(";")[1:3] for line in lines] == \
        [["two", "CRITICAL"], ["two", "WARNING"]]
    assert site.run("query", "--follow", "Columns: time").code == 1


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


def timeline(rng):
    """Three hours of anything, on two hosts with two services each."""
    at, items = 0, []
    while at < 10000:
        at += rng.choice([0, 1, 7, 60, 300])
        host, service = rng.choice("ab"), rng.choice([None, "x", "y"])
        kind, key = ("SVC", f"{host};{service}") if service else ("HOST", host)
        begin = 1772434800 + at + rng.randint(-50, 200)
        what = rng.randint(0, 12)
        if what < 8:
            state = rng.choice(["OK", "WARN", "CRIT", "UNKNOWN"]
                               if service else ["UP", "DOWN"])
            result = {"host": host, "state": state, "output": f"o{at}"}
            if service:
                result["service"] = service
            items.append({"at": f"{at}s", "result": result})
        elif what < 11:
            items.append({"at": f"{at}s", "command":
                          f"SCHEDULE_{kind}_DOWNTIME;{key};{begin};"
                          f"{begin + rng.randint(1, 900)};"
                          f"{rng.randint(0, 1)};0;60;me;x"})
        elif what == 11:
            items.append({"at": f"{at}s", "command":
                          f"DEL_DOWNTIME_BY_HOST_NAME;{host}"})
        else:
            items.append({"at": f"{at}s", "restart":
                          {"how": "clean", "down": f"{rng.randint(0, 90)}s"}})
            at += 100
    return items


def test_replay_is_live(root):
    """Invariant 7: replaying yields the live state; durations add up."""
    for seed in range(20):
        rng = random.Random(seed)
        begin = "2026-03-01T23:00:00" if seed % 2 else "2026-03-02T08:00:00"
        passive = {"check": "passive", "max_check_attempts": 2}
        live = ["state", "scheduled_downtime_depth", "is_flapping"]
        scenario = {
            "start": begin, "timezone": "Europe/Berlin",
            "config": {"hosts": {h: passive for h in "ab"},
                       "services": [{"hosts": ["a", "b"], "description": d,
                                     **passive} for d in "xy"]},
            "timeline": timeline(rng) + [
                {"at": "3h", "query": "GET services\nColumns: host_name "
                 "description host_scheduled_downtime_depth "
                 + " ".join(live) + "\n"},
                {"at": "3h", "query": "GET statehist\nColumns: host_name "
                 "service_description from until state in_downtime "
                 "is_flapping in_host_downtime duration\nFilter: time >= "
                 f"{1772434800 - 60 * 60 * 9 * (seed % 2) + 1500}\n"}]}
        path = root.path / f"random{seed}.yaml"
        path.write_text(json.dumps(scenario))
        os.chmod(path, 0o644)
        done = root.run("simulate", path, check=True)
        services, spans = [json.loads(line)["rows"]
                           for line in done.out.splitlines()
                           if '"event":"query"' in line]
        end = max(row[3] for row in spans)
        start = min(row[2] for row in spans)
        sums, last = {}, {}
        for host, service, _, until, state, *flags, duration in spans:
            key = (host, service)
            sums[key] = sums.get(key, 0) + duration
            if until == end:
                last[key] = (state, *flags)
        assert set(sums.values()) == {end - start}, (seed, sums)
        for host, service, of_host, state, depth, flapping in services:
            assert last[(host, service)] == (
                state, depth > 0, flapping, of_host > 0), (seed, host, service)
