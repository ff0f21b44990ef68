# SPDX-License-Identifier: Apache-2.0
"""Discovery: what a host has beside what is monitored there."""
import json
import os
import signal
import socket
import subprocess
import threading
import time

import pytest
from conftest import AGENT_OUTPUT, VEDETTE, wait_for

FAST = [{"ruleset": "service_check_interval", "value": "2s",
         "when": {"services": ["Check_MK$"]}}]


def agent_host(port, **more):
    return {"address": "127.0.0.1", "agent": {"kind": "tcp", "port": port},
            "check": "always_up", **more}


def states(site, *args):
    return {r["description"]: r["state"]
            for r in site.ok("discover", "a", *args, "--json").json()}


def known(site):
    return site.path("var/vedette/discovered/a.yaml").read_text()


@pytest.fixture
def half_known(site, fake_agent):
    """One service new, one gone, one new host label."""
    agent = fake_agent(AGENT_OUTPUT + "<<<local:sep(0)>>>\n0 Gone - x\n")
    site.config({"hosts": {"a": agent_host(agent.port)}})
    site.ok("discover", "a", "--apply")
    agent.behave = (AGENT_OUTPUT + "<<<local:sep(0)>>>\n0 Fresh - x\n"
                    "<<<labels:sep(0)>>>\n{\"rack\": \"r1\"}\n")
    return agent


MODES = [("new", True, True, True), ("remove", False, False, False),
         ("fix_all", True, False, True), ("labels", False, True, True),
         ("refresh", False, True, False), ("tabula_rasa", True, False, True)]


@pytest.mark.parametrize("mode,fresh,gone,label", MODES,
                         ids=[m[0] for m in MODES])
def test_modes(site, half_known, mode, fresh, gone, label):
    before = states(site)
    assert before["Fresh"] == "undecided" and before["Gone"] == "vanished"
    assert before["Host label rack: r1"] == "undecided"
    site.ok("discover", "a", "--apply", "--mode", mode)
    text = known(site)
    assert ("Fresh" in text, "Gone" in text, "rack" in text) == (
        fresh, gone, label)
    site.ok("check-config")


def test_a_listing_says_what_apply_would_do(site, half_known):
    out = site.ok("discover", "a").out
    assert "undecided" in out and "vanished" in out
    assert "add 2" in out or "add 1" in out and "remove 1" in out, out
    assert "Fresh" not in known(site)
    bad = site.run("discover", "a", "--mode", "all")
    assert bad.code == 1 and "fix_all" in bad.err
    assert site.run("discover").code == 1


def test_what_people_wrote_stays(site, half_known):
    site.ok("discover", "a", "--apply")
    path = site.path("var/vedette/discovered/a.yaml")
    text = "# ours\n# two lines\n" + path.read_text().replace(
        '"description": "Fresh"',
        '"labels": {"team": "x"}, "description": "Fresh"')
    path.write_text(text)
    site.ok("discover", "a", "--apply")
    assert path.read_text() == text, "nothing changed, so the file stays"
    half_known.behave = half_known.behave.replace("0 Local_one", "0 Local_two")
    site.ok("discover", "a", "--apply")
    text = path.read_text()
    assert text.startswith("# ours\n# two lines\n") and '"team"' in text
    assert "Local_two" in text and "Local_one" not in text


def test_single_services(site, half_known):
    site.ok("discover", "a", "--apply", "--service", "Fresh$")
    log = site.path("var/log/audit.log").read_text().splitlines()
    assert json.loads(log[-1])["action"] == "discover", log
    assert json.loads(log[-1])["counts"] == {"hosts": 1, "add": 1}, log
    assert "Fresh" in known(site) and "Gone" in known(site)
    site.ok("discover", "a", "--apply", "--ignore", "(Fresh|Uptime)$")
    now = states(site)
    assert now["Fresh"] == now["Uptime"] == "ignored"
    assert now["Gone"] == "vanished"
    site.ok("discover", "a", "--apply")
    assert states(site)["Uptime"] == "ignored"
    site.ok("discover", "a", "--apply", "--accept", "Uptime")
    now = states(site)
    assert now["Uptime"] == "monitored" and now["Fresh"] == "ignored"


def test_ignored_by_rule(site, half_known):
    site.config({"rules": [
        {"ruleset": "ignored_services", "value": False,
         "when": {"services": ["Filesystem /$"]}},
        {"ruleset": "ignored_services", "value": True,
         "when": {"services": ["Filesystem", "Fresh"]}}]}, "rules.yaml")
    now = states(site)
    assert now["Fresh"] == "ignored" and now["Filesystem /"] == "monitored"
    site.ok("discover", "a", "--apply")
    assert "Fresh" not in known(site)


def test_rules_steer_what_is_found(site, fake_agent):
    agent = fake_agent(AGENT_OUTPUT + """<<<df>>>
/dev/sdb ext4 1000000 1 999999 1% /data/a
/dev/sdc ext4 1000000 1 999999 1% /data/b
""")
    site.config({"hosts": {"a": agent_host(agent.port)}, "rules": [
        {"ruleset": "filesystem_levels",
         "value": {"groups": {"data": ["/data/*"]}}}]})
    now = states(site)
    assert now["Filesystem data"] == "undecided"
    assert "Filesystem /data/a" not in now


def test_changed_parameters(site, fake_agent):
    mounts = "<<<mounts>>>\n/dev/sda2 / ext4 rw,{} 0 0\n"
    agent = fake_agent(AGENT_OUTPUT + mounts.format("relatime"))
    site.config({"hosts": {"a": agent_host(agent.port)}})
    site.ok("discover", "a", "--apply")
    agent.behave = AGENT_OUTPUT + mounts.format("noatime")
    name = "Mount options of /"
    assert states(site)[name] == "changed"
    site.ok("discover", "a", "--apply", "--mode", "new")
    assert states(site)[name] == "changed"
    site.ok("discover", "a", "--apply")
    assert states(site)[name] == "monitored" and "noatime" in known(site)


