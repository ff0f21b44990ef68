# SPDX-License-Identifier: Apache-2.0
"""Agents: what they send becomes states; what they do wrong stays theirs."""
import socket
import subprocess
import time

import pytest
from conftest import AGENT_OUTPUT, BUILD, free_port, wait_for


def agent_host(port, **more):
    return {"address": "127.0.0.1", "agent": {"kind": "tcp", "port": port},
            "check": "always_up", **more}


def discover(site, *hosts):
    site.ok("discover", *hosts, "--apply")
    site.activate()


# Collected services follow Check_MK's interval: a second keeps tests short.
FAST = [{"ruleset": "service_check_interval", "value": "2s",
         "when": {"services": ["Check_MK$"]}}]


def test_output_becomes_services(started, fake_agent):
    agent = fake_agent()
    started.config({"hosts": {"a": agent_host(agent.port)}, "rules": FAST})
    discover(started, "a")
    assert started.wait_for_service("a", "Check_MK")["state"] == 0
    load = started.wait_for_service("a", "CPU load")
    assert "load1=0.5" in load["perf_data"], load
    fs = started.wait_for_service("a", "Filesystem /")
    assert fs["state"] == 0 and "fs_used=" in fs["perf_data"]
    assert started.wait_for_service("a", "Memory")["state"] == 0
    assert started.wait_for_service("a", "Uptime")["state"] == 0
    local = started.wait_for_service("a", "Local_one")
    assert local["state"] == 0 and "count=5;10;20" in local["perf_data"]


def test_state_follows_the_agent(started, fake_agent):
    agent = fake_agent()
    started.config({"hosts": {"a": agent_host(agent.port)}, "rules": FAST})
    discover(started, "a")
    started.wait_for_service("a", "Filesystem /", 0)
    agent.behave = AGENT_OUTPUT.replace("4000000 6000000 40%",
                                        "9500000 500000 95%")
    row = started.wait_for_service("a", "Filesystem /", 2)
    assert "(!!)" in row["plugin_output"] or "95" in row["plugin_output"]
    started.wait_for(lambda: any(
        "SERVICE ALERT: a;Filesystem /;CRITICAL;HARD;1" in line
        for line in started.history()), what="the alert in the history")
    agent.behave = AGENT_OUTPUT
    started.wait_for_service("a", "Filesystem /", 0)


def test_missing_section_is_named(started, fake_agent):
    agent = fake_agent()
    started.config({"hosts": {"a": agent_host(agent.port)}, "rules": FAST})
    discover(started, "a")
    started.wait_for_service("a", "Uptime", 0)
    agent.behave = AGENT_OUTPUT.replace("<<<uptime>>>\n123456.78 234567.89\n",
                                        "")
    row = started.wait_for_service("a", "Check_MK", 1)
    assert "uptime" in row["plugin_output"].lower(), row


def test_parameters_by_rule(started, fake_agent):
    agent = fake_agent()
    started.config({
        "hosts": {"a": agent_host(agent.port)},
        "rules": FAST + [{"ruleset": "filesystem_levels",
                          "value": {"levels": ["10%", "90%"]},
                          "when": {"items": ["/$"]}}]})
    discover(started, "a")
    row = started.wait_for_service("a", "Filesystem /", 1)
    assert "10.00%" in row["plugin_output"], row


def test_bundled_agent_feeds_the_site(started, tmp_path):
    port = free_port()
    with subprocess.Popen([BUILD / "bin/vedette-agent", "--listen",
                           f"127.0.0.1:{port}"]) as agent:
        try:
            wait_for(lambda: socket.create_connection(
                ("127.0.0.1", port), 1).close() or True, what="the agent")
            started.config({"hosts": {"a": agent_host(port)}, "rules": FAST})
            discover(started, "a")
            for name in ("Check_MK", "CPU load", "Memory", "Uptime"):
                started.wait_for_service("a", name, timeout=40)
            rows = started.query("GET services", "Columns: description",
                                 "Filter: description ~ ^Filesystem")
            assert rows, "no file system found on this machine"
        finally:
            agent.terminate()


BAD = [
    ("silent", "nothing|no data|sent"),
    (("half", b"<<<check_mk"), "."),
    (("garbage", 64 << 20), "."),
    (("dribble", b"<<<check_mk>>>\nVersion: 1\n" * 100, 1.0), "."),
    (b"", "nothing|no data|empty|closed"),
]


@pytest.mark.parametrize("behave,words", BAD,
                         ids=["silent", "half", "garbage", "dribble", "empty"])
def test_bad_agent_hurts_only_itself(started, fake_agent, behave, words):
    good = fake_agent()
    bad = fake_agent(behave)
    hosts = {f"bad{i}": agent_host(bad.port) for i in range(20)}
    hosts["good"] = agent_host(good.port)
    started.config({
        "hosts": hosts,
        "rules": FAST + [{"ruleset": "service_timeout", "value": "3s",
                          "when": {"services": ["Check_MK$"]}}]})
    started.ok("discover", "good", "--apply")
    started.activate()
    started.wait_for_service("good", "Uptime", 0)
    row = started.wait_for_service("bad0", "Check_MK", 2, timeout=30)
    import re
    assert re.search(words, row["plugin_output"], re.I), row
    # The other host's data stays as fresh as its interval promises.
    first = good.count
    started.wait_for(lambda: good.count >= first + 3, 12,
                     "three more fetches of the good host")
    latency = started.service("good", "Check_MK", "latency staleness")
    assert latency["latency"] < 2 and latency["staleness"] < 1.5, latency
    for pid in started.pids("fetcher"):
        with open(f"/proc/{pid}/status") as f:
            rss = next(int(line.split()[1]) for line in f
                       if line.startswith("VmRSS"))
        assert rss < 900_000, f"fetcher uses {rss} kB"


def test_refused_connection_says_what_to_do(started):
    started.config({"hosts": {"a": agent_host(free_port())}, "rules": FAST})
    started.activate()
    row = started.wait_for_service("a", "Check_MK", 2)
    assert "refused" in row["plugin_output"], row


def test_dead_worker_loses_no_job(root, fake_agent):
    """The job of a killed worker is done by the other within seconds."""
    def slow(conn):
        time.sleep(1.5)
        conn.sendall(AGENT_OUTPUT.encode())
    agents = [fake_agent(slow) for _ in range(8)]
    site = root.create(settings={"fetcher": {"workers": 2}}, config={
        "hosts": {f"h{i}": agent_host(a.port) for i, a in enumerate(agents)},
        "rules": FAST}, start=True)
    site.wait_for(lambda: any(a.open for a in agents), what="a fetch")
    import os
    import signal
    os.kill(site.pids("fetcher")[0], signal.SIGKILL)
    for i in range(8):
        site.wait_for_service(f"h{i}", "Check_MK", 0, timeout=20)
    site.wait_for(lambda: site.status()[1] == 0, what="all daemons back")
