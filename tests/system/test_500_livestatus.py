# SPDX-License-Identifier: Apache-2.0
"""Livestatus: listeners that follow the configuration, TCP and TLS, the
protocol as clients in the field speak it."""
import ast
import contextlib
import http.client
import json
import socket
import ssl
import time

import pytest
from conftest import Root, free_port


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
    # A refused one is answered before the query behind it.
    refused = COMMAND.replace(";h00;", ";nowhere;")
    for request in (refused + GET_HOSTS, refused + COMMAND.replace(
            "over TCP", "again") + GET_HOSTS):
        answer = tcp.ask(request)
        assert answer.startswith(b"400 "), answer
        size = 16 + int(answer[4:15])
        assert b"nowhere" in answer[:size]
        assert len(json.loads(answer[size:])) == 5
    # Over the network nobody has the rights of the site's own user.
    for line in "RESTART_PROGRAM", "PROCESS_FILE;/etc/passwd;1":
        tcp.ask(f"COMMAND [{int(time.time())}] {line}\n\n" + GET_HOSTS)
        words = line.split(";")[0] + ": that is for administrators"
        tcp.site.wait_for(lambda: words in tcp.site.log("core"), what=words)
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


# --- the protocol on tmp/run/live ------------------------------------------
PROTOCOL = {
    "hosts": {"web01": {"check": "passive", "contact_groups": ["team"],
                        "alias": "Web server"},
              "web02": {"check": "passive"},
              "db01": {"check": "passive"}},
    "services": [
        {"hosts": ["web01", "web02", "db01"], "description": "HTTP",
         "check": "passive"},
        {"hosts": ["db01"], "description": "Load", "check": "passive"}],
    "contact_groups": {"team": {"alias": "Team"}},
    "contacts": {"ann": {"contact_groups": ["team"], "role": "user"}},
}


@pytest.fixture(scope="module")
def live():
    """One site for all tests that only ask."""
    root = Root()
    try:
        site = root.create(settings={"fetcher": {"workers": 1}},
                           config=PROTOCOL, start=True)
        site.wait_for(lambda: len(site.query(
            "GET services", "Columns: description")) == 4)
        for service, state, text in (
                ("web01;HTTP", 0, "fine | time=0.5s"),
                ("web02;HTTP", 2, 'd\u00e9ad "x"'), ("db01;HTTP", 1, "slow"),
                ("db01;Load", 0, "idle | load=3")):
            site.command(
                f"PROCESS_SERVICE_CHECK_RESULT;{service};{state};{text}")
        yield site
        site.check_logs()
    finally:
        root.remove()


class Connection:
    """A kept connection that speaks fixed16."""

    def __init__(self, site):
        self.s = socket.socket(socket.AF_UNIX)
        self.s.settimeout(20)
        self.s.connect(str(site.path("tmp/run/live")))

    def send(self, *lines):
        self.s.sendall("\n".join((*lines, "ResponseHeader: fixed16",
                                  "KeepAlive: on", "", "")).encode())

    def exactly(self, n):
        data = b""
        while len(data) < n:
            piece = self.s.recv(n - len(data))
            assert piece, data
            data += piece
        return data

    def answer(self):
        head = self.exactly(16)
        assert head[3:4] == b" " and head[15:] == b"\n", head
        return int(head[:3]), self.exactly(int(head[4:15])).decode()

    def ask(self, *lines):
        self.send(*lines)
        return self.answer()


def names(site, *lines, table="hosts", column="name"):
    return sorted(row[0] for row in site.query(
        f"GET {table}", f"Columns: {column}", *lines))


@pytest.mark.parametrize("condition,found", [
    ("name = web01", ["web01"]), ("name != web01", ["db01", "web02"]),
    ("name ~ ^web", ["web01", "web02"]), ("name !~ ^web", ["db01"]),
    ("name =~ WEB01", ["web01"]), ("name !=~ WEB01", ["db01", "web02"]),
    ("name ~~ ^WEB", ["web01", "web02"]), ("name !~~ ^WEB", ["db01"]),
    ("name < web01", ["db01"]), ("name >= web01", ["web01", "web02"]),
    ("name > web01", ["web02"]), ("name <= web01", ["db01", "web01"]),
    ("num_services = 2", ["db01"]), ("num_services != 2", ["web01", "web02"]),
    ("num_services < 2", ["web01", "web02"]), ("num_services > 1", ["db01"]),
    ("contacts >= ann", ["web01"]), ("contacts < ann", ["db01", "web02"]),
    ("services >= Load", ["db01"]),
])
def test_operators(live, condition, found):
    assert names(live, f"Filter: {condition}") == found
    assert names(live, f"Filter: {condition}", "Negate:") == sorted(
        {"web01", "web02", "db01"} - set(found))


