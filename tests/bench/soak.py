# SPDX-License-Identifier: Apache-2.0
"""The soak: hosts of 50 services from agents on loopback, and beside them
hosts whose network drops everything.

    tests/bench/run BUILD soak      (SOAK_MINUTES, SOAK_HOSTS, SOAK_DROPPING)

How often each agent was asked is counted by the agents; core's own count of
checks that began more than an interval late and the latency column are read
beside it.
"""
import os
import pathlib
import signal
import subprocess
import tempfile
import time

import conftest


def agent_output():
    """50 services: file systems and local checks beside the usual ones."""
    out = [conftest.AGENT_OUTPUT.split("<<<df_v2>>>")[0], "<<<df_v2>>>\n"]
    for i in range(20):
        out.append(f"/dev/sd{i} ext4 10000000 4000000 6000000 40% /m{i}\n")
    out.append("[df_inodes_start]\n")
    for i in range(20):
        out.append(f"/dev/sd{i} ext4 1000000 100000 900000 10% /m{i}\n")
    out.append("[df_inodes_end]\n<<<local:sep(0)>>>\n")
    for i in range(27):
        out.append(f"0 Local_{i} count=5;10;20|size=1024 all is well {i}\n")
    return "".join(out)


class Agents:
    """bench_agents with that output: ports of those that answer and of those
    that drop."""

    def __init__(self):
        self.port, self.hole = conftest.free_port(), conftest.free_port()
        with tempfile.NamedTemporaryFile("w", prefix="vtsoak") as file:
            file.write(agent_output())
            file.flush()
            self.process = subprocess.Popen(
                [conftest.BUILD / "tests/bench/bench_agents", str(self.port),
                 file.name, str(self.hole)], stdout=subprocess.PIPE, text=True)
            conftest.wait_for(self._answers, 20, "the agents")

    def _answers(self):
        import socket
        with socket.create_connection(("127.0.0.1", self.port), 5) as s:
            return s.recv(1)

    def forget(self):
        self.process.send_signal(signal.SIGUSR1)

    def report(self):
        """Addresses asked, least, most often; longest gap, all of the time
        in ms."""
        self.process.send_signal(signal.SIGTERM)
        return list(map(int, self.process.communicate(timeout=20)[0].split()))

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


def address(i, second):
    return f"127.{second + i // 62500}.{i // 250 % 250}.{i % 250 + 1}"


def hosts(prefix, n, second, port):
    return {f"{prefix}{i:05}": {
        "address": address(i, second), "check": "always_up",
        "agent": {"kind": "tcp", "port": port}} for i in range(n)}


def make_site(root, agents, n, dropping, interval, workers=2):
    """A site with `n` hosts of 50 services and `dropping` others."""
    # Metrics of 50,000 services would fill 40 GB.
    site = root.create(settings={"fetcher": {"workers": workers},
                                 "metrics": {"enabled": False}}, config={
        "hosts": hosts("h", n, 1, agents.port),
        "rules": [{"ruleset": "service_check_interval",
                   "value": f"{interval}s",
                   "when": {"services": ["Check_MK$"]}}]})
    site.ok("discover", *[f"h{i:05}" for i in range(n)], "--apply",
            timeout=600)
    if dropping:
        site.config({"hosts": hosts("d", dropping, 20, agents.hole)},
                    "dropping.yaml")
    site.activate()
    return site


def pss(pids):
    total = 0
    for pid in pids:
        for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").open():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1024


def memory(site):
    return {d: round(sum(pss([p]) for p in site.pids(d)), 1)
            for d in ("core", "fetcher", "livestatusd")}


def latencies(site):
    return [row[0] for row in site.query(
        "GET services", "Columns: latency", "Filter: host_name ~ ^h",
        "Filter: description = Check_MK")]


def counters(site):
    out = subprocess.run(
        [conftest.BUILD / "tests/bench/bench_counters",
         f"ipc://{site.path('tmp/run/bus/core.sock')}"], text=True,
        capture_output=True, check=True, timeout=30).stdout
    return {k: float(v) for k, v in map(str.split, out.splitlines())}


def all_checked(site):
    return site.query("GET services", "Filter: host_name ~ ^h",
                      "Stats: has_been_checked = 0") == [[0]]


def soak(n, dropping, minutes, interval=10):
    """One run; a dict of figures."""
    root = conftest.Root()
    agents = Agents()
    try:
        site = make_site(root, agents, n, dropping, interval)
        site.start()
        site.wait_for(lambda: all_checked(site), 180, "every service")
        # Until the first round's spreading is over.
        time.sleep(2 * interval)
        late = counters(site)["checks_overdue"]
        cpu0, mem0 = cpu_seconds(site), memory(site)
        agents.forget()
        began, seen = time.monotonic(), []
        while time.monotonic() - began < minutes * 60:
            time.sleep(interval)
            seen += latencies(site)
        elapsed = time.monotonic() - began
        mem1, cpu1 = memory(site), cpu_seconds(site)
        late = counters(site)["checks_overdue"] - late
        asked, least, most, gap, ms = agents.report()
        seen.sort()
        return {"hosts": n, "dropping": dropping, "seconds": round(elapsed),
                "asked": asked, "intervals": ms // 1000 // interval,
                "least": least, "most": most, "gap_ms": gap,
                "overdue": late, "p50": seen[len(seen) // 2],
                "p99": seen[len(seen) * 99 // 100], "worst": seen[-1],
                "cpu": (cpu1 - cpu0) / elapsed, "mem0": mem0, "mem1": mem1}
    finally:
        agents.close()
        root.remove()


def cpu_seconds(site):
    total = 0
    for pid in site.pids("core") + site.pids("fetcher"):
        fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
        total += sum(map(int, fields[11:13]))
    return total / os.sysconf("SC_CLK_TCK")


def measure(row):
    """`row` prints one line of the table."""
    minutes = float(os.environ.get("SOAK_MINUTES", 10))
    n = int(os.environ.get("SOAK_HOSTS", 1000))
    many = int(os.environ.get("SOAK_DROPPING", 10000))
    for dropping in (0, many):
        f = soak(n, dropping, minutes)
        beside = f", {dropping:,} dropping hosts beside" if dropping else ""
        row(f"soak {n:,} hosts of 50 services every 10 s{beside}: latency "
            "99 %", [f["p99"]], "s", "1 s",
            note=f"{f['seconds']} s: {f['asked']} asked {f['least']} to "
            f"{f['most']} times in {f['intervals']} intervals, longest gap "
            f"{f['gap_ms']} ms, {f['overdue']:.0f} late; median "
            f"{f['p50']:.3f} s, worst {f['worst']:.3f} s; core and fetchers "
            f"{100 * f['cpu']:.0f} % of a core; MB at start {f['mem0']}, at "
            f"the end {f['mem1']}")
