# SPDX-License-Identifier: Apache-2.0
"""SNMP hosts on a site: Debian's snmpd, a recorded switch in snmpsim, a device
that never answers, and the command line's tools."""
import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile

import pytest
from conftest import wait_for

SECRET = "auth-secret-17"
PRIVATE = "priv-secret-17"

# snmpd lists thousands of TCP connections of a busy machine for minutes.
CONF = f"""view walked included .1
view walked excluded .1.3.6.1.2.1.6
rocommunity {SECRET} 127.0.0.1 -V walked
sysName machine
createUser watcher SHA-256 "{SECRET}" AES "{PRIVATE}"
rouser watcher priv
"""


def switch(ports):
    """snmpsim's record of a switch; a port is (index, name, alias)."""
    rows = {"1.1.0": "4|Acme Switch 3000", "1.2.0": "6|1.3.6.1.4.1.99999.1",
            "1.3.0": "67|360000", "1.5.0": "4|sw1"}
    for index, name, alias in ports:
        for column, value in (
                (f"2.2.1.1.{index}", f"2|{index}"),
                (f"2.2.1.2.{index}", f"4|{name}"),
                (f"2.2.1.3.{index}", "2|6"),
                (f"2.2.1.6.{index}", "4x|001b210a0b%02x" % index),
                (f"2.2.1.8.{index}", "2|1"),
                (f"2.2.1.13.{index}", "65|0"),
                (f"2.2.1.14.{index}", "65|0"),
                (f"31.1.1.1.6.{index}", "70|5000000000"),
                (f"31.1.1.1.10.{index}", "70|7000000000"),
                (f"31.1.1.1.15.{index}", "66|1000"),
                (f"31.1.1.1.18.{index}", f"4|{alias}")):
            rows[column] = value
    return "".join(
        f"1.3.6.1.2.1.{oid}|{value}\n" for oid, value in sorted(
            rows.items(), key=lambda r: [int(n) for n in r[0].split(".")]))


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def answers(*args):
    return subprocess.run(
        ["snmpget", "-t", "1", "-r", "0", "-On", *args, ".1.3.6.1.2.1.1.5.0"],
        env={**os.environ, "MIBS": ""}, capture_output=True,
        text=True).stdout.startswith(".1.3.6.1.2.1.1.5.0 = STRING")


@pytest.fixture(scope="module")
def devices():
    """Ports of snmpd and snmpsim."""
    if not shutil.which("snmpsimd") or not pathlib.Path(
            "/usr/sbin/snmpd").exists():
        pytest.skip("snmpd or snmpsim is not installed")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="vtsnmp", dir="/tmp"))
    data, cache = folder / "data", folder / "cache"
    for d in (folder, data, cache):
        d.mkdir(exist_ok=True)
        d.chmod(0o777)
    (folder / "snmpd.conf").write_text(CONF)
    (data / "public.snmprec").write_text(switch(
        [(1, "Gi0/1", "uplink"), (2, "Gi0/2", "server")]))
    (data / "vlan7.snmprec").write_text(switch(
        [(2, "other", ""), (77, "Vl7", "voice")]))
    real, simulated = free_port(), free_port()
    as_root = ["--process-user=nobody", "--process-group=nogroup"] \
        if os.geteuid() == 0 else []
    env = {**os.environ, "MIBS": "", "SNMPCONFPATH": str(folder),
           "SNMP_PERSISTENT_DIR": str(folder)}
    running = [
        subprocess.Popen(["/usr/sbin/snmpd", "-f", f"-Lf{folder}/log", "-I",
                          "-smux", f"udp:127.0.0.1:{real}"], env=env),
        subprocess.Popen(
            ["snmpsimd", f"--data-dir={data}", f"--cache-dir={cache}",
             f"--agent-udpv4-endpoint=127.0.0.1:{simulated}",
             "--v3-user=watcher", f"--v3-auth-key={SECRET}",
             "--v3-auth-proto=SHA", f"--v3-priv-key={PRIVATE}",
             "--v3-priv-proto=AES", *as_root],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)]
    try:
        wait_for(lambda: answers("-v2c", "-c", SECRET, f"127.0.0.1:{real}"),
                 60, "snmpd")
        wait_for(lambda: answers("-v2c", "-c", "public",
                                 f"127.0.0.1:{simulated}"), 60, "snmpsim")
        yield real, simulated
    finally:
        for p in running:
            p.terminate()
        for p in running:
            p.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def module_root():
    import conftest
    r = conftest.Root()
    yield r
    r.remove()


@pytest.fixture(scope="module")
def watched(module_root, devices):
    """A site that monitors them; its secrets are in files."""
    real, simulated = devices
    site = module_root.create()
    for name, text in (("auth", SECRET), ("priv", PRIVATE)):
        path = site.path(f"etc/{name}.secret")
        path.write_text(text + "\n")
        path.chmod(0o600)
        if os.geteuid() == 0:
            shutil.chown(path, site.name, site.name)
    v3 = {"version": "3", "user": "watcher",
          "auth": ["sha", {"file": "etc/auth.secret"}],
          "priv": ["aes", {"file": "etc/priv.secret"}]}
    host = {"address": "127.0.0.1", "check": "always_up"}
    site.config({
        "hosts": {
            "machine": {**host, "snmp": {
                "version": "2c", "port": real,
                "community": {"file": "etc/auth.secret"}}},
            "switch": {**host, "snmp": {
                **v3, "port": simulated, "contexts": ["public"],
                "section_contexts": {"if64": ["public", "vlan7"]}}},
            "dead": {**host, "snmp": {"version": "2c", "port": free_port(),
                                      "timeout": "200ms"}}},
        "rules": [
            {"ruleset": "host_snmp_fetch_interval", "value": {"hr_fs": "1h"}},
            {"ruleset": "host_snmp_options", "value": {"bulk_size": 20}},
            {"ruleset": "interfaces", "value": {"item": "alias"},
             "when": {"hosts": ["switch"]}},
            {"ruleset": "service_check_interval", "value": "2s",
             "when": {"services": ["Check_MK$"]}}]})
    for name in ("machine", "switch"):
        site.ok("discover", name, "--apply")
    site.ok("activate")
    site.start()
    return site


