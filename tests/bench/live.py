# SPDX-License-Identifier: Apache-2.0
"""Livestatus beside icinga2's: 100,000 services, the budget's queries through
the socket, then 50 clients while 10,000 results a second come in.

    tests/bench/run BUILD live      (LIVE_HOSTS, LIVE_SECONDS)

The figures of the queries alone, without the socket, are bench_lql's.
"""
import contextlib
import os
import pathlib
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import threading
import time

import conftest

HOSTS = int(os.environ.get("LIVE_HOSTS", "10000"))
SERVICES = 10
SECONDS = int(os.environ.get("LIVE_SECONDS", "10"))
NAMES = ["CPU load", "CPU utilization", "Check_MK", "Disk IO SUMMARY",
         "Filesystem root", "Filesystem disk", "Interface 1", "Interface 2",
         "Memory", "Uptime"]
QUERIES = [
    ("`Filter: state = 2`, 4 columns, 3 % hit", "0.4 ms",
     "GET services\nFilter: state = 2\n"
     "Columns: host_name description state plugin_output\n"),
    ("all services, 6 columns, JSON", "15 ms",
     "GET services\nColumns: host_name description state plugin_output "
     "perf_data last_check\n"),
    ("four `Stats:` over all services", "0.1 ms",
     "GET services\nStats: state = 0\nStats: state = 1\nStats: state = 2\n"
     "Stats: state = 3\n"),
    ("services of one host", "0.03 ms",
     f"GET services\nFilter: host_name = host{HOSTS // 2:05}\n"
     "Columns: description state plugin_output\n"),
    ("`description ~~ disk`, 20 % hit", "2 ms",
     "GET services\nFilter: description ~~ disk\n"
     "Columns: host_name description state\n"),
    ("hosts with their services' worst state and counts", "1.5 ms",
     "GET hosts\nColumns: name worst_service_state num_services_ok "
     "num_services_warn num_services_crit num_services_unknown\n"),
]


def ask(path, query):
    """The answer's length."""
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(300)
        s.connect(str(path))
        s.sendall((query + "OutputFormat: json\n\n").encode())
        s.shutdown(socket.SHUT_WR)
        n = 0
        while piece := s.recv(1 << 18):
            n += len(piece)
        return n


def results():
    for h in range(HOSTS):
        for s, name in enumerate(NAMES):
            i = h * SERVICES + s
            bad = i * 2654435761 % 2**32 % 100 < 3
            yield (f"PROCESS_SERVICE_CHECK_RESULT;host{h:05};{name};"
                   f"{2 if bad else 0};{'CRIT' if bad else 'OK'} - value of "
                   f"object {i} is {i % 97}.{i % 10} %, that is all there is "
                   f"to say|value={i % 97}.{i % 10};80;90;0;100")


def feed(path):
    """All results by the socket itself, as external commands."""
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(600)
        s.connect(str(path))
        now = int(time.time())
        lines = [f"COMMAND [{now}] {r}\n\n".encode() for r in results()]
        for i in range(0, len(lines), 500):
            s.sendall(b"".join(lines[i:i + 500]))
        s.shutdown(socket.SHUT_WR)
        while s.recv(65536):
            pass


