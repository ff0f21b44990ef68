# SPDX-License-Identifier: Apache-2.0
"""Syslog: CPU a message beside rsyslog and syslog-ng, UDP without loss, and a
storm of one host.

    tests/bench/run BUILD syslog    (SYSLOG_MESSAGES, SYSLOG_STORM)

All write or count every message; what came is told by sequence numbers.
syslog-ng's package cannot be installed beside rsyslog's, so it is unpacked.
"""
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time

import conftest

TICK = os.sysconf("SC_CLK_TCK")
MESSAGES = int(os.environ.get("SYSLOG_MESSAGES", "200000"))
STORM = int(os.environ.get("SYSLOG_STORM", "1000000"))


def cpu(pid):
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return sum(map(int, fields[11:13])) / TICK


def rules(n):
    """Groups, alternations and anchors, as people write them."""
    return [{"id": f"r{i}", "state": "CRIT", "when": {
        "text": f"(fan|psu|slot{i}) (\\d+) (failed|lost) on (\\S+)"}}
        for i in range(n)]


def send(build, how, port, count, rate=0, *more):
    out = subprocess.run([build / "tests/bench/bench_syslog", how, str(port),
                          str(count), str(rate), *more], check=True, text=True,
                         capture_output=True, timeout=600).stdout
    return json.loads(out)["seconds"]


class Ours:
    name = "vedette"

    def __init__(self, n_rules, log):
        self.root = conftest.Root()
        on = {"enabled": True}
        self.site = self.root.create(
            settings={"fetcher": {"workers": 1},
                      "eventd": {"log_messages": log},
                      "listen": {"syslog_udp": on, "syslog_tcp": on}},
            config={"event_rules": rules(n_rules)}, start=True)
        self.port = self.site.port(514)
        self.pid = self.site.pids("eventd")[0]
        if n_rules:
            self.site.wait_for(lambda: "scanned in one pass"
                               in self.site.log("eventd"), 60, "the scan")

    def status(self, *columns):
        rows = json.loads(self.site.events(
            "GET status", "Columns: " + " ".join(
                f"status_{c}" for c in columns), "OutputFormat: json", ""))
        return rows[1]

    def received(self):
        return self.status("messages")[0]

    def text(self):
        return "".join(p.read_text(errors="replace") for p in self.site.path(
            "var/vedette/eventd/messages").glob("*.log"))

    def losses(self):
        return dict(zip(("kernel", "queue"), self.status(
            "kernel_drops", "queue_drops")))

    def close(self):
        self.root.remove()


class Peer:
    """A daemon of a package that writes what comes to a file."""

    def __init__(self, n_rules):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="vtlog", dir="/tmp"))
        self.port = conftest.free_port()
        self.out = self.dir / "out"
        self.out.touch()
        self.process = subprocess.Popen(
            self.command(n_rules), stdout=subprocess.DEVNULL,
            stderr=open(self.dir / "err", "w"), env=self.environment())
        self.pid = self.process.pid
        conftest.wait_for(self.listens, 20, self.name)

    def environment(self):
        return os.environ

    def listens(self):
        assert self.process.poll() is None, (self.dir / "err").read_text()
        with socket.create_connection(("127.0.0.1", self.port), timeout=5):
            return True

    def text(self):
        return self.out.read_text(errors="replace")

    def received(self):
        return int(subprocess.run(["wc", "-l", self.out], text=True,
                                  capture_output=True).stdout.split()[0])

    def close(self):
        self.process.terminate()
        self.process.wait(20)
        shutil.rmtree(self.dir, ignore_errors=True)


class Rsyslog(Peer):
    name = "rsyslog"

    def command(self, n_rules):
        lines = "".join(
            f'if re_match($msg, "(fan|psu|slot{i}) ([0-9]+) (failed|lost) on '
            f'([^ ]+)") then {{ action(type="omfile" file="{self.dir}/hit") }}'
            "\n" for i in range(n_rules))
        (self.dir / "conf").write_text(f"""
global(workDirectory="{self.dir}")
module(load="imtcp")
module(load="imudp")
input(type="imtcp" port="{self.port}" address="127.0.0.1" ruleset="r")
input(type="imudp" port="{self.port}" address="127.0.0.1" ruleset="r"
      rcvbufSize="32m")
ruleset(name="r" queue.type="FixedArray" queue.size="500000") {{
{lines}action(type="omfile" file="{self.out}" template="RSYSLOG_FileFormat")
}}
""")
        return ["rsyslogd", "-n", "-f", self.dir / "conf", "-i",
                self.dir / "pid"]