def test_devices_are_monitored(watched):
    """Real and recorded, two versions, contexts; a dead one beside them."""
    watched.wait_for_service("machine", "Uptime", 0)
    watched.wait_for_service("machine", "Memory")
    watched.wait_for_service("switch", "Interface uplink", 0,
                             check=lambda r: "1 GBit/s" in r["plugin_output"])
    watched.wait_for_service("switch", "Interface voice", 0)  # of vlan7
    watched.wait_for_service(
        "dead", "Check_MK", 2,
        check=lambda r: "is the community right?" in r["plugin_output"])


def test_expensive_tables_are_read_seldom(watched):
    name = next(r["description"] for r in watched.ok(
        "discover", "machine", "--json").json()
        if r["check"] == "filesystem")
    row = watched.wait_for_service(
        "machine", name, columns="state plugin_output perf_data cached_at "
        "cache_interval last_check",
        check=lambda r: r["cached_at"] > 0
        and r["last_check"] > r["cached_at"] + 2)
    assert row["cache_interval"] == 3600


def test_tools(watched):
    got = watched.ok("snmp", "get", "machine", ".1.3.6.1.2.1.1.5.0").out
    assert got == ".1.3.6.1.2.1.1.5.0 machine\n"
    none = watched.run("snmp", "get", "machine", ".1.3.6.1.2.1.1.5.9")
    assert none.code == 1 and "no such value" in none.err
    walk = watched.path("tmp/machine.walk")
    out = watched.ok("snmp", "walk", "machine", "--output", str(walk)).out
    assert "values of machine" in out
    assert SECRET not in walk.read_text(errors="replace")
    judged = watched.ok("check", "machine", "--walk", str(walk)).out
    assert "Uptime" in judged and "Memory" in judged
    rows = {r["section"]: r for r in
            watched.ok("snmp", "scan", "machine", "--json").json()}
    assert rows["if64"]["read"] and not rows["if"]["read"]
    assert rows["hr_fs"]["interval"] == 3600
    same = watched.ok("snmp", "scan", "machine", "--walk", str(walk)).out
    assert "hr_fs" in same and "filesystem" in same
    text = watched.ok("snmp", "scan", "switch").out
    assert 'in context "public", "vlan7"' in text
    name = ".1.3.6.1.2.1.2.2.1.2"
    vlan = watched.ok("snmp", "walk", "switch", name, "--context", "vlan7")
    assert vlan.out == f"{name}.2 other\n{name}.77 Vl7\n"
    bad = watched.run("snmp", "get", "machine", name, "--context", "vlan7")
    assert bad.code == 1 and "version 3 alone" in bad.err
    bad = watched.run("snmp", "walk", "dead")
    assert bad.code == 1 and "No answer from" in bad.err
    assert watched.run("snmp", "scan", "nobody").code == 1


def test_secrets_stay_secret(watched):
    for path in watched.path("var/log").glob("*.log"):
        text = path.read_text(errors="replace")
        assert SECRET not in text and PRIVATE not in text, path
    mine = {str(p) for d in ("core", "fetcher") for p in watched.pids(d)}
    for pid in mine:
        line = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
        assert SECRET.encode() not in line
    config = watched.ok("check-config").out
    assert SECRET not in config and json.dumps(SECRET) not in config


PLAYED = {
    "switch": [("Memory Processor", "cisco_mem", "Processor"),
               ("Interface 10101", "interfaces", "10101")],
    "router": [("BGP Peer 192.0.2.1", "bgp_peer", "192.0.2.1")],
    "printer": [("Supply Image Fuser Kit", "printer_supply",
                 "Image Fuser Kit")],
    "ups": [("Battery capacity", "ups_capacity", None)],
    "linux": [("CPU utilization", "hr_cpu", None)],
}


def test_stored_walks_of_whole_devices(site):
    """Those that the unit tests play, by the command that users have."""
    site.config({
        "hosts": {h: {"address": "127.0.0.1", "snmp": {"version": "2c"}}
                  for h in PLAYED},
        "services": [
            {"hosts": [h], "description": d, "check": {
                "collector": "Check_MK", "check": check,
                **({"item": item} if item else {})}}
            for h, all_ in PLAYED.items() for d, check, item in all_]})
    for host, services in PLAYED.items():
        walk = pathlib.Path("tests/data/walks", host + ".walk").absolute()
        rows = {r["service"]: r for r in site.ok(
            "check", host, "--walk", str(walk), "--json").json()}
        for description, _, _ in services:
            assert rows[description]["state"] == "OK", rows[description]
