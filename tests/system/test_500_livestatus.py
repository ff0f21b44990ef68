# SPDX-License-Identifier: Apache-2.0
"""Livestatus: listeners that follow the configuration, TCP and TLS, the
protocol as clients in the field speak it."""
import contextlib
import http.client
import json
import socket
import ssl
import time

import pytest
from conftest import free_port


def console_answers(site, port, address="127.0.0.1"):
    try:
        c = http.client.HTTPConnection(address, port, timeout=5)
        c.request("GET", f"/{site.name}/")
        return c.getresponse().status == 200
    except OSError:
        return False


# --- listeners follow `vedette activate` -----------------------------------
def test_console_moves(started):
    old = started.port(5000)
    new = free_port()
    assert console_answers(started, old)
    kept = http.client.HTTPConnection("127.0.0.1", old, timeout=20)
    kept.request("GET", f"/{started.name}/")
    kept.getresponse().read()
    started.ok("config", "set", "listen.http.port", new)
    started.activate()
    assert console_answers(started, new)
    # A connection that was there goes on; the socket is gone.
    kept.request("GET", f"/{started.name}/")
    assert kept.getresponse().read()
    kept.close()
    started.wait_for(lambda: not console_answers(started, old))
    # The same port on all addresses, and back.
    started.ok("config", "set", "listen.http.address", "0.0.0.0")
    started.activate()
    assert console_answers(started, new)
    assert console_answers(started, new, "127.0.0.2")
    started.ok("config", "set", "listen.http.address", "127.0.0.1")
    started.activate()
    assert console_answers(started, new)
    assert not console_answers(started, new, "127.0.0.2")
    # Off and on again.
    started.ok("config", "set", "listen.http.enabled", "false")
    started.activate()
    assert not console_answers(started, new)
    started.ok("config", "set", "listen.http.enabled", "true")
    started.activate()
    assert console_answers(started, new)


def test_port_in_use_is_refused(started):
    old = started.port(5000)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        started.ok("config", "set", "listen.livestatus.tls", "off")
        for listener in ("http", "livestatus"):
            started.ok("config", "set", f"listen.{listener}.enabled", "true")
            started.ok("config", "set", f"listen.{listener}.port", taken)
            done = started.run("activate")
            assert done.code != 0
            assert f"listen.{listener}" in done.out + done.err, done
            assert str(taken) in done.out + done.err, done
            assert console_answers(started, old)
            started.ok("config", "set", f"listen.{listener}.enabled",
                       "true" if listener == "http" else "false")
            started.ok("config", "set", f"listen.{listener}.port",
                       old if listener == "http" else free_port())
            started.activate()
            assert console_answers(started, old)


# --- TCP and TLS -----------------------------------------------------------
HOSTS = {"hosts": {f"h{i:02}": {"check": "passive"} for i in range(5)}}


class Tcp:
    """A site whose Livestatus listens on TCP, and clients of it."""

    def __init__(self, root, **listener):
        self.port = free_port()
        self.site = root.create(settings=self.settings(**listener),
                                config=HOSTS, start=True)
        self.site.wait_for(
            lambda: len(self.site.query("GET hosts", "Columns: name")) == 5)

    def settings(self, **listener):
        return {"fetcher": {"workers": 1},
                "listen": {"livestatus": {"enabled": True, "port": self.port,
                                          **listener}}}

    def context(self):
        return ssl.create_default_context(
            cafile=self.site.path("var/vedette/tls/ca.pem"))

    def connect(self, context=None, source="127.0.0.1"):
        s = socket.create_connection(("127.0.0.1", self.port), 20,
                                     (source, 0))
        return (context or self.context()).wrap_socket(
            s, server_hostname=self.site.name)

    def ask(self, request, **how):
        with self.connect(**how) as s:
            s.sendall(request.encode())
            return b"".join(iter(lambda: s.recv(65536), b""))


GET_HOSTS = "GET hosts\nColumns: name\nOutputFormat: json\n\n"
COMMAND = ("COMMAND [{}] ADD_HOST_COMMENT;h00;1;ann;over TCP\n"
           "ResponseHeader: fixed16\n\n").format(int(time.time()))


def comments(site):
    return site.query("GET comments", "Columns: comment")


