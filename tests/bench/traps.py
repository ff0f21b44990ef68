# SPDX-License-Identifier: Apache-2.0
"""Traps (v2c, 5 values): CPU of each, and how many of a burst of 100,000
arrive, beside snmptrapd. Each trap carries its number."""
import pathlib
import re
import shutil
import socket
import struct
import subprocess
import tempfile
import time

import conftest

PACED, PACE, BURST = 60000, 10000, 100000   # traps, a second; traps


def tlv(tag, content):
    n = len(content)
    size = bytes([n]) if n < 128 else b"\x82" + struct.pack(">H", n)
    return bytes([tag]) + size + content


def oid(text):
    ids = [int(x) for x in text.split(".")]
    out = bytearray([ids[0] * 40 + ids[1]])
    for n in ids[2:]:
        part = [n & 127]
        while n > 127:
            n >>= 7
            part.append(n & 127 | 128)
        out += bytes(reversed(part))
    return bytes(out)


def trap(number):
    """uptime, trap OID and three values more, one of them the number."""
    def bind(name, value):
        return tlv(0x30, tlv(6, oid(name)) + value)
    values = (bind("1.3.6.1.2.1.1.3.0", tlv(0x43, b"\x01\x02\x03"))
              + bind("1.3.6.1.6.3.1.1.4.1.0",
                     tlv(6, oid("1.3.6.1.6.3.1.1.5.3")))
              + bind("1.3.6.1.2.1.2.2.1.1.7",
                     tlv(2, struct.pack(">i", number)))
              + bind("1.3.6.1.2.1.2.2.1.7.7", tlv(2, b"\x02"))
              + bind("1.3.6.1.2.1.31.1.1.1.18.7", tlv(4, b"uplink to core")))
    pdu = tlv(0xa7, tlv(2, b"\x01\x02\x03\x04") + tlv(2, b"\0")
              + tlv(2, b"\0") + tlv(0x30, values))
    return tlv(0x30, tlv(2, b"\x01") + tlv(4, b"public") + pdu)


PACKETS = []


def send(port, first, n, pace=None):
    if not PACKETS:
        PACKETS.extend(trap(i) for i in range(PACED + BURST))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.connect(("127.0.0.1", port))
        began = time.monotonic()
        for i in range(n):
            if pace and i % 100 == 0:
                late = began + i / pace - time.monotonic()
                if late > 0:
                    time.sleep(late)
            s.send(PACKETS[first + i])


class Ours:
    name = "eventd"

    def __init__(self):
        self.root = conftest.Root()
        self.site = self.root.create(
            settings={"fetcher": {"workers": 1},
                      "listen": {"traps": {"enabled": True}},
                      "eventd": {"log_messages": True}},
            config={"event_rules": [{"id": "none", "outcome": "drop"}]},
            start=True)
        self.port, self.pid = self.site.port(162), self.site.pids("eventd")[0]

    def seen(self):
        """Numbers of the traps that came out at the end."""
        found = set()
        folder = self.site.path("var/vedette/eventd/messages")
        for path in folder.glob("*") if folder.exists() else ():
            found.update(map(int, re.findall(
                r"1\.3\.6\.1\.2\.1\.2\.2\.1\.1\.7: (\d+)",
                path.read_text(errors="replace"))))
        return found

    def close(self):
        self.root.remove()


class Theirs:
    name = "snmptrapd"

    def __init__(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="vttrap", dir="/tmp"))
        self.port = conftest.free_port(socket.SOCK_DGRAM)
        (self.dir / "conf").write_text("authCommunity log public\n")
        self.process = subprocess.Popen(
            ["snmptrapd", "-f", "-C", "-c", str(self.dir / "conf"), "-OQn",
             "-n", "-m", "", "-Lf", str(self.dir / "log"),
             f"udp:127.0.0.1:{self.port}"], cwd=self.dir)
        self.pid = self.process.pid
        conftest.wait_for(lambda: (self.dir / "log").exists(),
                          what="snmptrapd")

    def seen(self):
        return set(map(int, re.findall(
            r"\.1\.3\.6\.1\.2\.1\.2\.2\.1\.1\.7 = (\d+)",
            (self.dir / "log").read_text(errors="replace"))))

    def close(self):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.dir)


def settle(it):
    """Until nothing more arrives."""
    last, same = -1, 0
    while same < 4:
        time.sleep(0.5)
        n = len(it.seen())
        same = same + 1 if n == last else 0
        last = n
    return it.seen()


def measure(it, cpu):
    """Microseconds of CPU a trap, lost of the burst."""
    before = cpu(it.pid)
    send(it.port, 0, PACED, PACE)
    paced = len(settle(it))
    each = (cpu(it.pid) - before) * 1e6 / max(1, paced)
    send(it.port, PACED, BURST)
    return each, BURST - sum(n >= PACED for n in settle(it))


def bench(row, say, cpu):
    found = {}
    for kind in (Theirs, Ours):
        if kind is Theirs and not shutil.which("snmptrapd"):
            say("snmptrapd is not installed: no peer for traps")
            continue
        it = kind()
        try:
            found[it.name] = measure(it, cpu)
        finally:
            it.close()
    peer = found.get("snmptrapd")
    row("traps, v2c, 5 values", [found["eventd"][0]], "us", "5 us",
        [peer[0]] if peer else None, "snmptrapd")
    row("... lost of a burst of 100,000", [found["eventd"][1]], "", "0",
        [peer[1]] if peer else None, "snmptrapd")
