# SPDX-License-Identifier: Apache-2.0
"""Messages go on to other syslog servers; nothing queued is lost."""
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess

import pytest
from conftest import Root, free_port, wait_for

RULES = [{"id": "ring", "when": {"facility": "snmptrap"}},
         {"id": "all", "when": {"text": "event"}, "state": "syslog"}]


@pytest.fixture(scope="module")
def site():
    root = Root()
    try:
        yield root.create(settings=settings({}),
                          config={"event_rules": RULES}, start=True)
        for one in root.sites:
            one.check_logs()
    finally:
        root.remove()


def settings(forward):
    on = {"enabled": True}
    return {"fetcher": {"workers": 1}, "eventd": {"forward": forward},
            "listen": {"syslog_udp": on, "syslog_tcp": on, "syslog_tls": on}}


def forward_to(site, **targets):
    site.settings(settings(targets))
    site.ok("activate")


def send(site, *texts):
    with socket.create_connection(("127.0.0.1", site.port(514)),
                                  timeout=20) as s:
        for text in texts:
            s.sendall(f"<11>Mar  5 13:59:58 gw2 app: {text}\n".encode())


def rows(site, table, columns):
    return json.loads(site.events(f"GET {table}", f"Columns: {columns}",
                                  "OutputFormat: json", ""))[1:]


class Server:
    """Takes one connection at a time and keeps what came on all of them."""

    def __init__(self, port=0):
        self.socket = socket.create_server(("127.0.0.1", port))
        self.socket.settimeout(30)
        self.port = self.socket.getsockname()[1]
        self.bytes = b""

    def read_until(self, want):
        with self.socket.accept()[0] as s:
            s.settimeout(30)
            while want not in self.bytes:
                block = s.recv(65536)
                if not block:
                    break
                self.bytes += block

    def close(self):
        self.socket.close()


def test_what_waits_survives_sigkill(site):
    port, other = free_port(), free_port()
    forward_to(site, central={"to": "127.0.0.1", "port": port},
               few={"to": "127.0.0.1", "port": other, "format": "rfc3164",
                    "messages": "matched"})
    send(site, *(f"number {i}." for i in range(500)), "an event")
    site.wait_for(lambda: rows(site, "status", "status_messages_tcp"
                               )[0][0] >= 501, what="the messages")
    queued = {r[0]: r[1:] for r in rows(
        site, "forwards", "forward_name forward_state forward_queue")}
    assert queued["central"][1] > 500 * 50, queued
    assert 0 < queued["few"][1] < 100 and queued["few"][0] != "connected"
    old = site.pids("eventd")[0]
    os.kill(old, signal.SIGKILL)
    site.wait_for(lambda: site.pids("eventd") not in ([], [old])
                  and rows(site, "status", "status_messages"), what="eventd")
    send(site, "the last.")
    with contextlib.closing(Server(port)) as server:
        server.read_until(b"the last.")
        for i in range(500):
            assert b"app - - - number %d." % i in server.bytes
        assert server.bytes.count(b"number 7.") == 1
    with contextlib.closing(Server(other)) as server:
        server.read_until(b"\n")
        assert server.bytes == b"<11>Mar  5 13:59:58 gw2 app: an event\n"


def test_a_lost_connection_loses_nothing(site):
    with contextlib.closing(Server()) as server:
        forward_to(site, central={"to": "localhost", "port": server.port})
        send(site, "one.")
        server.read_until(b"one.")
        send(site, "two.", "three.")
        server.read_until(b"three.")
        assert b" two." in server.bytes
    forward_to(site)


def test_vedette_forwards_to_itself_over_tls(site):
    """Its own listener as the server: the message goes round once."""
    forward_to(site, ring={
        "to": "127.0.0.1", "port": site.port(6514), "messages": "matched",
        "tls": {"ca": "var/vedette/tls/ca.pem", "name": "localhost"}})
    before = rows(site, "status", "status_messages_tls")[0][0]
    site.wait_for(lambda: rows(site, "forwards", "forward_state")
                  == [["connected"]], what="the connection")
    # Forwarded as local0, it meets no rule, so that it goes round once.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.sendto(b"<250>Mar  5 13:59:58 gw2 app: of the ring",
                   ("127.0.0.1", site.port(514)))
    site.wait_for(lambda: rows(site, "status", "status_messages_tls")[0][0]
                  == before + 1, what="the message")
    site.wait_for(lambda: rows(site, "forwards", "forward_queue") == [[0]],
                  what="the acknowledgement")
    forward_to(site, ring={
        "to": "127.0.0.1", "port": site.port(6514), "messages": "matched",
        "tls": {"ca": "var/vedette/tls/ca.pem", "name": "elsewhere"}})
    site.wait_for(lambda: "mismatch" in rows(
        site, "forwards", "forward_why")[0][0], what="the refusal")
    forward_to(site)


@pytest.mark.skipif(not shutil.which("rsyslogd"),
                    reason="the package rsyslog is missing")
def test_rsyslog_gives_and_takes(site, tmp_path):
    """By UDP and TCP from rsyslog to the site, and from the site back."""
    port, out = free_port(), tmp_path / "out"
    config = tmp_path / "rsyslog.conf"
    config.write_text(f"""
global(workDirectory="{tmp_path}")
module(load="imuxsock" SysSock.Use="off")
module(load="imtcp")
input(type="imuxsock" Socket="{tmp_path}/log")
ruleset(name="in") {{ action(type="omfile" file="{out}"
    template="RSYSLOG_SyslogProtocol23Format") }}
input(type="imtcp" port="{port}" address="127.0.0.1" ruleset="in")
if $programname == "byudp" then action(type="omfwd" target="127.0.0.1"
    port="{site.port(514)}" protocol="udp")
if $programname == "bytcp" then action(type="omfwd" target="127.0.0.1"
    port="{site.port(514)}" protocol="tcp" TCP_Framing="octet-counted")
""")
    rsyslog = subprocess.Popen(["rsyslogd", "-n", "-f", config, "-i",
                                tmp_path / "pid"], stderr=subprocess.PIPE)
    try:
        wait_for((tmp_path / "log").exists, what="rsyslog's socket")
        forward_to(site, rsyslog={"to": "127.0.0.1", "port": port})
        for tag in ("byudp", "bytcp"):
            subprocess.run(["logger", "-u", tmp_path / "log", "-t", tag,
                            "-p", "daemon.err", f"event {tag}"], check=True)
        wait_for(lambda: all(f"event {tag}" in out.read_text()
                             for tag in ("byudp", "bytcp")),
                 what="what came back")
        line = next(x for x in out.read_text().splitlines() if "byudp" in x)
        assert line.startswith("<27>1 ") and " byudp - - - event" in line
    finally:
        forward_to(site)
        rsyslog.terminate()
        rsyslog.communicate(timeout=20)
