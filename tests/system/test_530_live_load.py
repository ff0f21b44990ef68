# SPDX-License-Identifier: Apache-2.0
"""Livestatus under those who mean it badly, or are many: others are served."""
import contextlib
import json
import resource
import socket
import threading
import time

import pytest
from conftest import Root, free_port

HOSTS, SERVICES = 100, 100
ALL = (b"GET services\nColumns: host_name description plugin_output\n"
       b"OutputFormat: json\nKeepAlive: on\n")


@pytest.fixture(scope="module")
def big():
    root = Root()
    port = free_port()
    site = root.create(settings={
        "fetcher": {"workers": 1}, "listen": {"livestatus": {
            "enabled": True, "port": port, "tls": False}}}, config={
        "hosts": {f"host{h:03}": {"check": "passive"} for h in range(HOSTS)},
        "services": [{"hosts": ["~host.*"], "description": f"service{s:03}",
                      "check": "passive"} for s in range(SERVICES)]})
    site.start()
    site.live_port = port
    yield site
    site.remove()
    root.remove()


def connect(site):
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(60)
    s.connect(str(site.path("tmp/run/live")))
    return s


def read_all(s):
    pieces = []
    while piece := s.recv(1 << 20):
        pieces.append(piece)
    return b"".join(pieces)


def read_fixed(s):
    f = s.makefile("rb")
    head = f.read(16)
    return int(head[:3]), f.read(int(head[4:15]))


def resident(site):
    [pid] = site.pids("livestatusd")
    for line in open(f"/proc/{pid}/smaps_rollup"):
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    raise AssertionError


def test_who_never_reads(big):
    """1,000 connections with answers that nobody reads: the others are
    answered, and the memory stays in bounds, for which some of the thousand
    are closed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
    with contextlib.ExitStack() as stack:
        for i in range(1000):
            s = stack.enter_context(connect(big))
            s.sendall(ALL + (b"ResponseHeader: fixed16\n\n" if i % 2
                             else b"\n"))
        assert big.query("GET hosts", "Stats: name !=") == [[HOSTS]]
        assert len(big.query("GET services", "Columns: host_name")) == \
            HOSTS * SERVICES
        [[connections]] = big.query("GET status", "Columns: connections")
        assert connections >= 1000
        assert resident(big) < 1 << 30
    big.wait_for(lambda: big.query(
        "GET status", "Columns: livestatus_active_connections")[0][0] < 10)


def test_one_address_leaves_room_for_others(big):
    """1,500 connections of one address of the network: its next ones are
    closed and counted, another address and the site's own are answered."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))

    def dial(stack, source):
        s = stack.enter_context(socket.socket())
        s.settimeout(60)
        s.bind((source, 0))
        s.connect(("127.0.0.1", big.live_port))
        return s

    def is_answered(s):
        with contextlib.suppress(OSError):
            s.sendall(b"GET hosts\nStats: name !=\n\n")
            return read_all(s) == b"%d\n" % HOSTS
        return False

    def active():
        return big.query("GET status",
                         "Columns: livestatus_active_connections")[0][0]
    with contextlib.ExitStack() as stack:
        for _ in range(1500):
            dial(stack, "127.0.0.1")
        big.wait_for(lambda: active() > 1500, what="1,500 connections")
        assert not is_answered(dial(stack, "127.0.0.1"))
        assert is_answered(dial(stack, "127.0.0.2"))
        assert big.query("GET hosts", "Stats: name !=") == [[HOSTS]]
    big.wait_for(lambda: active() < 10)
    with contextlib.ExitStack() as stack:
        assert is_answered(dial(stack, "127.0.0.1"))


def test_slow_readers_get_all(big):
    """Pieces of an answer come while it is made; who pauses gets the rest."""
    whole = json.loads(big.ask(ALL.decode().replace("KeepAlive: on\n", "")))
    with connect(big) as fast, connect(big) as slow:
        slow.sendall(ALL + b"\n")
        fast.sendall(ALL + b"\n")
        fast.shutdown(socket.SHUT_WR)
        assert json.loads(read_all(fast)) == whole
        slow.shutdown(socket.SHUT_WR)
        assert json.loads(read_all(slow)) == whole


