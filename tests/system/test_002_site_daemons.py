# SPDX-License-Identifier: Apache-2.0
"""Starting, stopping and supervising a site's daemons."""
import contextlib
import json
import os
import signal
import socket
import subprocess
import threading
import time

import pytest

from conftest import Site, wait_for

DAEMONS = {"notifyd", "core", "fetcher", "eventd", "livestatusd"}


def processes(site):
    """Command lines of all processes of the site."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as f:
                line = f.read().decode(errors="replace")
        except OSError:
            continue
        if str(site.root) in line and "pytest" not in line:
            found.append((int(pid), line.replace("\0", " ")))
    return found


def test_a_site_starts_and_stops(site):
    rows, code = site.status()
    assert code == 1 and {r["state"] for r in rows.values()} == {"stopped"}
    # rrdcached is there where its package is.
    assert set(rows) - {"rrdcached"} == DAEMONS
    begun = time.monotonic()
    site.start()
    assert time.monotonic() - begun < 30
    rows, code = site.status()
    assert code == 0
    for row in rows.values():
        assert row["state"] == "running" and row["pid"] > 0
        assert abs(row["since"] - time.time()) < 60
    # Started means that clients get answers.
    assert site.query("GET status", "Columns: program_version")
    assert site.events("GET status")
    site.stop()
    assert site.status()[1] == 1
    assert processes(site) == []


def test_start_and_stop_can_be_repeated(site):
    site.start()
    before = {d: site.pids(d) for d in DAEMONS}
    site.start()
    assert before == {d: site.pids(d) for d in DAEMONS}
    site.stop()
    site.stop()
    site.start()
    assert site.status()[1] == 0


def test_ready_is_who_has_found_whom_it_hands_commands_to(started):
    """Here the event console lets wait for itself a little."""
    before = started.pids("livestatusd")
    eventd = started.pids("eventd")[0]
    status = "GET eventconsolestatus\nColumns: status_messages\n\n"
    returned = threading.Event()

    def answers():
        with contextlib.suppress(OSError):
            return started.pids("livestatusd") != before and started.ask(
                "GET status\nColumns: program_version\n\n")

    def wake():
        early.append(wait_for(answers, 20, "the status daemon") and
                     returned.wait(0.2))
        os.kill(eventd, signal.SIGCONT)

    early = []
    os.kill(eventd, signal.SIGSTOP)
    waker = threading.Thread(target=wake)
    waker.start()
    started.ok("restart", "livestatusd")
    returned.set()
    assert started.ask(status) == b"0\n"
    waker.join()
    assert early == [False]


def test_no_daemon_runs_as_root(started):
    for pid, line in processes(started):
        uid = os.stat(f"/proc/{pid}").st_uid
        status = open(f"/proc/{pid}/status").read()
        real = int(status.split("Uid:")[1].split()[0])
        assert real == started.root.stat().st_uid, (uid, line)


def test_one_daemon_can_be_stopped(started):
    started.stop("eventd")
    rows, code = started.status()
    assert code == 2
    assert rows["eventd"]["state"] == "stopped"
    assert rows["core"]["state"] == "running"
    assert started.run("status", "eventd").code == 1
    assert started.run("status", "core").code == 0
    started.start("eventd")
    assert started.status()[1] == 0
    assert started.run("status", "nosuch").code == 3
    assert started.run("start", "nosuch").code == 3
    assert started.run("stop", "nosuch").code == 3


def test_one_daemon_can_be_restarted(started):
    core, events = started.pids("core"), started.pids("eventd")
    for _ in range(4):  # ends that were asked for are no reason to give up
        started.ok("restart", "core")
    assert started.pids("core") != core
    assert started.pids("eventd") == events


def test_start_of_one_daemon_leaves_the_others_down(site):
    site.start("notifyd")
    rows, code = site.status()
    assert code == 2 and rows["notifyd"]["state"] == "running"
    assert rows["core"]["state"] == "stopped"
    site.start()
    assert site.status()[1] == 0


@pytest.mark.parametrize("daemon", sorted(DAEMONS))
def test_a_killed_daemon_comes_back(started, daemon):
    for _ in range(3):
        before = started.pids(daemon)
        os.kill(before[0], signal.SIGKILL)
        started.wait_for(
            lambda: started.status()[1] == 0
            and started.pids(daemon)[0] != before[0], 20, daemon)


def test_a_killed_supervisor_leaves_no_second_daemon(started):
    victim = next(pid for pid in map(int, filter(str.isdigit,
                                                 os.listdir("/proc")))
                  if _cmdline(pid) == "s6-supervise core"
                  and _cwd(pid).startswith(str(started.root)))
    os.kill(victim, signal.SIGKILL)
    started.wait_for(lambda: started.status()[1] == 0, 20)
    started.wait_for(lambda: len([1 for _, line in processes(started)
                                  if "bin/vedette-core" in line]) == 1)


def _cmdline(pid):
    try:
        with open(f"/proc/{pid}/cmdline") as f:
            return f.read().replace("\0", " ").strip()
    except OSError:
        return ""


def _cwd(pid):
    try:
        return os.readlink(f"/proc/{pid}/cwd")
    except OSError:
        return ""


def test_a_killed_scanner_is_no_obstacle(started):
    victim = next(pid for pid, line in processes(started)
                  if line.startswith("s6-svscan"))
    os.kill(victim, signal.SIGKILL)
    wait_for(lambda: not os.path.exists(f"/proc/{victim}")
             or _cmdline(victim) == "")
    assert started.status()[1] == 2
    started.start()
    assert started.status()[1] == 0
    assert len([1 for _, line in processes(started)
                if "bin/vedette-core" in line]) == 1
    started.stop()
    assert processes(started) == []


def test_tmp_is_emptied_at_start(site):
    site.write("tmp/run/leftover", "x")
    site.start()
    assert not site.path("tmp/run/leftover").exists()


def test_a_port_in_use_is_explained(site):
    with socket.create_server(("127.0.0.1", site.port(5000))):
        done = site.run("start")
        assert done.code == 2, done
        assert "livestatusd" in done.err and str(site.port(5000)) in done.err
        assert site.status()[1] == 2
    # The port is free again: the site heals without a hand.
    site.wait_for(lambda: site.status()[1] == 0, 40)


def test_more_workers_come_with_an_activation(started):
    assert len(started.pids("fetcher")) == 2
    started.ok("config", "set", "fetcher.workers", "3")
    started.activate()
    assert len(started.pids("fetcher")) == 3
    started.ok("config", "set", "fetcher.workers", "1")
    started.activate()
    started.wait_for(lambda: len(started.pids("fetcher")) == 1)
    assert started.status()[1] == 0


def test_reload_opens_logs_anew(started):
    log = started.path("var/log/core.log")
    log.rename(started.path("var/log/core.old"))
    before = started.pids("core")
    started.ok("reload")
    started.wait_for(log.exists)
    assert started.pids("core") == before


def test_own_services_run_with_the_site(site):
    site.write("local/services/mine/run",
               "#!/bin/sh\necho begun\nexec sleep 1000\n", 0o755)
    site.start()
    rows, code = site.status()
    assert code == 0 and rows["mine"]["state"] == "running"
    site.wait_for(lambda: "begun" in site.log("mine"))
    site.stop()
    assert processes(site) == []


def test_leftovers_end_with_the_site(site):
    """What a daemon's child leaves behind does not survive a stop."""
    site.write("local/services/mine/run",
               "#!/bin/sh\nsetsid sleep 987654 &\nexec sleep 1000\n", 0o755)
    site.start()
    site.wait_for(lambda: _sleepers())
    site.stop()
    wait_for(lambda: not _sleepers())


def _sleepers():
    return [pid for pid in filter(str.isdigit, os.listdir("/proc"))
            if _cmdline(int(pid)) == "sleep 987654"]


def test_foreground_for_systemd(site):
    args = [str(site.path("bin/vedette")), "start", "--foreground", site.name]
    env = {**os.environ, "VEDETTE_ROOT": str(site.top.path),
           "ASAN_OPTIONS": "detect_leaks=0"}
    with subprocess.Popen(args, env=env) as p:
        site.wait_for(lambda: site.status()[1] == 0, 30)
        p.send_signal(signal.SIGTERM)
        assert p.wait(30) == 0
    assert site.status()[1] == 1


def test_status_as_text(started):
    out = started.ok("status").out
    assert "core:           running\n" in out
    assert "Overall state:  running\n" in out
