# SPDX-License-Identifier: Apache-2.0
"""fetch, check and discover: on the files as written, without a site that
runs."""
import json

from conftest import AGENT_OUTPUT


def hosts(agent):
    return {"hosts": {
        "fake": {"address": "127.0.0.1", "check": "always_up",
                 "agent": {"kind": "tcp", "port": agent.port}},
        "pinged": {"address": "127.0.0.1"}}}


def test_fetch_prints_what_the_agent_sends(site, fake_agent):
    site.config(hosts(fake_agent()))
    assert site.ok("fetch", "fake").out == AGENT_OUTPUT


def test_fetch_of_no_host_and_no_agent(site, fake_agent):
    agent = fake_agent()
    site.config(hosts(agent))
    done = site.run("fetch", "nosuch")
    assert done.code == 1 and "no such host" in done.err
    done = site.run("fetch", "pinged")
    assert done.code == 1 and "agent" in done.err
    agent.close()
    done = site.run("fetch", "fake")
    assert done.code == 1 and "vedette: fetch: fake: " in done.err


def test_discover_lists_and_applies(site, fake_agent):
    agent = fake_agent()
    site.config(hosts(agent))
    rows = site.ok("discover", "fake", "pinged", "--json").json()
    assert {r["state"] for r in rows} == {"undecided"}
    names = {(r["host"], r["description"]) for r in rows}
    assert {("fake", "CPU load"), ("fake", "Filesystem /"), ("fake", "Uptime"),
            ("fake", "Local_one"), ("pinged", "PING")} <= names, names
    assert not list(site.path("var/vedette/discovered").glob("*"))

    site.ok("discover", "fake", "pinged", "--apply")
    rows = site.ok("discover", "fake", "--json").json()
    assert {r["state"] for r in rows} == {"monitored"}

    agent.behave = AGENT_OUTPUT.replace("Local_one", "Local_two")
    rows = site.ok("discover", "fake", "--json").json()
    states = {r["description"]: r["state"] for r in rows}
    assert states["Local_two"] == "undecided"
    assert states["Local_one"] == "vanished"


def test_discover_of_a_host_that_is_away_keeps_its_file(site, fake_agent):
    agent = fake_agent()
    site.config(hosts(agent))
    site.ok("discover", "fake", "--apply")
    path = site.path("var/vedette/discovered/fake.yaml")
    before = path.read_text()
    agent.close()
    done = site.run("discover", "fake", "--apply")
    assert done.code == 1 and "fake" in done.err
    assert path.read_text() == before


def test_services_by_hand_are_not_new(site, fake_agent):
    config = hosts(fake_agent())
    config["services"] = [{"hosts": ["pinged"], "description": "PING",
                           "check": "ping"}]
    site.config(config)
    assert site.ok("discover", "pinged", "--json").json() == []


def test_check_says_what_the_checks_say(site, fake_agent):
    site.config(hosts(fake_agent()))
    site.ok("discover", "fake", "--apply")
    rows = {r["service"]: r for r in
            site.ok("check", "fake", "--json").json()}
    assert rows["Local_one"]["state"] == "OK"
    assert rows["Local_one"]["perfdata"].startswith("count=5")
    assert rows["Check_MK"]["state"] in ("OK", "WARN")
    assert "Filesystem /" in rows
    out = site.ok("check", "fake").out
    assert "Local_one" in out and "count=5" in out


def test_check_of_a_saved_output(site, fake_agent, tmp_path):
    agent = fake_agent()
    site.config(hosts(agent))
    site.ok("discover", "fake", "--apply")
    agent.close()
    saved = site.write("local/saved", AGENT_OUTPUT.replace(
        "0 Local_one", "2 Local_one"), 0o644)
    rows = {r["service"]: r for r in site.ok(
        "check", "fake", "--agent-output", saved, "--json").json()}
    assert rows["Local_one"]["state"] == "CRIT"


def test_query_takes_lines_or_standard_input(started):
    done = started.ok("query", "GET status", "Columns: program_version")
    assert done.out.startswith("Vedette ")
    again = started.ok("query", input="GET status\nColumns: program_version\n")
    assert again.out == done.out


def test_query_of_a_stopped_site(site):
    done = site.run("query", "GET status")
    assert done.code == 1 and "started" in done.err