def test_the_service(started, fake_agent):
    agent = fake_agent()
    started.config({"hosts": {"a": agent_host(agent.port)}, "rules": FAST + [
        {"ruleset": "periodic_discovery", "value": {"vanished": "CRIT"}}]})
    started.activate()
    row = started.wait_for_service("a", "Check_MK Discovery", 1)
    assert "unmonitored: " in row["plugin_output"], row
    assert "new host labels: " in row["plugin_output"], row
    started.ok("discover", "a", "--apply")
    started.activate()
    row = started.wait_for_service("a", "Check_MK Discovery", 0)
    assert row["plugin_output"] == (
        "Services: all up-to-date, no new host labels"), row
    agent.behave = AGENT_OUTPUT.replace("Local_one", "Local_two")
    # Another plan, so it looks at once.
    started.config({"rules": [{"ruleset": "periodic_discovery",
                               "value": {"interval": "3h"}}]}, "more.yaml")
    started.activate()
    row = started.wait_for_service("a", "Check_MK Discovery", 2)
    assert "vanished: 1 (local: 1)(!!)" in row["plugin_output"], row
    # It is as fresh as its interval promises, not as Check_MK's.
    time_of = started.service("a", "Check_MK Discovery", "staleness")
    assert time_of["staleness"] < 1, time_of


class Agents:
    """As many agents as there are addresses below 127.0.0.0/8; one thread."""

    def __init__(self, output):
        self.output = output.encode()
        self.listener = socket.create_server(("0.0.0.0", 0), backlog=4096)
        self.port = self.listener.getsockname()[1]
        self.silent = set()
        self.kept = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                conn, _ = self.listener.accept()
            except OSError:
                return
            if conn.getsockname()[0] in self.silent:
                self.kept.append(conn)
                continue
            with conn:
                try:
                    conn.sendall(self.output)
                except OSError:
                    pass

    def close(self):
        self.listener.close()


def test_a_thousand_hosts(site):
    agents = Agents(AGENT_OUTPUT)
    hosts = {f"h{i}": agent_host(agents.port,
                                 address=f"127.1.{i // 250}.{i % 250 + 1}")
             for i in range(1000)}
    agents.silent = {"127.1.0.1", "127.1.0.2"}
    hosts["h7"]["agent"]["port"] = 1  # nobody listens
    for i in range(20, 40):
        hosts[f"h{i}"]["agent"]["port"] = 1
    site.config({"hosts": hosts, "rules": [
        {"ruleset": "service_timeout", "value": "15s",
         "when": {"services": ["Check_MK$"]}}]})
    try:
        begin = time.monotonic()
        done = site.run("discover", "--all", "--apply", "--parallel", "200",
                        timeout=120)
        print(f"1000 hosts: {time.monotonic() - begin:.1f} s")
    finally:
        agents.close()
    assert done.code == 1
    assert "23 failed" in done.out, done
    assert "21 hosts: " in done.err and "refused" in done.err, done.err
    files = list(site.path("var/vedette/discovered").glob("*.yaml"))
    assert len(files) == 977
    site.ok("check-config")


def test_ctrl_c_keeps_what_is_done(site):
    agents = Agents(AGENT_OUTPUT)
    site.config({"hosts": {
        f"h{i}": agent_host(agents.port, address=f"127.1.0.{i + 1}")
        for i in range(20)}})
    agents.silent = {f"127.1.0.{i + 1}" for i in range(10, 20)}
    process = subprocess.Popen(
        [VEDETTE, "-s", site.name, "discover", "--all", "--apply"], cwd="/",
        env={**os.environ, "VEDETTE_ROOT": str(site.top.path),
             "ASAN_OPTIONS": "detect_leaks=0"},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    wait_for(lambda: len(list(site.path("var/vedette/discovered").glob(
        "*.yaml"))) == 10, what="the ten that answer")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 1 and "10 hosts were not asked" in err, err
    agents.close()


def test_the_site_takes_over_by_itself(started, fake_agent):
    agent = fake_agent()
    started.config({
        "hosts": {"a": agent_host(agent.port),
                  started.name: {"check": "always_up"}},
        "rules": FAST + [
            {"ruleset": "service_check_interval", "value": "2s",
             "when": {"services": ["Automatic discovery"]}},
            {"ruleset": "periodic_discovery", "value": {"update": {
                "mode": "fix_all", "grouping": 0,
                "exclude_services": ["Uptime"]}},
             "when": {"hosts": ["a"]}}]})
    started.activate()
    started.wait_for_service("a", "Filesystem /", 0, timeout=40)
    row = started.wait_for_service("a", "Check_MK Discovery", 1)
    assert row["plugin_output"] == (
        "Services: unmonitored: 1 (uptime: 1)(!), no new host labels"), row
    assert not started.query(
        "GET services", "Columns: host_name", "Filter: description = Uptime")
    row = started.wait_for_service(started.name, "Automatic discovery", 0)
    assert "0 not reached" in row["plugin_output"], row
    # What was handled is not asked again and again.
    count = agent.count
    started.wait_for(lambda: agent.count >= count + 2, what="two fetches")
    log = started.path("var/log/audit.log").read_text()
    assert log.count("automatic discovery: 1 hosts") == 1, log


def test_update_without_the_sites_host_is_a_warning(site):
    site.config({"rules": [{"ruleset": "periodic_discovery",
                            "value": {"update": {}}}]})
    done = site.ok("check-config")
    assert "Automatic discovery" in done.out + done.err
