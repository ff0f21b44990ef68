# SPDX-License-Identifier: Apache-2.0
"""SNMP: readings beside net-snmp, and a site with 2,000 devices.

    tests/bench/run BUILD snmp      (SNMP_DEVICES, SNMP_SECONDS)

All devices are addresses of 127.1.0.0/16, and one snmpd answers for them all;
what it costs is not counted. bench_snmp says what it does.
"""
import os
import pathlib
import resource
import shutil
import subprocess
import tempfile
import time

import conftest
import soak

SECRET = "bench-password"


class Snmpd:
    """Debian's snmpd for 127.0.0.0/8."""

    def __init__(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="vtsnmp", dir="/tmp"))
        self.port = conftest.free_port()
        (self.dir / "snmpd.conf").write_text(
            "rocommunity public 127.0.0.0/8\n"
            f'createUser bench SHA "{SECRET}" AES "{SECRET}"\n'
            "rouser bench priv\n")
        self.env = {**os.environ, "MIBS": "", "SNMPCONFPATH": str(self.dir),
                    "SNMP_PERSISTENT_DIR": str(self.dir)}
        self.process = subprocess.Popen(
            ["/usr/sbin/snmpd", "-f", f"-Lf{self.dir}/log", "-I", "-smux",
             f"udp:0.0.0.0:{self.port}"], env=self.env)
        conftest.wait_for(lambda: "NET-SNMP version" in (
            self.dir / "log").read_text(), 30, "snmpd")

    def bulkwalk_us(self, times):
        """CPU of one snmpbulkwalk of ifTable, and its values."""
        values = 0
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        for _ in range(times):
            values = subprocess.run(
                ["snmpbulkwalk", "-v2c", "-c", "public", "-Cr25", "-On",
                 f"127.0.0.1:{self.port}", ".1.3.6.1.2.1.2.2"],
                env=self.env, capture_output=True, check=True,
                text=True).stdout.count("\n")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return (after.ru_utime - before.ru_utime + after.ru_stime
                - before.ru_stime) / times * 1e6, values

    def close(self):
        self.process.terminate()
        self.process.wait(20)
        shutil.rmtree(self.dir, ignore_errors=True)


def ours(port, n, what):
    """Microseconds of CPU for one reading."""
    us, failed = subprocess.run(
        [conftest.BUILD / "tests/bench/bench_snmp", str(port), str(n), what],
        capture_output=True, text=True, check=True, timeout=600
    ).stdout.split()
    assert failed == "0", f"{what}: {failed} failed"
    return float(us)


def readings(row, daemon):
    def in_turn(mine, peer, n):
        """What else the machine does is the same for both."""
        pairs = [(ours(daemon.port, n, mine), ours(daemon.port, n, peer))
                 for _ in range(5)]
        return [p[0] for p in pairs], [p[1] for p in pairs]
    us, peers = in_turn("get", "peer", 10000)
    row("SNMP: one GET on one of 1,000 devices, v2c", us, "us", "10 us",
        peers, "net-snmp", "with the check; the peer's sessions stay open")
    us, peers = in_turn("get3", "peer3", 10000)
    row("... v3, SHA and AES", us, "us", "20 us", peers, "net-snmp")
    walks = [daemon.bulkwalk_us(20) for _ in range(3)]
    row("SNMP: interfaces, 21 columns with their checks", [
        ours(daemon.port, 3000, "table") / 1000 for _ in range(3)],
        "ms", "0.1 ms",
        [us / 1000 for us, _ in walks], "snmpbulkwalk",
        f"snmpbulkwalk: ifTable of {walks[0][1]} values")


def site(row, daemon, n, seconds):
    """n devices a minute, two workers; how late, and what it costs."""
    root = conftest.Root()
    try:
        s = root.create(settings={"fetcher": {"workers": 2}}, config={
            "hosts": {f"h{i:05}": {
                "address": soak.address(i, 1), "check": "always_up",
                "snmp": {"version": "2c", "port": daemon.port,
                         "timeout": "5s"}} for i in range(n)}})
        s.ok("discover", "h00000", "--apply", timeout=60)
        found = s.path("var/vedette/discovered")
        text = (found / "h00000.yaml").read_text()
        for i in range(1, n):
            path = found / f"h{i:05}.yaml"
            path.write_text(text)
            if os.geteuid() == 0:
                shutil.chown(path, s.name, s.name)
        s.activate()
        s.start()
        s.wait_for(lambda: soak.all_checked(s), 240, "every service")
        late = soak.counters(s)["checks_overdue"]
        cpu = soak.cpu_seconds(s)
        began, seen = time.monotonic(), []
        while time.monotonic() - began < seconds:
            time.sleep(20)
            seen += soak.latencies(s)
        elapsed = time.monotonic() - began
        cpu = soak.cpu_seconds(s) - cpu
        late = soak.counters(s)["checks_overdue"] - late
        bad = s.query("GET services", "Filter: description = Check_MK",
                      "Stats: state != 0")[0][0]
        services = s.query("GET services", "Stats: state >= 0")[0][0]
        seen.sort()
        row(f"{n:,} SNMP devices a minute, {services:,} services, two workers",
            [cpu / (n * elapsed / 60) * 1e6], "us a device", "-",
            note=f"core and fetchers {cpu / elapsed * 100:.1f} % of a core; "
            f"latency 99 % {seen[int(len(seen) * .99)]:.3f} s, worst "
            f"{seen[-1]:.3f} s; {late:.0f} late, {bad} devices failed")
    finally:
        root.remove()


def measure(row):
    daemon = Snmpd()
    try:
        readings(row, daemon)
        site(row, daemon, int(os.environ.get("SNMP_DEVICES", 2000)),
             int(os.environ.get("SNMP_SECONDS", 120)))
    finally:
        daemon.close()
