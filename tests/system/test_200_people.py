# SPDX-License-Identifier: Apache-2.0
"""What people do, acknowledgements, downtimes, comments, and that nothing of
it is lost when daemons are killed at random moments."""
import os
import random
import signal
import threading
import time

import pytest

CONFIG = {
    "hosts": {"h": {"check": "passive", "contact_groups": ["team"]}},
    "services": [{"hosts": ["h"], "description": f"S{i}", "check": "passive",
                  "max_check_attempts": 1} for i in range(50)],
    "contact_groups": {"team": {"alias": "Team"}},
    "contacts": {"ann": {"email": "ann@example.com",
                         "contact_groups": ["team"]}},
}


@pytest.fixture
def passive(root):
    site = root.create(settings={"fetcher": {"workers": 1}}, config=CONFIG,
                       start=True)
    site.wait_for(lambda: len(site.query("GET services",
                                         "Columns: description")) == 50,
                  what="the services")
    return site


def test_acknowledge(passive):
    passive.command("PROCESS_SERVICE_CHECK_RESULT;h;S1;2;broken")
    passive.command("ACKNOWLEDGE_SVC_PROBLEM;h;S1;2;1;0;ann;on it")
    row = passive.service("h", "S1", "acknowledged comments_with_info")
    assert row["acknowledged"] == 1
    assert "on it" in str(row["comments_with_info"])
    passive.command("REMOVE_SVC_ACKNOWLEDGEMENT;h;S1")
    assert passive.service("h", "S1", "acknowledged")["acknowledged"] == 0


def test_acknowledgement_ends_with_the_problem(passive):
    passive.command("PROCESS_SERVICE_CHECK_RESULT;h;S1;2;broken")
    passive.command("ACKNOWLEDGE_SVC_PROBLEM;h;S1;1;1;0;ann;on it")
    passive.command("PROCESS_SERVICE_CHECK_RESULT;h;S1;0;well")
    assert passive.service("h", "S1", "acknowledged")["acknowledged"] == 0


def test_refused_commands_change_nothing(passive):
    before = passive.query("GET services", "Columns: description state")
    for line in ("ACKNOWLEDGE_SVC_PROBLEM;h;nothere;2;1;0;ann;x",
                 "NO_SUCH_COMMAND;h", "PROCESS_SERVICE_CHECK_RESULT;h;S1;9;x",
                 "DEL_SVC_DOWNTIME;4711", "SCHEDULE_SVC_DOWNTIME;h;S1;1"):
        passive.ask(f"COMMAND [{int(time.time())}] {line}\n\n")
    passive.ask("COMMAND [abc] DISABLE_NOTIFICATIONS\n\n")
    assert passive.query("GET services",
                         "Columns: description state") == before
    passive.wait_for(lambda: "NO_SUCH_COMMAND" in "".join(
        passive.logs().values()), what="a line in a log")


def test_downtime_of_the_host_covers_services(passive):
    now = int(time.time())
    passive.command(f"SCHEDULE_HOST_DOWNTIME;h;{now - 1};{now + 600};1;0;0;"
                    "ann;works")
    passive.wait_for(lambda: passive.host("h", "scheduled_downtime_depth")
                     ["scheduled_downtime_depth"] == 1, what="the downtime")
    assert passive.service("h", "S1", "host_scheduled_downtime_depth")[
        "host_scheduled_downtime_depth"] == 1
    rows = passive.query("GET downtimes",
                         "Columns: id author comment is_service")
    assert rows[0][1:] == ["ann", "works", 0]
    passive.command(f"DEL_HOST_DOWNTIME;{rows[0][0]}")
    assert passive.query("GET downtimes", "Columns: id") == []


def test_comments(passive):
    passive.command("ADD_SVC_COMMENT;h;S2;1;ann;look; here")
    rows = passive.query("GET comments",
                         "Columns: id author comment service_description")
    assert [r[1:] for r in rows] == [["ann", "look; here", "S2"]]
    passive.command(f"DEL_SVC_COMMENT;{rows[0][0]}")
    assert passive.query("GET comments", "Columns: id") == []


def picture(site):
    """Everything that must survive."""
    return {
        "services": site.query("GET services", "Columns: description state "
                               "plugin_output acknowledged"),
        "downtimes": site.query("GET downtimes", "Columns: id author comment "
                                "start_time end_time service_description"),
        "comments": site.query("GET comments", "Columns: id author comment "
                               "service_description entry_type"),
    }


