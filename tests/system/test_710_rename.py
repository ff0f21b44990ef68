# SPDX-License-Identifier: Apache-2.0
"""`vedette rename-host`: the files, the states, the way back."""
import time

FILE = """# all of them
hosts:
  web01:   # the first
    check: passive
  web02: {check: passive, parents: ["web01"]}
  web011: {check: passive}
services:
- {hosts: [web01, 'web02'], description: S, check: passive}
- {hosts: ["~web0[12]$"], description: R, check: passive}
rules:
- {ruleset: service_max_check_attempts, value: 5, when: {hosts: ['web01']}}
- {ruleset: host_parents, value: [web01], when: {hosts: [web011]}}
notification_rules:
- {when: {hosts: [web01], exclude_hosts: [web02]}, to: {all_users: true}}
"""
SERVICE = ("state state_type current_attempt max_check_attempts acknowledged"
           " scheduled_downtime_depth plugin_output comments_with_info"
           " last_state_change modified_attributes_list"
           " notifications_enabled percent_state_change")


def fill(site):
    site.config(FILE)
    site.write("var/vedette/discovered/web01.yaml", "services: []\n")
    site.activate()
    site.command("PROCESS_HOST_CHECK_RESULT;web01;1;down")
    site.command("PROCESS_SERVICE_CHECK_RESULT;web01;S;0;good")
    site.command("PROCESS_SERVICE_CHECK_RESULT;web01;S;2;bad")
    site.command("PROCESS_SERVICE_CHECK_RESULT;web01;S;2;worse")
    site.command("DISABLE_SVC_NOTIFICATIONS;web01;S")
    site.command("ACKNOWLEDGE_SVC_PROBLEM;web01;S;2;1;1;harri;on it")
    now = int(time.time())
    site.command(f"SCHEDULE_SVC_DOWNTIME;web01;S;{now};{now + 7200};1;0;0;"
                 "harri;work")
    site.wait_for(lambda: site.service("web01", "S", SERVICE)
                  ["scheduled_downtime_depth"] == 1)
    return site.service("web01", "S", SERVICE)


def test_files_keep_their_comments(started):
    started.config(FILE)
    started.activate()
    places = started.ok("rename-host", "web01", "123", "-n", "--json").json()
    assert [(p["line"], p["path"]) for p in places["places"]] == [
        (3, "hosts.web01"), (5, "hosts.web02.parents[0]"),
        (8, "services[0].hosts[0]"), (11, "rules[0].when.hosts[0]"),
        (12, "rules[1].value[0]"),
        (14, "notification_rules[0].when.hosts[0]")]
    assert any("web0[12]" in note for note in places["notes"])
    assert started.path("etc/vedette/conf.d/test.yaml").read_text() == FILE
    started.ok("rename-host", "web01", "123")
    text = started.path("etc/vedette/conf.d/test.yaml").read_text()
    assert '\n  "123":   # the first\n' in text
    assert 'parents: ["123"]' in text and "hosts: ['123']" in text
    assert 'hosts: ["123", \'web02\']' in text
    assert "web011: {check" in text and "~web0[12]$" in text


def is_as(row, before):
    """The level of flapping falls with time; all else stays."""
    level = row and row["percent_state_change"]
    return row is not None and 0 < level <= before["percent_state_change"] \
        and row == {**before, "percent_state_change": level}


def test_states_go_along(started):
    before = fill(started)
    done = started.ok("rename-host", "web01", "new01")
    assert "new01" in done.out
    assert is_as(started.service("new01", "S", SERVICE), before)
    assert before["notifications_enabled"] == 0
    assert before["percent_state_change"] > 0
    assert started.service("web01", "S", SERVICE) is None
    assert started.host("new01")["state"] == 1
    assert not started.path("var/vedette/discovered/web01.yaml").exists()
    assert started.path("var/vedette/discovered/new01.yaml").exists()
    started.wait_for(lambda: any(
        line.endswith("HOST RENAMED: web01;new01")
        for line in started.history()))
    assert not any("VANISHED HOST" in line for line in started.history())
    # What was written under the old name is found under the new one.
    started.wait_for(lambda: ["SERVICE ALERT", "S"] in started.query(
        "GET log", "Columns: type service_description",
        "Filter: host_name = new01"))
    entry = started.path("var/log/audit.log").read_text().splitlines()[-1]
    assert '"action":"rename-host"' in entry


def test_states_outlive_a_kill(started):
    before = fill(started)
    started.ok("rename-host", "web01", "new01")
    import os
    import signal
    os.kill(started.pids("core")[0], signal.SIGKILL)
    started.wait_for(lambda: is_as(
        started.service("new01", "S", SERVICE), before))


def test_on_a_stopped_site_and_back(started):
    before = fill(started)
    started.stop()
    started.ok("rename-host", "web01", "new01")
    started.ok("rename-host", "new01", "new02")
    started.start()
    started.wait_for(lambda: is_as(
        started.service("new02", "S", SERVICE), before))
    lines = [line.split("] ")[1] for line in started.history()
             if "RENAMED" in line]
    assert lines == ["HOST RENAMED: web01;new01", "HOST RENAMED: new01;new02"]
    first = started.ok("activate", "--list", "--json").json()[2]["generation"]
    started.ok("activate", "--revert", first)
    assert is_as(started.service("web01", "S", SERVICE), before)


def test_a_new_host_of_the_old_name_is_another(started):
    before = fill(started)
    started.ok("rename-host", "web01", "new01")
    started.config({"hosts": {"web01": {"check": "passive"}}, "services": [
        {"hosts": ["web01"], "description": "S", "check": "passive"}]},
        "more.yaml")
    started.activate()
    assert is_as(started.service("new01", "S", SERVICE), before)
    started.stop()
    started.start()
    started.wait_for(lambda: is_as(
        started.service("new01", "S", SERVICE), before))
    assert started.service("web01", "S", "has_been_checked") \
        == {"has_been_checked": 0}


def test_refusals(started):
    started.config(FILE)
    started.activate()
    for old, new, why in (("nobody", "x", "no such host"),
                          ("web01", "web02", "already"),
                          ("web01", "a b", "not a name")):
        done = started.run("rename-host", old, new)
        assert done.code == 1 and why in done.err
    started.config('hosts: {"web\\x3001": {check: passive}}\n')
    done = started.run("rename-host", "web001", "x")
    assert done.code == 1
    assert started.path("etc/vedette/conf.d/test.yaml").read_text() \
        .startswith('hosts: {"web\\x3001"')