def test_tls(root):
    tcp = Tcp(root)
    assert len(json.loads(tcp.ask(GET_HOSTS))) == 5
    with tcp.connect() as s:
        assert s.version() in ("TLSv1.2", "TLSv1.3")
        # Several requests on one connection, an answer of many records.
        for _ in range(3):
            s.sendall(b"GET columns\nKeepAlive: on\nOutputFormat: json\n"
                      b"ResponseHeader: fixed16\n\n")
            head = b""
            while len(head) < 16:
                head += s.recv(16 - len(head))
            assert head[:3] == b"200"
            left = int(head[4:15])
            assert left > 50000
            while left:
                left -= len(s.recv(left))
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = tcp.context()
        context.minimum_version = context.maximum_version = version
        assert len(json.loads(tcp.ask(GET_HOSTS, context=context))) == 5
    # Keys belong to the site's user alone.
    for name in ("ca.key", "site.key"):
        mode = tcp.site.path("var/vedette/tls", name).stat().st_mode
        assert mode & 0o777 == 0o600
    # Commands are taken, and the next query sees what they did.
    with tcp.connect() as s:
        s.sendall(COMMAND.encode())
        s.sendall(b"GET comments\nColumns: comment\nOutputFormat: json\n\n")
        rows = json.loads(b"".join(iter(lambda: s.recv(65536), b"")))
    assert rows == [["over TCP"]]
    # Without TLS nothing is answered.
    with socket.create_connection(("127.0.0.1", tcp.port), 20) as s:
        s.sendall(GET_HOSTS.encode())
        with contextlib.suppress(OSError):
            assert b"h00" not in s.recv(4096)


def test_a_cut_request_does_nothing(root):
    """TCP's end can be forged, TLS's cannot."""
    tcp = Tcp(root)
    with tcp.connect() as s:
        s.sendall(COMMAND.split("\n")[0].encode() + b"\n")
        s.shutdown(socket.SHUT_WR)      # no close_notify
        with contextlib.suppress(OSError):
            s.recv(100)
    assert len(json.loads(tcp.ask(GET_HOSTS))) == 5
    assert comments(tcp.site) == []


def test_commands_false_and_allow(root):
    tcp = Tcp(root, commands=False, allow=["127.0.0.1", "127.8.0.0/13"])
    answer = tcp.ask(COMMAND + GET_HOSTS)
    assert answer.startswith(b"400 ") and b"listen.livestatus" in answer
    assert comments(tcp.site) == []
    tcp.site.command("ADD_HOST_COMMENT;h00;1;ann;locally")
    assert len(comments(tcp.site)) == 1
    assert tcp.ask(GET_HOSTS, source="127.15.255.254")
    with pytest.raises(OSError):
        tcp.ask(GET_HOSTS, source="127.16.0.1")
    # The next configuration holds for new connections.
    tcp.site.settings(tcp.settings(allow=["127.16.0.0/16"]))
    tcp.site.activate()
    assert "h00" in tcp.ask(COMMAND + GET_HOSTS, source="127.16.0.1").decode()
    assert len(comments(tcp.site)) == 2
    with pytest.raises(OSError):
        tcp.ask(GET_HOSTS)


def test_client_certificates(root):
    tcp = Tcp(root, tls={"clients": "required"})
    with pytest.raises(OSError):
        assert tcp.ask(GET_HOSTS)
    context = tcp.context()
    context.load_cert_chain(tcp.site.path("var/vedette/tls/site.pem"),
                            tcp.site.path("var/vedette/tls/site.key"))
    assert len(json.loads(tcp.ask(GET_HOSTS, context=context))) == 5
    # A certificate that cannot be read is refused when it is activated.
    tcp.site.settings(tcp.settings(tls={"cert": "/nonexistent/cert.pem",
                                        "key": "/nonexistent/key.pem"}))
    done = tcp.site.run("activate")
    assert done.code != 0 and "/nonexistent/cert.pem" in done.err
    assert len(json.loads(tcp.ask(GET_HOSTS, context=context))) == 5


def test_without_tls_on_loopback_only(root):
    tcp = Tcp(root, tls=False)
    with socket.create_connection(("127.0.0.1", tcp.port), 20) as s:
        s.sendall(GET_HOSTS.encode())
        answer = b"".join(iter(lambda: s.recv(65536), b""))
    assert len(json.loads(answer)) == 5
    tcp.site.settings(tcp.settings(tls=False, address="0.0.0.0"))
    done = tcp.site.run("activate")
    assert done.code != 0 and "loopback" in done.err


def test_slow_and_silent_clients(root):
    tcp = Tcp(root)
    slow = socket.create_connection(("127.0.0.1", tcp.port), 20)
    slow.sendall(b"\x16\x03\x01")       # a record that never ends
    deaf = tcp.connect()
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    for _ in range(50):
        deaf.sendall(b"GET columns\nKeepAlive: on\n\n")
    for _ in range(20):                 # others are answered at once
        begun = time.monotonic()
        assert len(json.loads(tcp.ask(GET_HOSTS))) == 5
        assert time.monotonic() - begun < 2
    begun = time.monotonic()
    assert slow.recv(10) == b""         # 10 s for the handshake
    assert time.monotonic() - begun < 14
    slow.close()
    deaf.close()