def test_sigkill_loses_nothing_answered(passive):
    """core dies ten times while commands come in; each answered one holds."""
    done = {}
    stop = threading.Event()

    def one_after_the_other():
        n = 0
        while not stop.is_set():
            n += 1
            name = f"S{n % 50}"
            try:
                answer = passive.ask(
                    f"COMMAND [{int(time.time())}] "
                    f"PROCESS_SERVICE_CHECK_RESULT;h;{name};2;run {n}\n\n"
                    "GET services\nColumns: plugin_output\n"
                    f"Filter: description = {name}\nOutputFormat: json\n\n")
                if f"run {n}".encode() in answer:
                    done[name] = f"run {n}"
            except OSError:
                time.sleep(0.05)
    thread = threading.Thread(target=one_after_the_other)
    thread.start()
    rng = random.Random(42)
    seen = 0
    try:
        for i in range(10):
            goal = seen + 5
            now = int(time.time())
            passive.wait_for(lambda: len(done) > 0, what="a command")
            passive.surely(
                f"ADD_SVC_COMMENT;h;S{i};1;ann;comment {i}",
                lambda: [f"comment {i}"] in passive.query(
                    "GET comments", "Columns: comment"))
            passive.surely(
                f"SCHEDULE_SVC_DOWNTIME;h;S{i};{now};{now + 3600};1;0;0;ann;"
                f"downtime {i}",
                lambda: [f"downtime {i}"] in passive.query(
                    "GET downtimes", "Columns: comment"))
            time.sleep(rng.random() * 0.3)
            os.kill(passive.pids("core")[0], signal.SIGKILL)
            passive.wait_for(
                lambda: passive.status()[0]["core"]["state"] == "running"
                and passive.pids("core"), what="core is back")
            seen = goal
            passive.wait_for(
                lambda: len(passive.query("GET comments", "Columns: comment",
                                          "Filter: entry_type = 1"))
                == i + 1, 30, f"comments after kill {i}")
    finally:
        stop.set()
        thread.join()
    rows = dict(passive.wait_for(
        lambda: passive.query("GET services",
                              "Columns: description plugin_output"),
        what="services"))

    def newer(name):
        return int(rows[name].split()[1]) >= int(done[name].split()[1])
    lost = [n for n in done if not rows[n].startswith("run") or not newer(n)]
    assert not lost, {n: (done[n], rows[n]) for n in lost}
    downtimes = passive.query("GET downtimes", "Columns: comment")
    assert sorted(d[0] for d in downtimes) == sorted(
        f"downtime {i}" for i in range(10))
    ids = [r[0] for r in passive.query("GET downtimes", "Columns: id")]
    assert len(set(ids)) == 10


def test_orderly_restart_keeps_everything(passive):
    now = int(time.time())
    passive.command("PROCESS_SERVICE_CHECK_RESULT;h;S3;1;so so | a=1")
    passive.command("ACKNOWLEDGE_SVC_PROBLEM;h;S3;2;1;1;ann;known")
    passive.command(f"SCHEDULE_SVC_DOWNTIME;h;S4;{now};{now + 900};1;0;0;"
                    "ann;later")
    passive.wait_for(lambda: passive.service(
        "h", "S4", "scheduled_downtime_depth")["scheduled_downtime_depth"],
        what="the downtime")
    before = picture(passive)
    passive.stop()
    passive.start()
    assert passive.wait_for(lambda: picture(passive), what="data") == before


@pytest.mark.parametrize("daemon", ["livestatusd", "notifyd", "eventd",
                                    "fetcher"])
def test_killed_ten_times_the_others_go_on(passive, daemon):
    core = passive.pids("core")
    for i in range(10):
        old = passive.wait_for(lambda: passive.pids(daemon), what=daemon)
        os.kill(old[0], signal.SIGKILL)
        passive.wait_for(
            lambda: passive.pids(daemon) and passive.pids(daemon)[0] != old[0],
            what=f"{daemon} is back")
        if daemon != "livestatusd":
            passive.command(f"PROCESS_SERVICE_CHECK_RESULT;h;S1;0;run {i}")
            passive.wait_for_service(
                "h", "S1", check=lambda r: r["plugin_output"] == f"run {i}")
    assert passive.pids("core") == core
    passive.wait_for(lambda: passive.status()[1] == 0, what="all run")
    passive.wait_for(lambda: len(passive.query(
        "GET services", "Columns: description")) == 50, what="services")


def test_reload_keeps_state(passive):
    passive.command("PROCESS_SERVICE_CHECK_RESULT;h;S7;2;broken")
    passive.command("ACKNOWLEDGE_SVC_PROBLEM;h;S7;2;0;0;ann;seen")
    changed = dict(CONFIG)
    changed["services"] = [{"hosts": ["h"], "description": "A first one",
                            "check": "passive"}] + CONFIG["services"][:-1]
    passive.config(changed)
    passive.activate()
    row = passive.service("h", "S7", "state plugin_output acknowledged")
    assert row == {"state": 2, "plugin_output": "broken", "acknowledged": 1}
    assert passive.service("h", "A first one", "has_been_checked")[
        "has_been_checked"] == 0
    assert passive.service("h", "S49") is None


def test_wrong_configuration_leaves_the_site_alone(passive):
    passive.command("PROCESS_SERVICE_CHECK_RESULT;h;S7;2;broken")
    passive.write("etc/vedette/conf.d/wrong.yaml",
                  "hosts:\n  x:\n    adress: 127.0.0.1\n    check: pong\n"
                  "services:\n  - {hosts: [nowhere], description: S}\n")
    done = passive.run("activate")
    assert done.code == 1
    text = done.err + done.out
    for place in ("wrong.yaml:3:", "wrong.yaml:4:", "wrong.yaml:6:"):
        assert place in text, text
    assert "address" in text, "a hint at the nearest word"
    assert passive.service("h", "S7")["state"] == 2
    assert passive.host("x") is None


def test_storm_of_changes(root):
    """20,000 services change at once: more notices than one journal record
    can hold. core once ended by an assertion."""
    hosts, services = 400, 50
    site = root.create(settings={"fetcher": {"workers": 1}}, config={
        "hosts": {f"h{i:03}": {"check": "always_up"} for i in range(hosts)},
        "services": [{"hosts": ["~h"], "description": f"s{i:02}",
                      "check": "passive"} for i in range(services)]},
        start=True)
    core = site.pids("core")
    now = int(time.time())
    site.ask("".join(
        f"COMMAND [{now}] PROCESS_SERVICE_CHECK_RESULT;h{h:03};s{s:02};2;x\n\n"
        for h in range(hosts) for s in range(services)), timeout=120)
    site.wait_for(lambda: site.query("GET services", "Stats: state = 2")
                  == [[hosts * services]], 60, "every change")
    assert site.pids("core") == core
