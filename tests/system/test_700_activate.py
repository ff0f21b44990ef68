# SPDX-License-Identifier: Apache-2.0
"""What `vedette activate` shows, keeps, brings back and survives."""
import json
import os
import random
import signal
import subprocess
import time

import pytest

from conftest import VEDETTE, wait_for


def hosts(n, **more):
    return {f"h{i:03}": {"check": "always_up", **more} for i in range(n)}


def passive(names):
    return [{"hosts": names, "description": "S", "check": "passive"}]


def generations(site):
    return site.ok("activate", "--list", "--json").json()


def running(site):
    return next(g["generation"] for g in generations(site) if g["running"])


def audit(site):
    return [json.loads(line) for line in
            site.path("var/log/audit.log").read_text().splitlines()]


# --- what changes ----------------------------------------------------------
def test_shows_what_changes(site):
    site.config({"hosts": hosts(3), "services": passive(["h000", "h001"])})
    done = site.ok("activate", "--dry-run", "--json").json()
    assert done["generation"] is None
    assert done["changes"]["hosts"]["added"] == 3
    assert done["changes"]["services"]["added"] == 2
    before = running(site)
    site.activate()
    assert running(site) > before
    config = {"hosts": hosts(3), "services": passive(["h000"]),
              "host_groups": {"g": {"alias": "G"}}}
    del config["hosts"]["h002"]
    config["hosts"]["h000"]["max_check_attempts"] = 4
    config["hosts"]["new"] = {"check": "passive"}
    site.config(config)
    site.ok("config", "set", "fetcher.workers", "3")
    done = site.ok("activate", "--dry-run")
    for text in ("1 added, 1 removed, 1 changed", "0 added, 1 removed",
                 "- h002", "+ new", "- h001;S",
                 "max_check_attempts: 1 -> 4  (h000)", "+ host group g",
                 "site.yaml: fetcher.workers: default -> 3"):
        assert text in done.out, done
    changes = site.ok("activate", "--json").json()["changes"]
    assert changes["changed"] == [{
        "setting": "max_check_attempts", "old": "1", "new": "4",
        "hosts": 1, "services": 0, "objects": ["h000"]}]
    assert "Nothing changes" in site.ok("activate", "--dry-run").out


def test_dry_run_changes_nothing(started):
    before = started.query("GET hosts", "Columns: name")
    listed = generations(started)
    started.config({"hosts": hosts(2)})
    started.ok("activate", "-n")
    assert started.query("GET hosts", "Columns: name") == before
    assert generations(started) == listed
    started.config({"hosts": {"x": {"chek": "ping"}}})
    done = started.run("activate", "-n")
    assert done.code == 1 and "chek" in done.err


def test_many_equal_changes_are_one_line(site):
    site.config({"hosts": hosts(300)})
    site.activate()
    site.config({"hosts": hosts(300, max_check_attempts=7)})
    done = site.ok("activate")
    assert done.out.count("\n") < 12
    assert "and 295 more" in done.out


def test_secrets_are_not_shown(site):
    def config(secret):
        return {"hosts": {"a": {"check": "passive", "snmp":
                                {"version": "2c", "community": secret}}}}
    site.config(config("first-secret"))
    site.activate()
    site.config(config("second-secret"))
    done = site.ok("activate")
    assert "snmp" in done.out and "secret" not in done.out + done.err
    assert "secret" not in site.path("var/log/audit.log").read_text()


# --- generations -----------------------------------------------------------
def test_revert_and_back(started):
    started.config("# first\nhosts: {a: {check: always_up}}\n")
    started.ok("activate", "-m", "the first")
    first = running(started)
    started.config("# second\nhosts: {b: {check: always_up}}\n")
    started.config({"hosts": {"c": {"check": "always_up"}}},
                   "munich/linux/x.yaml")
    started.write("etc/vedette/conf.d/munich/README", "mine")
    started.activate()
    started.config("# third, typed and never activated\n")
    done = started.ok("activate", "--revert", first)
    assert "kept as" in done.err
    text = started.path("etc/vedette/conf.d/test.yaml").read_text()
    assert text == "# first\nhosts: {a: {check: always_up}}\n"
    assert not started.path("etc/vedette/conf.d/munich/linux").exists()
    assert started.path("etc/vedette/conf.d/munich/README").exists()
    assert started.query("GET hosts", "Columns: name") == [["a"]]
    rows = generations(started)
    assert rows[0]["running"] and f"revert to {first}" in rows[0]["message"]
    assert rows[1]["state"] == "saved"
    # What was typed comes back too.
    started.ok("activate", "--revert", rows[1]["generation"])
    text = started.path("etc/vedette/conf.d/test.yaml").read_text()
    assert text == "# third, typed and never activated\n"
    assert [e["action"] for e in audit(started)][-2:] == ["revert", "revert"]