def test_and_or_negate_stats(live):
    assert names(live, "Filter: name = web01", "Filter: name = db01",
                 "Or: 2") == ["db01", "web01"]
    assert names(live, "Filter: name = web01", "Filter: name = db01", "Or: 2",
                 "Negate:") == ["web02"]
    assert names(live, "Filter: name ~ web", "Filter: name ~ 01",
                 "And: 2") == ["web01"]
    assert live.query("GET services", "Stats: state = 0", "Stats: state = 1",
                      "Stats: state = 2", "Stats: state = 0",
                      "Stats: state = 1", "StatsOr: 2", "Stats: state = 0",
                      "StatsNegate:") == [[2, 1, 1, 3, 2]]
    assert live.query("GET services", "Stats: sum state", "Stats: max state",
                      "Stats: min state", "Stats: avg state") == \
        [[3, 2, 0, 0.75]]
    assert live.query("GET services", "Columns: host_name",
                      "Stats: state >= 0") == [
        ["db01", 2], ["web01", 1], ["web02", 1]]


def test_formats(live):
    ask = ["GET services", "Columns: host_name state plugin_output",
           "Filter: host_name = web02"]
    assert live.query(*ask) == [["web02", 2, 'd\u00e9ad "x"']]

    def raw(form):
        return live.ask("\n".join([*ask, f"OutputFormat: {form}", "", ""]))
    assert raw("csv") == 'web02;2;d\u00e9ad "x"\n'.encode()
    assert raw("CSV") == '"web02","2","d\u00e9ad ""x"""\r\n'.encode()
    assert raw("json").isascii() and raw("python3").isascii()
    assert json.loads(raw("wrapped_json"))["total_count"] == 1
    assert ast.literal_eval(raw("python3").decode()) == \
        [["web02", 2, 'd\u00e9ad "x"']]


def test_codes(live):
    c = Connection(live)
    assert c.ask("GET hosts", "Columns: name", "Limit: 1")[0] == 200
    for code, *lines in (
            (404, "GET nonsense"), (400, "GET hosts", "Bogus: x"),
            (400, "GET hosts", "Filter: nonsense = 1"),
            (400, "GET hosts", "Filter: name ~ ("),
            (400, "GET hosts", "And: 2")):
        got, text = c.ask(*lines)
        assert got == code and text.strip(), (lines, got, text)
    c.s.sendall(b"LOGROTATE\n\n")     # taken, and not answered
    # The connection is still good.
    assert c.ask("GET hosts", "Columns: name", "Filter: name = db01") == \
        (200, "db01\n")


def test_pipelining(live):
    c = Connection(live)
    for i in range(200):
        c.send("GET hosts", "Columns: name", f"Filter: name = web0{i % 2 + 1}")
    for i in range(200):
        assert c.answer() == (200, f"web0{i % 2 + 1}\n")
    # Byte by byte.
    for byte in b"GET hosts\nColumns: name\nLimit: 1\nResponseHeader: fixed16" \
                b"\nKeepAlive: on\n\n":
        c.s.sendall(bytes([byte]))
    assert c.answer()[0] == 200


def test_wait(live):
    c = Connection(live)
    begun = time.monotonic()
    assert c.ask("GET hosts", "Columns: name", "WaitObject: web01",
                 "WaitCondition: state = 2", "WaitTimeout: 300",
                 "Filter: name = web01") == (200, "web01\n")
    assert 0.25 < time.monotonic() - begun < 5
    c.send("GET services", "Columns: state", "WaitObject: db01 Load",
           "WaitTrigger: check", "WaitCondition: state = 2",
           "WaitTimeout: 15000", "Filter: host_name = db01",
           "Filter: description = Load")
    begun = time.monotonic()
    live.command("PROCESS_SERVICE_CHECK_RESULT;db01;Load;2;high")
    assert c.answer() == (200, "2\n")
    assert time.monotonic() - begun < 5
    live.command("PROCESS_SERVICE_CHECK_RESULT;db01;Load;0;idle")