class SyslogNg(Peer):
    name = "syslog-ng"
    top = None

    @classmethod
    def unpack(cls):
        cls.top = conftest.TOP / "build/peers/syslog-ng"
        subprocess.run([conftest.TOP / "packaging/unpack-packages", cls.top,
                        "syslog-ng-core", "libivykis0", "libnet1"],
                       check=True, capture_output=True)

    def environment(self):
        return {**os.environ,
                "LD_LIBRARY_PATH": f"{self.top}/usr/lib/syslog-ng:" + ":".join(
                    map(str, self.top.glob("usr/lib/*-linux-gnu")))}

    def command(self, n_rules):
        modules = next((self.top / "usr/lib/syslog-ng").glob("[0-9]*"))
        filters = "".join(
            f'filter f{i} {{ message("(fan|psu|slot{i}) (\\\\d+) '
            '(failed|lost) on (\\\\S+)" type("pcre")); };\n'
            f'log {{ source(s); filter(f{i}); destination(d); }};\n'
            for i in range(n_rules))
        (self.dir / "conf").write_text(f"""@version: 3.38
options {{ stats-freq(0); keep-hostname(yes); use-dns(no);
           log-fifo-size(500000); }};
source s {{
 syslog(ip("127.0.0.1") port({self.port}) transport("tcp")
        log-iw-size(100000) max-connections(50));
 syslog(ip("127.0.0.1") port({self.port}) transport("udp")
        so-rcvbuf(33554432)); }};
destination d {{ file("{self.out}"); }};
{filters}log {{ source(s); destination(d); }};
""")
        return [self.top / "usr/sbin/syslog-ng", "-F", "--no-caps",
                "-f", self.dir / "conf", "-R", self.dir / "persist",
                "-p", self.dir / "pid", "-c", self.dir / "ctl",
                f"--module-path={modules}"]


def peers(say):
    found = [Rsyslog] if shutil.which("rsyslogd") else []
    try:
        SyslogNg.unpack()
        found.append(SyslogNg)
    except (OSError, subprocess.CalledProcessError, StopIteration) as e:
        say(f"syslog: no syslog-ng ({e})")
    return found


def per_message(make, build, how, count, rate=0):
    """Microseconds of CPU of each message, and what is missing."""
    daemon = make()
    try:
        framed = "tcp" if how == "tcp" else how
        send(build, framed, daemon.port, 2000, 20000)
        time.sleep(0.5)
        first, before = daemon.received(), cpu(daemon.pid)
        seconds = send(build, framed, daemon.port, count, rate)
        last, still = -1, 0
        while still < 10 and daemon.received() < first + count:
            still = still + 1 if daemon.received() == last else 0
            last = daemon.received()
            time.sleep(0.1)
        used = cpu(daemon.pid) - before
        return (used / count * 1e6, first + count - daemon.received(),
                count / seconds, daemon.text())
    finally:
        daemon.close()


def missing(text, count):
    seen = set(map(int, re.findall(r"seq=(\d+) ", text)))
    return count - len(seen & set(range(count)))