def test_many_cheap_ones(big):
    """10,000 requests in one go, answered in order."""
    n = 10000
    request = (b"GET hosts\nColumns: name\nFilter: name = host%03d\n"
               b"KeepAlive: on\nResponseHeader: fixed16\n\n")
    with connect(big) as s:
        text = b"".join(request % (i % HOSTS) for i in range(n))
        sender = threading.Thread(target=s.sendall, args=(text,))
        begin = time.monotonic()
        sender.start()
        f = s.makefile("rb")
        for i in range(n):
            head = f.read(16)
            assert head[:4] == b"200 ", head
            assert f.read(int(head[4:15])) == b"host%03d\n" % (i % HOSTS)
        sender.join()
        print(f"{n / (time.monotonic() - begin):.0f} requests a second")


def test_huge_requests(big):
    """100 MB: refused with a word, one line or many."""
    for piece in (b"x" * (1 << 20), b"Filter: name = x\n" * 61680):
        with connect(big) as s:
            s.sendall(b"GET hosts\n")
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                for _ in range(100):
                    s.sendall(piece)
            with contextlib.suppress(ConnectionResetError):
                assert b"too long" in read_all(s)
    assert big.query("GET hosts", "Stats: name !=") == [[HOSTS]]
    assert resident(big) < 1 << 30


def test_many_long_requests(big):
    """What requests hold together is bounded: beyond it long ones are refused,
    short ones are answered."""
    piece = (b"Filter: name = " + b"x" * 65536 + b"\n") * 16
    refused = 0
    with contextlib.ExitStack() as stack:
        for _ in range(24):
            s = stack.enter_context(connect(big))
            try:
                s.sendall(b"GET hosts\n")
                for _ in range(14):
                    s.sendall(piece)
            except (BrokenPipeError, ConnectionResetError):
                refused += 1
            assert big.query("GET hosts", "Stats: name !=") == [[HOSTS]]
        assert refused > 0
        assert resident(big) < 1 << 30
    assert big.query("GET hosts", "Stats: name !=") == [[HOSTS]]


def test_every_prefix(big):
    """A request that ends anywhere: an answer, a mistake, or the end."""
    request = (b"GET services\nFilter: description ~~ 00[1-3]\nFilter: state >= 0\nAnd: 2\n"
               b"Stats: state = 0\nStats: avg latency\nLimit: 5\n"
               b"OutputFormat: json\nResponseHeader: fixed16\n"
               b"KeepAlive: on\n\n")
    for n in range(len(request) + 1):
        with connect(big) as s:
            s.sendall(request[:n])
            s.shutdown(socket.SHUT_WR)
            answer = read_all(s)
        if n == 0:
            assert answer == b""
        elif request[:n].endswith(b"\n"):
            assert answer, request[:n]
        else:
            assert b"incomplete" in answer, request[:n]


def test_history_beside_others(big):
    """Whatever looks through the history, others are answered meanwhile."""
    day = big.path("var/history", "2001-01-01.log")
    day.write_text("".join(
        f"[{978300000 + i}] SERVICE ALERT: host{i % 100:03};service001;"
        f"CRITICAL;HARD;1;text {i}\n" for i in range(200000)))
    with connect(big) as s:
        s.sendall(b"GET log\nFilter: time < 1000000000\n"
                  b"Filter: message ~ (x+x+)+y|text .*9$\n"
                  b"Stats: class = 1\nResponseHeader: fixed16\n\n")
        for _ in range(50):
            assert big.query("GET hosts", "Stats: name !=") == [[HOSTS]]
        code, body = read_fixed(s)
        assert code == 200 and int(body) <= 20000
    # It has kept a thread busy.
    big.wait_for(lambda: 0 < big.query(
        "GET status", "Columns: livestatus_usage")[0][0] <= 1)
    assert big.query("GET status", "Columns: livestatus_threads")[0][0] >= 4
