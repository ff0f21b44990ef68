# SPDX-License-Identifier: Apache-2.0
"""Fetchers on other machines: keys, claims, loss, a line that is cut."""
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time

import pytest
from conftest import AGENT_OUTPUT, BUILD, free_port, wait_for

PROGRAM = r"/usr/bin/printf '<<<check_mk>>>\nVersion: 1\n<<<uptime>>>\n1 1\n'"
FAST = [{"ruleset": "service_check_interval", "value": "1s"}]


class Remote:
    """A vedette-fetcher that knows nothing of the site but its key."""

    def __init__(self, endpoint, key, log, before=(), version=None):
        self.log_path, self.key = log, key
        environment = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}
        environment.pop("VEDETTE_ROOT", None)
        user = {"user": "nobody", "group": "nogroup",
                "extra_groups": []} if os.geteuid() == 0 and not before else {}
        if os.geteuid() == 0:
            shutil.chown(key, "nobody", "nogroup")
        with open(log, "ab") as out:
            self.process = subprocess.Popen(
                [*before, str(BUILD / "bin/vedette-fetcher"), "--connect",
                 endpoint, "--key-file", str(key)], stdout=out, stderr=out,
                stdin=subprocess.DEVNULL, env=environment, cwd="/", **user)

    def log(self):
        return self.log_path.read_text(errors="replace")

    def stop(self, number=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(20)


@pytest.fixture
def remotes(tmp_path):
    """remotes(site, name, ...) adds and starts a fetcher."""
    made = []
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.geteuid() and folder != folder.parent \
                and str(folder).startswith("/tmp/pytest"):
            folder.chmod(0o755)

    def make(site, name, *options, endpoint=None, before=(), add=True):
        key = tmp_path / f"{name}.key"
        if add:
            text = site.ok("fetcher", "add", name, *options, "--output",
                           "-").out
            key.write_text(text)
            key.chmod(0o600)
        made.append(Remote(endpoint or f"tcp://127.0.0.1:{site.port(6560)}",
                           key, tmp_path / f"{name}.log", before))
        return made[-1]
    yield make
    for remote in made:
        with contextlib.suppress(Exception):
            remote.stop(signal.SIGKILL)
        assert not re.search(r"Sanitizer|runtime error:|panic", remote.log())


def open_site(site, hosts, workers=1, rules=FAST, listen=None, **config):
    site.settings({"fetcher": {"workers": workers}, "listen": {"fetchers": {
        "enabled": True, "port": site.port(6560),
        "address": listen or ["127.0.0.1"]}}})
    for path, text in hosts.items():
        site.config({"hosts": text, "rules": rules, **config}, path)
        rules, config = [], {}
    site.activate()
    site.start()


def fetchers(site):
    return {r["name"]: r for r in site.ok("fetcher", "list", "--json").json()}


def is_up(site, name, state="up"):
    site.wait_for(lambda: fetchers(site).get(name, {}).get("state") == state,
                  what=f"fetcher {name} {state}")


def agent_host(port, address="127.0.0.1", **more):
    return {"address": address, "check": "always_up",
            "agent": {"kind": "tcp", "port": port}, **more}


# --- keys --------------------------------------------------------------------
def test_a_fetcher_joins_and_works(site, remotes, fake_agent):
    agent = fake_agent()
    open_site(site, {"a.yaml": {"a": agent_host(agent.port)}}, rules=[
        *FAST, {"ruleset": "host_agent_encryption", "value": "plain"}])
    site.wait_for_service("a", "Check_MK", 0)
    remote = remotes(site, "branch", "--affinity", "folder:/")
    is_up(site, "branch")
    row = fetchers(site)["branch"]
    assert row["remote"] and row["hosts"] == 1, row
    site.wait_for(lambda: fetchers(site)["branch"]["answered"] >= 3)
    assert "secret" not in site.log("core")
    assert json.loads(remote.key.read_text())["secret"] not in remote.log()
    status = site.query("GET status", "Columns: program_version")
    assert status
    # It gives back what it has and leaves in order.
    assert remote.stop() == 0
    is_up(site, "branch", "down")
    before = agent.count
    site.wait_for(lambda: agent.count > before + 1, what="the local one")


def test_strangers_and_removed_keys(site, remotes):
    open_site(site, {"a.yaml": {}})
    good = remotes(site, "good")
    is_up(site, "good")
    other = remotes(site, "other")
    is_up(site, "other")
    site.ok("fetcher", "rm", "other")
    wait_for(lambda: "its key was removed" in other.log(), what="the words")
    site.wait_for(lambda: "its key is unknown" in site.log("core"),
                  what="core's words about the open connection")
    other.stop()
    again = remotes(site, "other", add=False)
    wait_for(lambda: "does not know our key" in again.log(), what="the words")
    site.wait_for(lambda: "unknown key" in site.log("core"),
                  what="core's words about a stranger")
    assert "other" not in fetchers(site)
    assert fetchers(site)["good"]["state"] == "up"
    assert good.process.poll() is None
    assert site.run("fetcher", "rm", "other").code == 1
    assert site.run("fetcher", "add", "good").code == 1
    assert site.run("fetcher", "add", "../x").code == 1
    assert site.run("fetcher", "add", "x", "--affinity", "what").code == 1


def test_off_by_default(site):
    site.start()
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", site.port(6560)), 2)


def test_key_files_of_others_are_refused(remotes, site, tmp_path):
    open_site(site, {"a.yaml": {}})
    remote = remotes(site, "branch")
    is_up(site, "branch")
    remote.stop()
    remote.key.chmod(0o644)
    again = remotes(site, "branch", add=False)
    assert again.process.wait(20) != 0
    assert "others may read it" in again.log()


@pytest.fixture
def snmpd(tmp_path):
    """Debian's snmpd, whose community and user have secrets; its port."""
    if not pathlib.Path("/usr/sbin/snmpd").exists():
        pytest.skip("snmpd is not installed")
    port = free_port(socket.SOCK_DGRAM)
    (tmp_path / "snmpd.conf").write_text(
        'rocommunity travels-c 127.0.0.1\nrouser far priv\n'
        'createUser far SHA "travels-auth" AES "travels-priv"\n')
    process = subprocess.Popen(
        ["/usr/sbin/snmpd", "-f", f"-Lf{tmp_path}/snmpd.log", "-I", "-smux",
         f"udp:127.0.0.1:{port}"],
        env={**os.environ, "MIBS": "", "SNMPCONFPATH": str(tmp_path),
             "SNMP_PERSISTENT_DIR": str(tmp_path)})
    yield port
    process.terminate()
    process.wait(20)


def test_secrets_travel(site, remotes, fake_agent, snmpd):
    """A fetcher without files of the site opens an encrypted agent, and reads
    devices whose community, keys and user are in the site's files."""
    from agent_peers import encrypted
    agent = fake_agent(encrypted("03", AGENT_OUTPUT, "travels"))
    for name, secret in (("secret", "travels"), ("community", "travels-c"),
                         ("auth", "travels-auth"), ("priv", "travels-priv")):
        site.write(f"etc/{name}", secret + "\n", 0o600)
    device = {"address": "127.0.0.1", "check": "always_up"}
    snmp = {"port": snmpd, "timeout": "3s"}
    open_site(site, {"far/a.yaml": {
        "a": agent_host(agent.port),
        "v2": {**device, "snmp": {**snmp, "version": "2c", "community": {
            "file": "etc/community"}}},
        "v3": {**device, "snmp": {
            **snmp, "version": "3", "user": "far",
            "auth": ["sha", {"file": "etc/auth"}],
            "priv": ["aes", {"file": "etc/priv"}]}}}}, rules=[
        *FAST, {"ruleset": "host_agent_encryption", "value": {
            "mode": "legacy", "passphrase_file": "etc/secret"}}])
    remote = remotes(site, "branch", "--affinity", "folder:/far", "--alone")
    is_up(site, "branch")
    site.wait_for(lambda: fetchers(site)["branch"]["answered"] >= 3)
    for host in ("a", "v2", "v3"):
        site.wait_for_service(host, "Check_MK", 0)
    line = pathlib.Path(f"/proc/{remote.process.pid}/cmdline").read_bytes()
    assert b"travels" not in line
    for path in site.path("var/log").glob("*.log"):
        assert "travels" not in path.read_text(errors="replace"), path
    assert "travels" not in remote.log()


# --- claims ------------------------------------------------------------------
def test_affinity(site, remotes, fake_agent):
    """Its folder's and label's hosts go to the fetcher, others never."""
    far, near, labelled = fake_agent(), fake_agent(), fake_agent()
    open_site(site, {
        "munich/a.yaml": {"far": agent_host(far.port)},
        "a.yaml": {"near": agent_host(near.port),
                   "labelled": agent_host(labelled.port,
                                          labels={"net": "dmz"})}})
    for name in ("far", "near", "labelled"):
        site.wait_for_service(name, "Check_MK", 0)
    remotes(site, "munich", "--affinity", "folder:/munich,label:net=dmz")
    is_up(site, "munich")
    assert fetchers(site)["munich"]["hosts"] == 2
    base, local = fetchers(site), near.count
    site.wait_for(lambda: near.count >= local + 5)
    now = fetchers(site)
    taken = now["munich"]["taken"] - base["munich"]["taken"]
    here = now["fetcher-1"]["taken"] - base["fetcher-1"]["taken"]
    assert 6 <= taken and here <= taken, (taken, here)


def test_alone_waits_and_others_do_not(site, remotes, fake_agent):
    far, near = fake_agent(), fake_agent()
    site.ok("fetcher", "add", "munich", "--affinity", "folder:/munich",
            "--alone", "--output", site.path("tmp/munich.key"))
    open_site(site, {"munich/a.yaml": {"far": agent_host(far.port)},
                     "a.yaml": {"near": agent_host(near.port)}})
    site.wait_for(lambda: near.count >= 4)
    assert far.count == 0
    assert fetchers(site)["munich"]["waiting"] == 1
    site.ok("fetcher", "rm", "munich")
    site.wait_for(lambda: far.count >= 2)


# --- loss --------------------------------------------------------------------
def test_killed_fetcher_misses_nothing(site, remotes, fake_agent):
    slow = fake_agent(lambda conn: (time.sleep(0.3),
                                    conn.sendall(AGENT_OUTPUT.encode())))
    open_site(site, {"a.yaml": {
        f"h{i}": agent_host(slow.port) for i in range(10)}}, rules=[
        {"ruleset": "service_check_interval", "value": "10s"}])
    remote = remotes(site, "branch", "--affinity", "folder:/")
    is_up(site, "branch")
    site.wait_for(lambda: fetchers(site)["branch"]["answered"] >= 10, 40)
    site.wait_for(lambda: fetchers(site)["branch"]["jobs"] > 0, 40)
    remote.stop(signal.SIGKILL)
    is_up(site, "branch", "down")
    taken = fetchers(site)["fetcher-1"]["answered"]
    site.wait_for(lambda: fetchers(site)["fetcher-1"]["answered"]
                  >= taken + 10, 40)
    rows = site.query("GET services", "Columns: host_name state",
                      "Filter: description = Check_MK", "Filter: state != 0")
    assert rows == [], rows


# --- two machines ------------------------------------------------------------
def test_cut_line(site, remotes, line, fake_agent):
    """Cut for longer than the heartbeat, healed: the local side goes on, the
    hosts behind the line go to the local worker meanwhile, results come again
    from there, and none counts twice."""
    near = fake_agent()
    open_site(site, {"a.yaml": {"near": agent_host(near.port)},
                     "branch/b.yaml": {
                         "far": {"address": "127.0.0.1", "check": "always_up",
                                 "agent": {"kind": "program",
                                           "command": PROGRAM}}}},
              listen=[line.ours])
    endpoint = f"tcp://{line.ours}:{site.port(6560)}"
    remote = remotes(site, "branch", "--affinity", "folder:/branch",
                     endpoint=endpoint, before=line.before)
    is_up(site, "branch")
    site.wait_for(lambda: fetchers(site)["branch"]["answered"] >= 2)

    line.cut()
    is_up(site, "branch", "down")
    wait_for(lambda: re.search(r"core: .*jobs dropped", remote.log()), 20,
             "the fetcher's words")
    here, seen = fetchers(site)["fetcher-1"]["answered"], near.count
    began = time.monotonic()
    site.wait_for(lambda: near.count >= seen + 4)
    # The far host too is checked from here now: two jobs a second.
    site.wait_for(lambda: fetchers(site)["fetcher-1"]["answered"] >= here + 8)
    elapsed = time.monotonic() - began
    assert near.count - seen <= elapsed + 2, "checked twice in an interval"

    line.heal()
    is_up(site, "branch")
    site.wait_for(lambda: fetchers(site)["branch"]["answered"] >= 2)
    rows = dict(site.query("GET services", "Columns: host_name last_check",
                           "Filter: description = Check_MK"))
    assert min(rows.values()) > time.time() - 10, rows
    assert remote.process.poll() is None