def measure_tcp(row, build, say):
    ours = {}
    for n in (10, 1000):
        for _ in range(2):
            us, lost, _, _ = per_message(lambda n=n: Ours(n, False), build,
                                         "tcp", MESSAGES)
            ours.setdefault(n, []).append(us)
            assert lost == 0, lost
    for peer in peers(say):
        found = [per_message(lambda p=peer: p(100), build, "tcp",
                             MESSAGES // 10)[0] for _ in range(2)]
        row("syslog over TCP, 1,000 text rules, none hits", ours[1000], "us",
            "2 us", found, f"{peer.name} with 100 rules",
            f"10 rules: {min(ours[10]):.3g} us")


def without_loss(make, name, build, say):
    """The highest of some rates that loses nothing, and CPU a message there;
    all is written to a file."""
    good, each = 0, 0
    for rate in (25000, 50000, 100000, 150000, 200000, 300000, 400000):
        us, _, real, text = per_message(make, build, "udp", MESSAGES, rate)
        lost = missing(text, MESSAGES)
        say(f"{name}: {rate}/s asked, {real:,.0f}/s sent, {lost} lost, "
            f"{us:.2f} us")
        if lost:
            break
        good, each = max(good, real), us
        if real < rate * 0.9:
            break
    return good, each


def measure_udp(row, build, say):
    ours, us = without_loss(lambda: Ours(0, True), "vedette", build, say)
    for peer in peers(say):
        theirs, cost = without_loss(lambda p=peer: p(0), peer.name, build, say)
        row("syslog over UDP without loss, each message in a file: CPU", [us],
            "us", "300,000/s where rsyslog does 600,000/s",
            [cost] if theirs else None, peer.name,
            f"{ours:,.0f}/s, the peer {theirs:,.0f}/s, as fast as the sender "
            "got beside them")


def measure_storm(row, build, say):
    """One host's storm against a counting rule; another's events meanwhile."""
    root = conftest.Root()
    try:
        row("storm of one host", *storm(root, build, STORM, "tcp"))
        row("storm of one host over UDP", *storm(root, build, STORM, "udp"))
    finally:
        root.remove()


def storm(root, build, count, how):
    on = {"enabled": True}
    site = root.create(
        settings={"fetcher": {"workers": 1}, "listen": {
            "syslog_udp": on, "syslog_tcp": on}},
        config={"event_rules": [
            {"id": "quiet", "when": {"host": "quiet"}},
            {"id": "flood", "when": {"text": "lease seq=(\\d+)"},
             "count": {"count": 2, "period": "1h"}},
            {"id": "count", "count": {"count": 5, "period": "1h"}}]},
        start=True)
    late, stop = [], threading.Event()

    def quiet():
        n = 0
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.bind(("127.0.0.2", 0))
            while not stop.is_set():
                n += 1
                start = time.monotonic()
                s.sendto(f"<11>Mar  5 13:59:58 quiet app: no {n}.".encode(),
                         ("127.0.0.1", site.port(514)))
                while f"no {n}.".encode() not in site.events(
                        "GET events", "Columns: event_text",
                        "Filter: event_host = quiet", ""):
                    time.sleep(0.005)
                late.append(time.monotonic() - start)
                stop.wait(0.2)

    thread = threading.Thread(target=quiet)
    thread.start()
    before = cpu(site.pids("eventd")[0])
    send(build, how, site.port(514), count)

    def done():
        return value(site, "messages") + value(site, "kernel_drops") \
            + value(site, "queue_drops") >= count
    conftest.wait_for(done, 120, "all messages")
    stop.set()
    thread.join()
    used = cpu(site.pids("eventd")[0]) - before
    pid = site.pids("eventd")[0]
    memory = int(re.search(r"VmHWM:\s+(\d+)", pathlib.Path(
        f"/proc/{pid}/status").read_text())[1]) // 1024
    overflows = json.loads(site.events(
        "GET events", "Columns: event_text", "Filter: event_application = "
        "Event Console", "Filter: event_text ~ The limit",
        "OutputFormat: json", ""))[1:]
    came = value(site, "messages") - len(late)
    lost = value(site, "kernel_drops") + value(site, "queue_drops")
    assert came + lost == count, (came, lost)
    assert len(overflows) == 1, overflows
    assert value(site, "overflows") == came - 1000, value(site, "overflows")
    note = (f"{count:,} messages, {lost:,} dropped and counted, "
            f"{used / count * 1e6:.2f} us CPU each, {memory} MB at most, one "
            f"overflow event, {value(site, 'overflows'):,} counted")
    site.stop()
    return ([max(late)], "s", "another host's events within 1 s", None, None,
            note)


def value(site, column):
    return json.loads(site.events("GET status", f"Columns: status_{column}",
                                  "OutputFormat: json", ""))[1][0]


def measure(row, build, say):
    try:
        measure_storm(row, build, say)
        measure_tcp(row, build, say)
        measure_udp(row, build, say)
    finally:
        if SyslogNg.top is not None:
            shutil.rmtree(SyslogNg.top, ignore_errors=True)