def test_revert_of_what_is_not_there(site):
    assert "no generation 999" in site.run("activate", "--revert", 999).err
    assert site.run("activate", "--revert", "x").code == 1


def test_keeps_fifty(site):
    folder = site.path("var/vedette/generations")
    for i in range(54):
        site.config({"hosts": {f"n{i}": {"check": "passive"}}})
        site.ok("activate", "-q")
    rows = [g for g in generations(site) if g["state"] != "saved"]
    assert len(rows) == 50
    site.ok("activate", "--revert", rows[-1]["generation"])
    assert sum(p.stat().st_size for p in folder.iterdir()) < 200_000


def test_list_and_audit_say_who_and_why(site):
    site.ok("activate", "-m", "because", env={"SUDO_USER": "harri"})
    row = generations(site)[0]
    assert row["who"] == "harri" and row["message"] == "because"
    entry = audit(site)[-1]
    assert entry["who"] == "harri" and "sudo" in entry["from"]
    assert entry["action"] == "activate"
    assert entry["generation"] == row["generation"]
    site.ok("config", "set", "fetcher.workers", "1")
    assert audit(site)[-1]["action"] == "config set"
    table = site.ok("activate", "--list").out
    assert table.splitlines()[0].split()[:3] == ["GENERATION", "STATE", "WHEN"]


# --- refusals, locks -------------------------------------------------------
def test_a_daemon_that_refuses_keeps_all(started):
    started.config({"hosts": hosts(1)})
    started.activate()
    before = running(started)
    port = started.port(6557)
    import socket
    with socket.create_server(("127.0.0.1", port)):
        started.settings({"fetcher": {"workers": 2}, "listen": {"livestatus":
                          {"enabled": True, "address": ["127.0.0.1"]}}})
        started.config({"hosts": hosts(2)})
        done = started.run("activate")
    assert done.code == 1
    assert "livestatusd" in done.err and "nothing was changed" in done.err
    assert running(started) == before
    assert len(started.query("GET hosts", "Columns: name")) == 1
    started.activate()
    assert len(started.query("GET hosts", "Columns: name")) == 2


def test_one_at_a_time(site):
    import fcntl
    lock = site.path("var/vedette/activate.lock")
    site.activate()
    with open(lock, "r+", encoding="utf-8") as f:
        fcntl.flock(f, fcntl.LOCK_EX)
        done = site.run("activate")
        assert done.code == 1
        assert '"activate" since' in done.err and "process" in done.err
        site.ok("activate", "--dry-run")
        site.ok("check-config")
    site.activate()


# --- kills, disks ----------------------------------------------------------
def spawn(site, *args):
    environment = {**os.environ, "VEDETTE_ROOT": str(site.top.path),
                   "ASAN_OPTIONS": "detect_leaks=0"}
    # pylint: disable=consider-using-with
    return subprocess.Popen(
        [str(VEDETTE), "-s", site.name, *map(str, args)], env=environment,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, cwd="/")


@pytest.mark.parametrize("revert", [False, True])
def test_killed_at_any_moment(started, revert):
    """The daemons stay on a whole configuration, and the next one works."""
    started.config({"hosts": hosts(200)})
    started.activate()
    base = running(started)
    began = time.monotonic()
    started.activate()
    takes = time.monotonic() - began
    rng = random.Random(7)
    for i in range(15):
        n = 200 + i % 3
        started.config({"hosts": hosts(n)})
        with spawn(started, "activate",
                   *(["--revert", base] if revert else [])) as p:
            time.sleep(rng.random() * takes)  # a moment, not an event
            p.send_signal(signal.SIGKILL)
        assert len(started.query("GET hosts", "Columns: name")) >= 200
    started.config({"hosts": hosts(205)})
    if revert:
        started.run("activate")
        started.config({"hosts": hosts(205)})
    started.activate()
    assert len(started.query("GET hosts", "Columns: name")) == 205
    assert not started.path("var/vedette/generations/restoring").exists()
    assert not list(started.path("var/vedette/snapshots").glob("*.tmp"))
    newest = max(int(p.stem) for p in
                 started.path("var/vedette/snapshots").glob("*.snap"))
    assert newest == running(started)
    for row in generations(started):
        assert row["state"] in ("running", "activated", "saved")
    assert started.status()[1] == 0


def test_killed_after_the_link_moved(started):
    """What is the present configuration is soon what daemons work by."""
    started.config({"hosts": hosts(2)})
    started.activate()
    before = running(started)
    log = started.path("var/log/activations.log")
    log.unlink()
    os.mkfifo(log, 0o666)  # nobody reads: here it stands still
    os.chmod(log, 0o666)
    started.config({"hosts": hosts(3)})
    with spawn(started, "activate") as p:
        wait_for(lambda: running(started) != before, 60)
        p.send_signal(signal.SIGKILL)
    log.unlink()
    wait_for(lambda: len(started.query("GET hosts", "Columns: name")) == 3)
    started.config({"hosts": hosts(4)})
    started.activate()
    assert len(started.query("GET hosts", "Columns: name")) == 4
    assert started.status()[1] == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="mounts a small disk")