def test_auth_user(live):
    assert names(live, "AuthUser: ann") == ["web01"]
    assert names(live, "AuthUser: nobody") == []
    assert live.query("GET services", "Columns: host_name description",
                      "AuthUser: ann") == [["web01", "HTTP"]]


def test_commands(live):
    c = Connection(live)
    for i in range(20):     # each is seen by the next query
        c.s.sendall(f"COMMAND [{int(time.time())}] ADD_HOST_COMMENT;web01;1;"
                    f"ann;number {i}\n\n".encode())
        assert c.ask("GET comments", "Columns: comment",
                     f"Filter: comment = number {i}") == (200, f"number {i}\n")
    answer = live.ask("COMMAND [1] NO_SUCH_COMMAND;x\n\n")
    assert answer.startswith(b"400: ")
    answer = live.ask("COMMAND [1] ADD_HOST_COMMENT;nowhere;1;ann;x\n\n")
    assert answer.startswith(b"400: ")
    # Who asks on does not wait for that line, and does not get it.
    answer = live.ask("COMMAND [1] ADD_HOST_COMMENT;nowhere;1;ann;x\n\n"
                      "GET hosts\nColumns: name\nFilter: name = web01\n\n")
    assert answer == b"web01\n"


def test_bad_clients(live):
    # A client that never reads.
    deaf = Connection(live)
    with contextlib.suppress(OSError):
        deaf.s.settimeout(0.5)
        for _ in range(10000):
            deaf.send("GET columns")
    # Half a request; a connection that says nothing; one that goes.
    half, silent = Connection(live), Connection(live)
    half.s.sendall(b"GET hosts\nColu")
    gone = Connection(live)
    gone.send("GET columns")
    gone.s.close()
    begun = time.monotonic()
    assert len(live.query("GET hosts", "Columns: name")) == 3
    assert time.monotonic() - begun < 2
    half.s.shutdown(socket.SHUT_WR)
    assert half.s.recv(1000) == (b"Client connection terminated while "
                                 b"request still incomplete\n")
    # ... in the form that was asked for, as far as that had been said.
    half = Connection(live)
    half.s.sendall(b"GET hosts\nResponseHeader: fixed16\nColu")
    half.s.shutdown(socket.SHUT_WR)
    text = b"Client connection terminated while request still incomplete\n"
    assert half.s.recv(1000) == b"451 %11d\n" % len(text) + text
    silent.s.close()
    # A request without end is refused long before its end.
    endless = Connection(live)
    sent = 0
    with contextlib.suppress(OSError):
        while sent < 100 << 20:
            endless.s.sendall(b"Filter: name = " + b"x" * (1 << 20))
            sent += 1 << 20
    assert sent < 40 << 20
    assert len(live.query("GET hosts", "Columns: name")) == 3


def test_commands_of_the_event_console(root):
    site = root.create(
        settings={"fetcher": {"workers": 1},
                  "listen": {"syslog_udp": {"enabled": True}}},
        config={"event_rules": [{"id": "all", "when": {"text": ""},
                                 "state": "CRIT"}]}, start=True)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.sendto(b"<2>Nov 22 03:00:00 srv1 kernel: disk sda failed",
                 ("127.0.0.1", site.port(514)))

    def events():
        return json.loads(site.events(
            "GET events", "Columns: event_id event_phase event_owner",
            "OutputFormat: json", ""))[1:]
    number = site.wait_for(events, what="an event")[0][0]
    site.command(f"EC_UPDATE;{number};ann;1;seen;")
    assert events() == [[number, "ack", "ann"]]
    site.command(f"EC_DELETE;{number};ann")
    assert events() == []
    answer = site.ask("COMMAND [1] EC_DELETE;99999;ann\n\n")
    assert answer.startswith(b"400: "), answer
    site.stop("eventd")
    answer = site.ask("COMMAND [1] EC_DELETE;1;ann\n\n")
    assert answer == b"400: eventd is not running\n"
