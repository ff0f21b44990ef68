# SPDX-License-Identifier: Apache-2.0
"""The console's stream of changes, and clients that are many, slow or wrong."""
import json
import socket

import pytest
from browser import Browser
from conftest import Root

CONFIG = {"hosts": {"web01": {"check": "passive"}},
          "services": [{"hosts": ["web01"], "description": "HTTP",
                        "check": "passive"}]}


@pytest.fixture(scope="module")
def web():
    root = Root()
    site = root.create(settings={"fetcher": {"workers": 1}}, config=CONFIG,
                       start=True)
    site.browser = Browser(site)
    site.wait_for(lambda: site.browser.login()[0].status == 200, what="login")
    yield site
    root.remove()


class Stream:
    """A client of console/live."""

    def __init__(self, site, cookie):
        self.s = socket.create_connection(("127.0.0.1", site.port(5000)),
                                          timeout=20)
        self.s.sendall(f"GET /{site.name}/console/live HTTP/1.1\r\n"
                       f"Host: x\r\nCookie: {cookie}\r\n\r\n".encode())
        self.text = b""

    def until(self, words, since=0):
        """Reads until these words come, or the end; the place behind them."""
        while (at := self.text.find(words, since)) < 0:
            more = self.s.recv(4096)
            assert more, self.text
            self.text += more
        return at + len(words)

    def rest(self):
        while more := self.s.recv(4096):
            self.text += more
        self.s.close()
        return self.text


def test_stream(web):
    """One hears of a change, and nothing after one's logout."""
    b = Browser(web)
    b.login()
    s = Stream(web, b.cookie)
    at = s.until(b"event: hello")
    assert b"Content-Type: text/event-stream" in s.text
    assert b"no-store" in s.text
    seen = b.list("services", ["plugin_output"])
    web.command("PROCESS_SERVICE_CHECK_RESULT;web01;HTTP;2;broken")
    at = s.until(b"event: change", at)
    at = s.until(b"\n\n", at)
    data = s.text[:at].rsplit(b"data: ", 1)[1]
    assert json.loads(data)["core"] is True
    assert seen["rows"] != b.list("services", ["plugin_output"])["rows"]
    b.ask("POST", f"/{web.name}/console/logout", "{}", {"X-Vedette": "1"})
    s.until(b"\r\n0\r\n\r\n", s.until(b"event: end", at))
    s.s.close()


def test_stream_needs_a_login(web):
    answer, data = Browser(web).ask("GET", f"/{web.name}/console/live")
    assert answer.status == 401, data
    answer, _ = web.browser.ask("POST", f"/{web.name}/console/live", "{}",
                                {"X-Vedette": "1"})
    assert answer.status == 405


def test_stream_ends_with_the_server(web):
    s = Stream(web, web.browser.cookie)
    s.until(b"event: hello")
    web.stop("livestatusd")
    try:
        assert b"event: end" in s.rest()
    finally:
        web.start("livestatusd")
    web.wait_for(lambda: web.browser.get("me"), what="livestatusd")


def test_core_is_down(web):
    """The numbers are old then: the page says so."""
    s = Stream(web, web.browser.cookie)
    at = s.until(b"event: hello")
    web.stop("core")
    try:
        s.until(b'"core":false', at)
        assert web.browser.get("overview")["core"] is False
    finally:
        web.start("core")
    s.until(b'"core":true', at)
    s.s.close()
    web.surely("PROCESS_SERVICE_CHECK_RESULT;web01;HTTP;0;fine",
               lambda: web.query("GET services",
                                 "Columns: plugin_output") == [["fine"]])


def test_many_streams(web):
    """Beyond the bound one is told to ask instead; closed ones are forgotten.
    500 at once, and pages are answered between them."""
    streams = [Stream(web, web.browser.cookie) for _ in range(500)]
    refused = 0
    for s in streams:
        s.until(b"\r\n\r\n")
        if b"HTTP/1.1 503" in s.text:
            s.until(b"asks every 5 s")
            refused += 1
        else:
            s.until(b"event: hello")
    assert 100 <= refused <= 105, "those of before may not be gone yet"
    assert web.browser.get("overview")["hosts"]
    at = [len(s.text) for s in streams]
    web.command("PROCESS_SERVICE_CHECK_RESULT;web01;HTTP;1;slow")
    for s, begin in zip(streams, at):
        if b"HTTP/1.1 503" not in s.text:
            s.until(b"event: change", begin)
    for s in streams:
        s.s.close()

    def free():
        web.command("PROCESS_SERVICE_CHECK_RESULT;web01;HTTP;1;slow")
        s = Stream(web, web.browser.cookie)
        s.until(b"\r\n\r\n")
        s.s.close()
        return b"HTTP/1.1 200" in s.text
    web.wait_for(free, what="room for streams")