def test_full_disk(started):
    started.config({"hosts": hosts(20)})
    started.activate()
    state = started.path("var/vedette")
    before = running(started)
    kept = state.with_name("kept")
    owner = started.root.stat()
    started.stop()
    state.rename(kept)
    state.mkdir()
    try:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m,mode=0750,"
                        f"uid={owner.st_uid},gid={owner.st_gid}", "small",
                        state], check=True)
        subprocess.run(["cp", "-a", f"{kept}/.", state], check=True)
        started.start()
        with open(state / "filler", "wb", buffering=0) as f:
            try:
                while True:
                    f.write(b"x" * 4096)
            except OSError:
                pass
        started.config({"hosts": hosts(400)})
        done = started.run("activate")
        assert done.code == 1 and "No space left" in done.err, done
        assert running(started) == before
        assert len(started.query("GET hosts", "Columns: name")) == 20
        (state / "filler").unlink()
        started.activate()
        assert len(started.query("GET hosts", "Columns: name")) == 400
        started.stop()
    finally:
        subprocess.run(["umount", "-l", state], check=False)


def test_a_snapshot_cut_short_is_refused(started):
    started.config({"hosts": hosts(60), "services": passive(["~h"])})
    started.activate()
    snapshot = started.path(f"var/vedette/snapshots/{running(started)}.snap")
    whole = snapshot.read_bytes()
    assert len(whole) > 4096
    started.stop()
    try:
        for size in range(0, len(whole), 4096):
            snapshot.write_bytes(whole[:size])
            done = subprocess.run(
                [VEDETTE.parent / "vedette-core", "--root", started.root,
                 "--name", "core", "--ready-fd", "1"], capture_output=True,
                timeout=30, check=False, cwd="/")
            assert done.returncode != 0 and b"\n" not in done.stdout
    finally:
        snapshot.write_bytes(whole)
    # A damaged one is compiled anew from the files.
    snapshot.write_bytes(whole[:4096])
    done = started.start()
    assert "cannot be used" in done.err
    assert len(started.query("GET hosts", "Columns: name")) == 60


# --- a git repository ------------------------------------------------------
def test_a_git_repository_of_thousands_of_files(site):
    top = site.path("etc/vedette/conf.d")
    for i in range(3000):
        folder = top / f"dir{i % 40:02}" / "linux"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"host{i}.yaml").write_text(
            f"hosts: {{host{i:04}: {{check: passive}}}}\n")
    (top / "README.md").write_text("hosts: [not, yaml, for: us\n")
    (top / ".hidden.yaml").write_text("nonsense: [\n")
    (top / ".github").mkdir()
    (top / ".github" / "ci.yaml").write_text("nonsense: [\n")

    def git(*args):
        return subprocess.run(
            ["git", "-c", "safe.directory=*", "-C", top, *args], check=True,
            capture_output=True, text=True, env={
                **os.environ, "GIT_AUTHOR_NAME": "x", "HOME": str(top),
                "GIT_AUTHOR_EMAIL": "x@x", "GIT_COMMITTER_NAME": "x",
                "GIT_COMMITTER_EMAIL": "x@x"}).stdout
    owner = site.root.stat()
    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "all")
    subprocess.run(["chown", "-R", f"{owner.st_uid}:{owner.st_gid}", top],
                   check=True)
    done = site.ok("activate", "--json").json()
    assert done["hosts"] == 3000 and done["changes"]["hosts"]["added"] == 3000
    first = running(site)
    folder = site.path("var/vedette/generations")
    packed = sum(p.stat().st_size for p in folder.iterdir())
    for i in range(3):
        (top / "dir00" / "linux" / "host0.yaml").write_text(
            f"hosts: {{host0000: {{check: passive, alias: n{i}}}}}\n")
        site.activate()
    assert sum(p.stat().st_size for p in folder.iterdir()) - packed < 60_000
    site.ok("activate", "--revert", first)
    assert git("status", "--porcelain", "dir00") == ""
    assert (top / ".git" / "HEAD").exists()


def test_everything_impossible_is_named_at_once(started):
    import contextlib
    import socket
    ports = {"livestatus": 6557, "event_status": 6558}
    with contextlib.ExitStack() as stack:
        for default in ports.values():
            stack.enter_context(socket.create_server(
                ("127.0.0.1", started.port(default))))
        started.settings({"fetcher": {"workers": 2}, "listen": {
            name: {"enabled": True, "address": ["127.0.0.1"]}
            for name in ports}})
        done = started.run("activate")
    assert done.code == 1
    for text in ("livestatusd", "listen.livestatus", "eventd",
                 "listen.event_status"):
        assert text in done.err, done
    started.activate()