class Icinga:
    """An icinga2 of our own below a temporary folder."""

    def __init__(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="vtic", dir="/tmp"))
        for d in ("run", "data", "log", "cache", "spool"):
            (self.dir / d).mkdir()
        (self.dir / "icinga2.conf").write_text(self.config())
        shutil.chown(self.dir, "nagios", "nagios")
        for d in self.dir.iterdir():
            shutil.chown(d, "nagios", "nagios")
        self.socket = self.dir / "run/live"
        self.process = subprocess.Popen(
            ["icinga2", "daemon", "-c", self.dir / "icinga2.conf",
             "-DRunAsUser=nagios", "-DRunAsGroup=nagios",
             f"-DDataDir={self.dir}/data", f"-DLogDir={self.dir}/log",
             f"-DCacheDir={self.dir}/cache", f"-DInitRunDir={self.dir}/run",
             f"-DSpoolDir={self.dir}/spool", "-x", "critical"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def config(self):
        return f"""
library "livestatus"
object CheckCommand "none" {{ command = ["/bin/true"] }}
object LivestatusListener "live" {{
  socket_type = "unix"
  socket_path = "{self.dir}/run/live"
}}
for (i in range({HOSTS})) {{
  var text = string(i)
  while (text.len() < 5) {{ text = "0" + text }}
  var h = "host" + text
  object Host h use (h) {{
    check_command = "none"
    enable_active_checks = false
  }}
  for (n in [{", ".join(f'"{n}"' for n in NAMES)}]) {{
    object Service n use (h) {{
      host_name = h
      check_command = "none"
      enable_active_checks = false
      max_check_attempts = 1
    }}
  }}
}}
"""

    def wait(self):
        def up():
            assert self.process.poll() is None, "icinga2 ended"
            return self.socket.exists()
        conftest.wait_for(up, 300, "icinga2")
        return self

    def pids(self):
        me = [self.process.pid]
        for pid in me:
            out = subprocess.run(["pgrep", "-P", str(pid)],
                                 capture_output=True, text=True).stdout
            me += map(int, out.split())
        return me

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
        shutil.rmtree(self.dir, ignore_errors=True)


def cpu_of(pids):
    ticks = 0
    for pid in pids:
        fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def cost(path, pids, query, seconds=1.5):
    """Milliseconds of CPU of one query, answer and socket included."""
    ask(path, query)
    before, n, end = cpu_of(pids), 0, time.monotonic() + seconds
    while time.monotonic() < end or n < 5:
        ask(path, query)
        n += 1
    return (cpu_of(pids) - before) / n * 1000


@contextlib.contextmanager
def stopped(pids):
    """A peer that has work of its own would share the caches with us."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def site_of(root):
    return root.create(settings={"fetcher": {"workers": 1}}, config={
        "hosts": {f"host{h:05}": {"check": "passive"} for h in range(HOSTS)},
        "services": [{"hosts": ["~host.*"], "description": n,
                      "check": "passive"} for n in [
                          *NAMES, *(f"service{s:03}" for s in range(2))]]})


class Clients:
    """50 of them, who ask one thing after the other. They stand for other
    machines: the site's processes have the processors before them."""

    def __init__(self, path, n=50):
        self.path, self.stop, self.n = path, False, 0
        self.times = []
        self.threads = [threading.Thread(target=self.run, args=(i,))
                        for i in range(n)]
        for t in self.threads:
            t.start()

    def run(self, i):
        os.sched_setscheduler(threading.get_native_id(), os.SCHED_IDLE,
                              os.sched_param(0))
        while not self.stop:
            before = time.monotonic()
            ask(self.path, QUERIES[i % len(QUERIES)][2])
            self.times.append(time.monotonic() - before)
            i += 1

    def end(self):
        self.stop = True
        for t in self.threads:
            t.join()
        return len(self.times)


def stream(build, site, rate=10000):
    """Milliseconds until core has answered a result, at that rate."""
    out = subprocess.run(
        [build / "tests/bench/bench_passive",
         f"ipc://{site.path('tmp/run/bus/core.sock')}", str(rate * SECONDS),
         str(HOSTS), "2", "0", str(rate)], text=True, capture_output=True,
        check=True, timeout=SECONDS * 20 + 60).stdout.split()
    assert out[1] == "0", out
    return [float(x) for x in out[3:6]]


def under_load(row, build, site, say):
    say("10,000 results a second")
    path = site.path("tmp/run/live")
    alone = stream(build, site)
    clients = Clients(path)
    busy = stream(build, site)
    n = clients.end()
    times = sorted(clients.times)
    row("core's answer to a result at 10,000 a second, 99 %", [alone[1]],
        "ms", "unchanged", note=f"half {alone[0]} ms, worst {alone[2]} ms; "
        "its files are in memory")
    row("... while 50 clients ask all of these queries", [busy[1]], "ms",
        "unchanged", note=f"half {busy[0]} ms, worst {busy[2]} ms; "
        f"{n / SECONDS:.0f} queries a second, half of them in "
        f"{statistics.median(times) * 1000:.0f} ms, 99 % in "
        f"{times[len(times) * 99 // 100] * 1000:.0f} ms; the clients run on "
        "this machine too")


def hold_in_memory(path):
    """Core answers when a result is on disk: of its pauses, which come and
    go with whatever writes, nothing is to stand in these rows. Root only."""
    if os.geteuid() == 0:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs",
                        path], check=True)


def let_go(path):
    if os.path.ismount(path):
        subprocess.run(["umount", "-l", path], check=True)


def measure(row, build, say):
    root = conftest.Root()
    hold_in_memory(root.path)
    peer = None
    try:
        site = site_of(root)
        site.start()
        say("100,000 results")
        path = site.path("tmp/run/live")
        feed(path)
        pids = site.pids("livestatusd")
        if shutil.which("icinga2") and os.geteuid() == 0:
            say("icinga2")
            peer = Icinga().wait()
            feed(peer.socket)
            time.sleep(20)
        for name, budget, query in QUERIES:
            with stopped(peer.pids() if peer else []):
                ours = [cost(path, pids, query) for _ in range(3)]
            theirs = [cost(peer.socket, peer.pids(), query)] if peer else None
            row(f"Livestatus: {name}", ours, "ms", budget, theirs, "icinga2",
                "CPU through the socket")
        if peer:
            peer.close()
            peer = None
        under_load(row, build, site, say)
    finally:
        if peer:
            peer.close()
        for site in root.sites:
            site.remove()
        let_go(root.path)
        root.remove()
