# SPDX-License-Identifier: Apache-2.0
"""Activation, mistakes in the configuration, settings."""
import json
import re

import pytest

from conftest import wait_for

PLACE = re.compile(r"\S+\.yaml:\d+:\d+: \S+: .+")

WRONG = """
hosts:
  web01:
    adress: 192.0.2.1
    check_interval: soon
  web02: {address: 192.0.2.2, check: {tcp: 70000}}
services:
- {hosts: [nosuch], description: X, check: passive}
"""


def generation(site):
    return site.path("var/vedette/snapshots/current").resolve().name


@pytest.mark.parametrize("verb", ["check-config", "activate"])
def test_every_mistake_at_once(site, verb):
    before = generation(site)
    site.config(WRONG)
    done = site.run(verb)
    assert done.code == 1
    lines = [line for line in done.err.splitlines() if PLACE.match(line)]
    assert len(lines) >= 4, done
    for place, word in [(":4:", "adress"), (":5:", "check_interval"),
                        (":6:", "70000"), (":8:", "nosuch")]:
        assert any(place in line and word in line for line in lines), done
    assert generation(site) == before


def test_mistakes_as_json(site):
    site.config(WRONG)
    done = site.run("activate", "--json")
    assert done.code == 1
    answer = done.json()
    assert answer["ok"] is False and len(answer["mistakes"]) >= 4


def test_the_running_site_stays_as_it_is(started):
    started.config({"hosts": {"a": {"check": "always_up"}}})
    started.activate()
    started.wait_for(lambda: started.query("GET hosts", "Columns: name")
                     == [["a"]])
    pids = started.pids("core")
    started.config(WRONG)
    assert started.run("activate").code == 1
    assert started.query("GET hosts", "Columns: name") == [["a"]]
    assert started.pids("core") == pids


def test_activation_of_a_running_site(started):
    started.config({"hosts": {"a": {"check": "always_up"}}})
    done = started.ok("activate", "--json", "-m", "first host").json()
    assert done["ok"] and done["hosts"] == 1
    assert "core" in done["daemons"] and "livestatusd" in done["daemons"]
    # All daemons answered: the change is there at once.
    started.wait_for(lambda: started.query("GET hosts", "Columns: name")
                     == [["a"]], 5)
    assert "first host" in started.path(
        "var/log/activations.log").read_text()


def test_activation_of_a_stopped_site(site):
    before = generation(site)
    site.config({"hosts": {"a": {"check": "always_up"}}})
    site.activate()
    assert generation(site) != before
    site.start()
    assert site.query("GET hosts", "Columns: name") == [["a"]]


def test_check_config_changes_nothing(site):
    before = generation(site)
    site.config({"hosts": {"a": {"check": "always_up"}}})
    assert site.ok("check-config").out.startswith("No mistakes")
    assert generation(site) == before


def test_settings_with_mistakes_do_not_start(site):
    site.settings("listen:\n  http: {port: 70000}\nfrobnicate: 1\n")
    done = site.run("start")
    assert done.code == 1
    assert "site.yaml:2:" in done.err and "site.yaml:3:" in done.err
    assert site.run("activate").code == 1


def test_config_set_keeps_comments(site):
    site.settings("# mine\nfetcher:\n  # few\n  workers: 1\n")
    site.ok("config", "set", "fetcher.workers", "2")
    assert site.path("etc/vedette/site.yaml").read_text() \
        == "# mine\nfetcher:\n  # few\n  workers: 2\n"
    site.ok("config", "set", "timezone", "Europe/Berlin")
    assert site.ok("config", "get", "timezone").out == "Europe/Berlin\n"
    assert site.ok("config", "get", "fetcher").json()["workers"] == 2


def test_config_set_refuses_mistakes(site):
    path = site.path("etc/vedette/site.yaml")
    before = path.read_text()
    for key, value, word in [("fetcher.workers", "many", "fetcher.workers"),
                             ("no.such.key", "1", "no"),
                             ("listen.http.port", "0", "listen.http.port"),
                             ("timezone", "[", "VALUE")]:
        done = site.run("config", "set", key, value)
        assert done.code == 1 and word in done.err, done
    assert path.read_text() == before


def test_config_set_says_when_it_takes_effect(site):
    done = site.ok("config", "set", "fetcher.workers", "1")
    assert "start" in done.out
    site.start()
    done = site.ok("config", "set", "fetcher.workers", "2")
    assert "activate" in done.out


def test_config_show_has_all_keys(site):
    rows = {r["key"]: r for r in
            site.ok("config", "show", "--json").json()}
    assert rows["listen.http.port"]["value"] == site.port(5000)
    assert rows["listen.http.enabled"]["value"] is True
    assert rows["notifications.smtp.port"]["default"] == 25
    assert all(r["help"] for r in rows.values())
    assert "notifications.smtp.port" in site.ok("config", "show").out


def test_a_fresh_site_has_no_mistakes(site):
    done = site.ok("check-config")
    assert done.err == ""


def test_explain(site):
    site.config({"hosts": {"web01": {"check": "always_up"}},
                 "services": [{"hosts": ["web01"], "description": "A",
                               "check": "passive", "notes": "mine"}],
                 "rules": [{"ruleset": "service_notes", "value": "rule"},
                           {"ruleset": "host_notes", "value": "all"}]})
    rows = site.ok("config", "explain", "web01", "A", "--json").json()
    notes, = [row for row in rows if row["attribute"] == "notes"]
    assert (notes["value"], notes["source"]) == ("mine", "service")
    assert notes["where"].startswith("etc/vedette/conf.d/")
    assert [far["value"] for far in notes["overridden"]] == ["rule"]
    assert "notes" in site.ok("config", "explain", "web01").out
    done = site.run("config", "explain", "web02")
    assert done.code == 1 and "no host web02" in done.err