# --- clients that are many, slow or wrong -----------------------------------

def raw(site, data, end=True, timeout=20):
    """The answer to these bytes; none if there is none in time."""
    with socket.create_connection(("127.0.0.1", site.port(5000)),
                                  timeout=timeout) as s:
        try:
            s.sendall(data)
            if end:
                s.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: s.recv(65536), b""))
        except (ConnectionError, TimeoutError):
            return b""


def request(site, path, *headers, body=b"", method="GET"):
    lines = [f"{method} {path} HTTP/1.1", "Host: x", "Connection: close",
             f"Cookie: {site.browser.cookie}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def status(answer):
    return int(answer.split(b" ", 2)[1]) if answer else 0


def test_500_at_once(web):
    """All of them are answered, though none reads before all have asked."""
    ask = request(web, f"/{web.name}/console/overview")
    clients = []
    for _ in range(500):
        s = socket.create_connection(("127.0.0.1", web.port(5000)), timeout=30)
        s.sendall(ask)
        clients.append(s)
    for s in clients:
        answer = b"".join(iter(lambda s=s: s.recv(65536), b""))
        assert status(answer) == 200 and b'"core"' in answer
        s.close()


def test_clients_that_never_read(web):
    """300 have half a request, 100 do not read: others are answered."""
    clients = []
    for i in range(400):
        s = socket.create_connection(("127.0.0.1", web.port(5000)), timeout=30)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        ask = request(web, f"/{web.name}/check_mk/api/1.0/openapi.json")
        s.sendall(ask[:20] if i % 4 else ask)
        clients.append(s)
    for _ in range(3):
        assert web.browser.get("overview")["hosts"]
    for s in clients:
        s.close()
    web.wait_for(lambda: web.browser.get("me"), what="an answer")


def test_wrong_requests(web):
    """Each is refused in words or cut off; the next one is served."""
    lists = f"/{web.name}/console/list"
    json_type = "Content-Type: application/json"

    def post(body, *headers):
        return status(raw(web, request(
            web, lists, json_type, "X-Vedette: 1",
            f"Content-Length: {len(body)}", *headers, body=body,
            method="POST")))
    assert post(b'{"table": "hosts", "columns": ["name"]}') == 200
    for bad in (b"\xff\xfe{", b'{"table": "h\xffosts", "columns": ["name"]}',
                b'{"table": "hosts", "columns": ["n\\u0000"]}', b"\x1f\x8b\x08",
                '{"table": "hosts"}'.encode("utf-16"), b"", b"[" * 100000,
                b'{"table": "hosts", "columns": ["name"], "limit": 1e99}'):
        assert post(bad) == 400, bad
    assert post(b"x" * 300000) == 413
    below = f"/{web.name}"
    for path in ("/%00", f"{below}/console/me%00", "/" * 5000, "/%",
                 f"{below}/console/%c0%ae%c0%ae/me",
                 f"{below}/check_mk/api/1.0/objects/host/%ff"):
        assert status(raw(web, request(web, path))) in (302, 400, 404), path
    giant = request(web, lists, "X-Giant: " + "a" * 200000)
    assert status(raw(web, giant, end=False)) in (0, 400, 413, 431)
    many = request(web, lists, *(f"X-{i}: y" for i in range(10000)))
    assert status(raw(web, many, end=False)) in (0, 400, 413, 431)
    for garbage in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
                    b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\0" * 5000,
                    request(web, lists, "Content-Length: -5", method="POST"),
                    request(web, lists, "Content-Length: 9" + "9" * 40,
                            method="POST"),
                    request(web, lists, "Transfer-Encoding: chunked",
                            "X-Vedette: 1", body=b"zz\r\nabc\r\n",
                            method="POST"),
                    request(web, lists, "Content-Length: 100",
                            "X-Vedette: 1", body=b"{}", method="POST")):
        # What is no request may wait for its end; nobody else does.
        assert status(raw(web, garbage, timeout=0.2)) != 200, garbage
        assert web.browser.get("me")["user"] == "admin"
    web.check_logs()
