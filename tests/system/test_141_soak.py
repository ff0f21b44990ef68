# SPDX-License-Identifier: Apache-2.0
"""Agents whose output is odd, or another one each time, get words."""
import time

import pytest
from conftest import AGENT_OUTPUT, wait_for

SECOND = [{"ruleset": "service_check_interval", "value": "1s"}]


def agent_host(agent, **more):
    return {"address": "127.0.0.1", "check": "always_up",
            "agent": {"kind": "tcp", "port": agent.port, **more}}


def said(site, description="Check_MK"):
    return site.query("GET services", "Columns: state plugin_output",
                      "Filter: host_name = a",
                      f"Filter: description = {description}")[0]


def until(site, agent, words, description="Check_MK"):
    """The words of an answer that comes from now on."""
    count = agent.count
    site.wait_for(lambda: agent.count > count + 1, 30)
    site.wait_for(lambda: words in said(site, description)[1], 30,
                  f"{words!r} instead of {said(site, description)}")
    return said(site, description)


def test_an_agent_that_changes(site, fake_agent):
    """Between two fetches: sections go and come, an end in the middle, a
    flood, nothing at all, and sense again."""
    agent = fake_agent()
    site.config({"hosts": {"a": agent_host(agent)}, "rules": SECOND})
    site.ok("discover", "a", "--apply")
    site.activate()
    site.start()
    site.wait_for_service("a", "Uptime", 0)
    site.wait_for_service("a", "Local_one", 0)

    agent.behave = AGENT_OUTPUT.split("<<<uptime>>>")[0] + "<<<cpu>>>\nodd\n"
    state, words = until(site, agent, "Missing")
    assert state != 0, words
    # A service without its section is left as it was, stale in time.
    assert said(site, "Uptime")[0] == 0

    agent.behave = ""
    state, words = until(site, agent, "without sending a byte")
    assert state == 2, words
    agent.behave = AGENT_OUTPUT[:AGENT_OUTPUT.index("<<<mem>>>") + 5]
    state, words = until(site, agent, "its output is not complete")
    assert state == 2, words
    agent.behave = ("garbage", 17 << 20)
    state, words = until(site, agent, "[agent]")
    assert state == 2, words
    agent.behave = b"<<<check_mk>>>\nVersion: 1\n<<<big>>>\n" \
        + b"x" * (17 << 20)
    state, words = until(site, agent, "16 MiB")
    assert state == 2, words

    agent.behave = AGENT_OUTPUT.replace("0 Local_one", "2 Local_one")
    site.wait_for_service("a", "Local_one", 2)
    agent.behave = AGENT_OUTPUT
    site.wait_for_service("a", "Local_one", 0)
    site.wait_for(lambda: said(site)[0] == 0, 30)


def test_an_agent_that_dribbles(site, fake_agent):
    """A byte now and then: the deadline ends it, with what came, while the
    next host goes on."""
    slow = fake_agent(("dribble", b"<<<check_mk>>>\n" * 4000, 0.05))
    fine = fake_agent()
    site.config({"hosts": {
        "a": agent_host(slow), "b": agent_host(fine)},
        "rules": SECOND + [{"ruleset": "service_timeout", "value": "2s"}]})
    site.activate()
    site.start()
    site.wait_for_service("a", "Check_MK", 2)
    words = said(site)[1]
    assert "bytes" in words and "2" in words, words
    count = fine.count
    wait_for(lambda: fine.count > count + 2, 30)
    site.wait_for_service("b", "Check_MK", 0)
    assert site.query("GET services", "Columns: last_check",
                      "Filter: host_name = b")[0][0] > time.time() - 60
