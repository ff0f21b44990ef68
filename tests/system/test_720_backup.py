# SPDX-License-Identifier: Apache-2.0
"""Backups, and what the command says of sites in odd states."""
import os
import shutil
import signal
import subprocess

import pytest

from conftest import BUILD, VEDETTE


def fill(site):
    site.config({"hosts": {"a": {"check": "passive"}}})
    site.activate()
    site.command("PROCESS_HOST_CHECK_RESULT;a;1;it is down")
    site.command("SCHEDULE_HOST_DOWNTIME;a;1;4000000000;1;0;0;harri;long")
    site.wait_for(lambda: site.host("a")["state"] == 1)


@pytest.mark.skipif(os.geteuid() != 0, reason="makes users")
def test_backup_of_a_running_site_under_another_name(started, tmp_path):
    fill(started)
    file = tmp_path / "site.tgz"
    done = started.ok("backup", file, "--json").json()
    assert done["site"] == started.name and done["bytes"] > 1000
    assert file.stat().st_mode & 0o077 == 0
    inside = started.path("x.tgz")
    assert "outside" in started.run("backup", inside).err
    other = started.name[:6] + "x2"
    try:
        started.top.run("restore", other, file, check=True)
        started.top.run("start", other, check=True)
        answer = started.top.run(
            "-s", other, "query", check=True,
            input="GET hosts\nColumns: name state scheduled_downtime_depth\n")
        assert answer.out == "a;1;1\n"
        # Another peer than the first: it has a key of its own.
        assert started.top.run(
            "-s", other, "notify", "key", check=True).out != started.ok(
                "notify", "key").out
        listed = started.top.run("-s", other, "activate", "--list", "--json",
                                 check=True).json()
        assert listed[0]["running"]
    finally:
        started.top.run("rm", other, "--yes")


@pytest.mark.skipif(os.geteuid() != 0, reason="makes users")
def test_restore_over_a_site(started, tmp_path):
    fill(started)
    file = tmp_path / "site.tgz"
    started.ok("backup", file)
    started.config({"hosts": {"b": {"check": "passive"}}})
    started.activate()
    assert "--yes" in started.run("restore", file).err
    assert "stop" in started.run("restore", file, "--yes").err
    started.stop()
    cut = tmp_path / "cut.tgz"
    cut.write_bytes(file.read_bytes()[:3000])
    assert started.run("restore", cut, "--yes").code == 1
    assert not started.path("restoring").exists()
    # As a restore leaves it that is killed while folders change places.
    ports = started.path("var/vedette/port_offset").read_text()
    started.path("restoring").mkdir()
    shutil.chown(started.path("restoring"), started.path("etc").owner())
    started.path("etc").rename(started.path("restoring/etc.old"))
    started.path("var").rename(started.path("restoring/var.old"))
    started.ok("restore", file, "--yes")
    assert started.path("var/vedette/port_offset").read_text() == ports
    assert not started.path("restoring").exists()
    assert not started.path("restored-old").exists()
    started.start()
    started.wait_for(lambda: started.host("a")["state"] == 1)
    assert started.host("b") is None


# --- odd states ------------------------------------------------------------
def test_daemons_without_a_supervisor_are_not_stopped(started):
    def supervisor():
        for pid in os.listdir("/proc"):
            try:
                with open(f"/proc/{pid}/cmdline", "rb") as f:
                    words = f.read().split(b"\0")
            except OSError:
                continue
            if words[0].endswith(b"s6-svscan") and \
                    str(started.root).encode() in b" ".join(words):
                return int(pid)
        return None
    os.kill(started.wait_for(supervisor), signal.SIGKILL)

    def state():
        rows = started.top.run("sites", "--json", check=True).json()
        return next(r["state"] for r in rows if r["site"] == started.name)
    started.wait_for(lambda: state() == "partly")


def test_status_of_one_worker(started):
    done = started.ok("status", "fetcher-1")
    assert "fetcher-1:" in done.out and "running" in done.out
    assert started.run("status", "fetcher-99").code == 3


def test_start_with_mistakes_uses_the_last_good(started):
    started.config({"hosts": {"a": {"check": "passive"}}})
    started.activate()
    started.stop()
    started.config({"hosts": {"b": {"chek": "passive"}}})
    done = started.start()
    assert "warning: " in done.err and "chek" in done.err
    assert "last good configuration, generation" in done.err
    assert started.query("GET hosts", "Columns: name") == [["a"]]
    started.stop()
    started.config({"hosts": {"b": {"check": "passive"}}})
    assert "changed since" in started.start().err


def test_start_without_a_log_says_so_at_once(started):
    started.stop()
    log = started.path("var/log/core.log")
    log.unlink(missing_ok=True)
    log.mkdir()
    try:
        os.chown(log, 0, 0)
        log.chmod(0o500)
        if os.geteuid() != 0:
            return
        done = started.run("start", timeout=20)
        assert done.code == 1 and "core.log cannot be written" in done.err
    finally:
        log.rmdir()


def test_completion_offers_hosts_and_keys(started):
    started.config({"hosts": {"web01": {"check": "passive"},
                              "db01": {"check": "passive"}}})
    started.activate()
    script = BUILD / "share/bash-completion/completions/vedette"

    def complete(*words):
        code = (f"source {script}; COMP_WORDS=({' '.join(words)});"
                f" COMP_CWORD={len(words) - 1}; _vedette;"
                " printf '%s\\n' \"${COMPREPLY[@]}\"")
        return subprocess.run(
            ["bash", "-c", code], capture_output=True, text=True, check=True,
            env={**os.environ, "VEDETTE_ROOT": str(started.top.path)},
        ).stdout.split()
    me = [str(VEDETTE), "-s", started.name]
    for verb in ("discover", "fetch", "check", "rename-host"):
        assert complete(*me, verb, "w") == ["web01"]
    assert complete(*me, "config", "explain", "d") == ["db01"]
    assert complete(*me, "notify", "explain", "w") == ["web01"]
    assert complete(*me, "notify", "expl") == ["explain"]
    assert complete(*me, "event", "r") == ["replay"]
    assert complete(*me, "checks", "show", "filesys") == ["filesystem"]
    assert complete(*me, "config", "get", "listen.http.p") == [
        "listen.http.port"]
