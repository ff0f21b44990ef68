# SPDX-License-Identifier: Apache-2.0
"""By hand: what a host's checks say and why, and the manual of each check."""
from conftest import AGENT_OUTPUT
from test_110_discovery import agent_host


def test_check_tells_each_parameter_and_its_source(site, fake_agent):
    agent = fake_agent(AGENT_OUTPUT + "<<<mounts>>>\n"
                       "/dev/sda2 / ext4 rw,relatime 0 0\n")
    site.config({"hosts": {"a": agent_host(agent.port)}, "rules": [
        {"ruleset": "filesystem_levels", "value": {"levels": ["10%", "90%"]},
         "when": {"items": ["/$"]}}]})
    site.ok("discover", "a", "--apply")
    rows = {r["service"]: r for r in
            site.ok("check", "a", "-v", "--json").json()}
    fs = rows["Filesystem /"]
    metric = {m["metric"]: m for m in fs["metrics"]}["fs_used_percent"]
    assert metric["unit"] == "%" and metric["warn"] == "10", metric
    params = {p["parameter"]: p for p in fs["parameters"]}
    assert params["levels"]["source"] == "rule", params["levels"]
    assert "test.yaml:" in params["levels"]["where"], params["levels"]
    assert params["inodes_levels"]["source"] == "default"
    params = {p["parameter"]: p
              for p in rows["Mount options of /"]["parameters"]}
    assert {p["source"] for p in params.values()} == {"discovered"}
    out = site.ok("check", "a", "--verbose").out
    assert "parameter  levels = [\"10%\", \"90%\"] (rule " in out
    assert "metric     fs_used_percent = " in out
    assert "ms  fetch" in out and "ms  sections and checks" in out


def test_a_host_that_is_away_is_told_in_words(site):
    site.config({"hosts": {"a": agent_host(1)}})
    row = next(r for r in site.ok("check", "a", "-v", "--json").json()
               if r["service"] == "Check_MK")
    assert row["state"] == "CRIT" and "agent" in row["output"], row


def test_manuals(root):
    rows = {r["check"]: r for r in
            root.run("checks", "list", "--json", check=True).json()}
    assert rows["filesystem"]["services"] == "Filesystem ITEM"
    assert rows["filesystem"]["ruleset"] == "filesystem_levels"
    for name in rows:
        one = root.run("checks", "show", name, "--json", check=True).json()
        assert one["manual"] and one["sections"], one
        for p in one["parameters"]:
            assert p["help"] and p["type"] and p["default"] != "", p
    text = root.run("checks", "show", "filesystem", check=True).out
    assert "| `levels` |" in text and "[80%, 90%]" in text
    section = root.run("checks", "show", "df")
    assert "checks of the section df: filesystem" in section.err
    bad = root.run("checks", "show", "nosuch")
    assert bad.code == 1 and "checks list" in bad.err
    assert root.run("checks", "frob").code == 1
