# SPDX-License-Identifier: Apache-2.0
"""Piggyback: one host's agent brings the data of others."""
from conftest import AGENT_OUTPUT

FAST = [{"ruleset": "service_check_interval", "value": "2s",
         "when": {"services": ["Check_MK$"]}}]


def source(agent, **more):
    return {"address": "127.0.0.1", "check": "always_up",
            "agent": {"kind": "tcp", "port": agent.port}, **more}


def block(name, uptime=1000):
    return f"<<<<{name}>>>>\n<<<uptime>>>\n{uptime}.00 1.00\n<<<<>>>>\n"


def target(**more):
    return {"check": "always_up", **more}



def wait_until_known(site, *hosts):
    """Discovery finds the services as soon as the source was asked."""
    for host in hosts:
        site.wait_for(lambda h=host: any(
            r["description"] == "Uptime"
            for r in site.ok("discover", h, "--json").json()), 30,
            f"data for {host}")


def test_fifty_hosts_from_one(started, fake_agent):
    names = [f"vm{i:02}" for i in range(50)]
    agent = fake_agent(AGENT_OUTPUT + "".join(block(n) for n in names))
    hosts = {n: target() for n in names} | {"esx": source(agent)}
    started.config({"hosts": hosts, "rules": FAST})
    started.activate()
    wait_until_known(started, "vm00", "vm49")
    started.ok("discover", *names, "--apply")
    started.activate()
    for name in names:
        assert started.wait_for_service(name, "Uptime", 0, timeout=60)
    row = started.wait_for_service("vm07", "Check_MK", 0)
    assert "[piggyback] Successfully processed from source 'esx'" \
        in row["plugin_output"], row
    rows = started.ok("check", "vm07", "--json").json()
    assert any(r["service"] == "Uptime" and r["state"] == "OK"
               for r in rows), rows


def test_outdated_data_goes_and_comes_back(started, fake_agent):
    agent = fake_agent(AGENT_OUTPUT + block("vm") + block("other"))
    started.config({
        "hosts": {"esx": source(agent), "vm": target(piggyback={
            "use": "always"})}, "rules": FAST})
    started.activate()
    wait_until_known(started, "vm")
    started.ok("discover", "vm", "--apply")
    started.activate()
    started.wait_for_service("vm", "Check_MK", 0, timeout=60)
    agent.behave = AGENT_OUTPUT + block("other")
    row = started.wait_for(lambda: [
        r for r in [started.service("vm", "Check_MK")]
        if r and "not updated, not used" in r["plugin_output"]], 30,
        "the source to have forgotten it")[0]
    assert "source 'esx'" in row["plugin_output"]
    agent.behave = AGENT_OUTPUT + block("vm")
    started.wait_for(lambda: "Successfully processed" in started.service(
        "vm", "Check_MK")["plugin_output"], 30, "the source to know it again")


def test_own_agent_and_others_together(started, fake_agent):
    own = fake_agent("<<<check_mk>>>\nVersion: 2\nAgentOS: linux\n"
                     "<<<local:sep(0)>>>\n0 Mine - here\n")
    other = fake_agent(AGENT_OUTPUT + "<<<<WEB.example>>>>\n"
                       "<<<local:sep(0)>>>\n1 Theirs - there\n<<<<>>>>\n")
    started.config({"hosts": {
        "web": source(own),
        "esx": source(other, piggyback={"translate": {
            "drop_domain": True, "case": "lower"}})}, "rules": FAST})
    started.activate()
    started.wait_for(lambda: any(
        r["description"] == "Theirs"
        for r in started.ok("discover", "web", "--json").json()), 30, "Theirs")
    started.ok("discover", "web", "--apply")
    started.activate()
    started.wait_for_service("web", "Mine", 0)
    started.wait_for_service("web", "Theirs", 1)


def test_data_outlives_a_restart(started, fake_agent):
    agent = fake_agent(AGENT_OUTPUT + block("vm"))
    started.config({"hosts": {"esx": source(agent), "vm": target()},
                    "rules": FAST})
    started.activate()
    wait_until_known(started, "vm")
    started.ok("discover", "vm", "--apply")
    started.activate()
    started.wait_for_service("vm", "Uptime", 0)
    agent.behave = "silent"
    started.ok("restart", "core")
    started.wait_for(lambda: any(
        r["description"] == "Uptime"
        for r in started.ok("discover", "vm", "--json").json()), 30,
        "the data after the restart")
