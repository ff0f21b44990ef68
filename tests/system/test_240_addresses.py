# SPDX-License-Identifier: Apache-2.0
"""Names of hosts at an activation: resolved, kept, and never waited for."""
import json
import socket
import struct
import threading
import time

import pytest


class NameServer:
    """Answers A questions from a table on loopback; silent on demand."""

    def __init__(self, names):
        self.names, self.silent, self.asked = names, False, 0
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind(("127.0.0.1", 0))
        self.port = self.sock.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                data, peer = self.sock.recvfrom(2048)
            except OSError:
                return
            self.asked += 1
            if not self.silent:
                self.sock.sendto(self.answer(data), peer)

    def answer(self, data):
        labels, at = [], 12
        while data[at]:
            labels.append(data[at + 1:at + 1 + data[at]].decode())
            at += 1 + data[at]
        question = data[12:at + 5]
        kind = struct.unpack("!H", data[at + 1:at + 3])[0]
        address = self.names.get(labels[0]) if kind == 1 else None
        code = 0 if labels[0] in self.names else 3
        head = data[:2] + struct.pack("!HHHHH", 0x8180 | code, 1,
                                      1 if address else 0, 0, 0)
        record = b"" if not address else struct.pack(
            "!HHHIH", 0xc00c, 1, 1, 60, 4) + socket.inet_aton(address)
        return head + question + record


@pytest.fixture(name="server")
def _server():
    server = NameServer({"vtknown": "127.0.0.7"})
    yield server
    server.sock.close()


def kept(site):
    return json.loads(site.path("var/vedette/addresses.json").read_text())


def test_names_are_resolved_and_kept(site, server):
    site.run("config", "set", "dns.servers", f'["127.0.0.1:{server.port}"]',
             check=True)
    site.config({"hosts": {"vtknown": {}, "vtnone": {"check": "passive"},
                           "vtfixed": {"address": "127.0.0.9"}}})
    done = site.run("activate", check=True)
    assert "no address" not in done.err
    assert kept(site)["vtknown"]["4"] == "127.0.0.7"
    assert set(kept(site)) == {"vtknown"}


def test_a_dead_name_server_blocks_nothing(site, server):
    site.run("config", "set", "dns.servers", f'["127.0.0.1:{server.port}"]',
             check=True)
    site.run("config", "set", "dns.timeout", "500ms", check=True)
    site.config({"hosts": {"vtknown": {}}})
    site.run("activate", check=True)
    server.silent = True
    before = server.asked
    hosts = {f"vtdead{i}": {} for i in range(2000)}
    site.config({"hosts": {"vtknown": {}, **hosts}})
    began = time.monotonic()
    done = site.run("activate", check=True)
    # 2,000 names with 0.5 s each would take a quarter of an hour.
    assert time.monotonic() - began < 60
    assert server.asked > before
    assert "vtknown: 127.0.0.7, found at" in done.err + done.out
    assert "more warnings like: no address is found for the name" \
        in done.err + done.out
    assert kept(site)["vtknown"]["4"] == "127.0.0.7"
