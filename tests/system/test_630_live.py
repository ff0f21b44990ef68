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
