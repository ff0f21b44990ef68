# SPDX-License-Identifier: Apache-2.0
"""Each HTTP method against a server that speaks its documented interface:
requests to the letter, over TLS with an authority of the test's own."""
import base64
import hashlib
import hmac
import http.server
import json
import socket
import socketserver
import ssl
import threading
import urllib.parse

import pytest
from agent_peers import openssl
from conftest import wait_for
from test_300_notify import CONFIG

SECRET = "hush-4711"
METHODS = ("jira matrix mattermost msteams opsgenie pagerduty slack telegram"
           " webhook").split()


class Service:
    """Answers what `answers` says, [(status, headers, body)], then 200."""

    def __init__(self, folder):
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                "-subj", "/CN=service", "-addext",
                "subjectAltName=IP:127.0.0.1", "-keyout", folder / "key",
                "-out", folder / "cert")
        self.ca = (folder / "cert").read_text()
        self.requests, self.answers = [], []
        service = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                answer = service.answer(self.command, self.path)
                service.requests.append(
                    (self.command, self.path, dict(self.headers), body))
                status, headers, text = answer
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            do_GET = do_POST = do_PUT = do_DELETE = handle_any

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "cert", folder / "key")
        self.server.socket = context.wrap_socket(
            self.server.socket, server_side=True)
        self.server.daemon_threads = True
        self.url = f"https://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever,
                         daemon=True).start()

    def answer(self, verb, path):
        if self.answers:
            return self.answers.pop(0)
        return 200, {}, "ok"

    def take(self):
        """The requests so far, which are forgotten."""
        got, self.requests = self.requests, []
        return got


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    one = Service(tmp_path_factory.mktemp("tls"))
    yield one
    one.server.shutdown()


@pytest.fixture(scope="module")
def proxy():
    """Lets people through who have the password; others get a 407."""
    seen = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            lines = []
            while (line := self.rfile.readline().strip()):
                lines.append(line.decode())
            seen.append(lines)
            login = base64.b64encode(f"me:{SECRET}".encode()).decode()
            if f"Proxy-Authorization: Basic {login}" not in lines:
                self.wfile.write(b"HTTP/1.1 407 Who are you?\r\n"
                                 b"Content-Length: 0\r\n\r\n")
                return
            host, port = lines[0].split()[1].rsplit(":", 1)
            with socket.create_connection((host, int(port)), 20) as other:
                self.wfile.write(b"HTTP/1.1 200 Go on\r\n\r\n")
                back = threading.Thread(target=self.copy, daemon=True,
                                        args=(other, self.connection))
                back.start()
                self.copy(self.connection, other)
                back.join(20)

        @staticmethod
        def copy(source, sink):
            try:
                while (data := source.recv(65536)):
                    sink.sendall(data)
                sink.shutdown(socket.SHUT_WR)
            except OSError:
                pass

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1], seen
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def notifier(service, proxy):
    """A site with a rule for each method."""
    import conftest

    top = conftest.Root()
    more = {
        "jira": {"url": service.url, "token_file": "var/token",
                 "user": "bot@example.com", "project": "OPS",
                 "fields": {"priority": {"name": "High"}},
                 "recovery_transition": "Done"},
        "matrix": {"url": service.url + "/", "token_file": "var/token",
                   "room": "!abc:example.com"},
        "mattermost": {"url": service.url + "/hooks/x", "channel": "ops",
                       "mention_contacts": True},
        "msteams": {"url_file": "var/url"},
        "opsgenie": {"url": service.url, "key_file": "var/token",
                     "responders": [{"type": "team", "name": "ops"}],
                     "tags": ["$OMD_SITE$"]},
        "pagerduty": {"url": service.url + "/v2/enqueue",
                      "routing_key_file": "var/token"},
        "slack": {"url_file": "var/url", "mention": "<!here> "},
        "telegram": {"url": service.url, "token_file": "var/token",
                     "chat": "-100123"},
        "webhook": {"url": service.url + "/hook/$HOSTNAME$?s=$SERVICEDESC$",
                    "verb": "PUT", "secret_file": "var/token", "user": "me",
                    "sign_key_file": "var/token",
                    "headers": {"X-Token": "$SECRET$"},
                    "body": {"text": "$OBJECT$ $EVENT_TXT$",
                             "out<5": "$OUTPUT$", "none?": "$NOSUCH$"}}}
    try:
        site = top.create(settings={
            "fetcher": {"workers": 1}, "notifications": {
                "console_url": "https://mon.example.com/x/",
                "methods": {m: {"retry": "1s", "tries": 2, "parameters": {
                    "ca_file": "var/ca.pem"}} for m in METHODS}}},
            config={**CONFIG, "notification_rules": [
                {"id": m, "method": m, "to": {"object_contacts": True},
                 "parameters": more[m]} for m in METHODS] + [
                {"id": "untrusted", "method": "slack",
                 "to": {"object_contacts": True},
                 "when": {"services": ["Untrusted"]},
                 "parameters": {"url": service.url, "ca_file": None}},
                {"id": "proxied", "method": "slack",
                 "to": {"object_contacts": True},
                 "when": {"services": ["Proxied"]},
                 "parameters": {"url": service.url + "/proxied",
                                "proxy": f"http://127.0.0.1:{proxy[0]}",
                                "proxy_login_file": "var/login"}},
                {"id": "no_proxy", "method": "slack",
                 "to": {"object_contacts": True},
                 "when": {"services": ["No proxy"]},
                 "parameters": {"url": service.url,
                                "proxy": "http://127.0.0.1:1"}},
                {"id": "environment", "method": "slack",
                 "to": {"object_contacts": True},
                 "when": {"services": ["Environment"]},
                 "parameters": {"url": "https://chat.example.com/x"}},
                {"id": "stranger", "method": "slack",
                 "to": {"object_contacts": True},
                 "when": {"services": ["Stranger"]},
                 "parameters": {"url": service.url + "/stranger",
                                "proxy": f"http://127.0.0.1:{proxy[0]}"}}]})
        site.write("etc/environment",
                   f"# by all\nexport https_proxy='http://127.0.0.1:"
                   f"{proxy[0]}'\nno_proxy=.example.org\n")
        site.write("var/login", f"me:{SECRET}\n", 0o600)
        site.write("var/ca.pem", service.ca)
        site.write("var/token", SECRET + "\n", 0o600)
        site.write("var/url", service.url + "/T0/B0/" + SECRET + "\n", 0o600)
        site.start()
        yield site
        site.check_logs()
        # Secrets are in no log and in no spool.
        for name, text in site.logs().items():
            assert SECRET not in text, name
        for path in site.path("var/vedette/notifyd").iterdir():
            assert SECRET.encode() not in path.read_bytes(), path
    finally:
        top.remove()


def send(site, method, *more, state="CRIT", service="HTTP", code=0):
    done = site.run("notify", "test", "--host", "web01", "--service", service,
                    "--state", state, "--method", method, "--send",
                    "--output", "no <answer> & \"more\"", *more)
    assert done.code == code, done
    assert SECRET not in done.out
    return done.out


def one(service):
    (verb, path, headers, body), = service.take()
    assert SECRET not in headers.get("User-Agent", "")
    return verb, path, headers, json.loads(body) if body else None


def test_slack_and_mattermost(notifier, service):
    out = send(notifier, "slack")
    assert "ann,bob by slack: done: HTTP 200 from 127.0.0.1" in out, out
    for name in ("ann", "bob"):  # one call, a line for each (NT-3)
        notifier.wait_for(lambda: [
            line for line in notifier.history()
            if f"RESULT: {name};web01;HTTP;OK;slack;" in line],
            what="the result in the history")
    verb, path, headers, body = one(service)
    assert (verb, path) == ("POST", "/T0/B0/" + SECRET)
    assert headers["Content-Type"] == "application/json"
    assert body["text"] == "<!here> [test] *web01/HTTP* OK -&gt; CRIT"
    attachment, = body["attachments"]
    assert attachment["color"] == "#c1121f"
    assert attachment["title"] == "web01/HTTP"
    assert attachment["title_link"] == \
        "https://mon.example.com/x/#/host/web01/HTTP"
    assert attachment["text"].startswith("no &lt;answer&gt; &amp; \"more\"")
    fields = {f["title"]: f["value"] for f in attachment["fields"]}
    assert fields["Service"] == "HTTP" and "Please take a look" not in fields
    assert "channel" not in body
    send(notifier, "mattermost")
    verb, path, headers, body = one(service)
    assert (path, body["channel"]) == ("/hooks/x", "ops")
    assert body["attachments"][0]["fields"][-1] == {
        "title": "Please take a look", "value": "@ann, @bob", "short": False}
    service.answers = [(404, {}, "channel_not_found " + SECRET)]
    out = send(notifier, "slack", code=1)
    assert "failed: HTTP 404 from 127.0.0.1" in out
    assert "channel_not_found ***" in out
    service.take()


def test_teams(notifier, service):
    service.answers = [(202, {}, "")]
    send(notifier, "msteams", "--type", "ACKNOWLEDGEMENT")
    verb, path, headers, body = one(service)
    assert body["type"] == "message"
    attachment, = body["attachments"]
    assert attachment["contentType"] == \
        "application/vnd.microsoft.card.adaptive"
    assert attachment["contentUrl"] is None
    card = attachment["content"]
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    assert card["body"][0]["text"] == \
        "\\[test\\] web01/HTTP Acknowledged \\(CRIT\\)"
    assert card["body"][0]["color"] == "Attention"
    assert card["actions"] == [
        {"type": "Action.OpenUrl", "title": "Open in Vedette",
         "url": "https://mon.example.com/x/#/host/web01/HTTP"}]
    # A connector that hides its failure is tried again.
    service.answers = [(200, {}, "Microsoft Teams endpoint returned HTTP "
                        "error 429 with ContextId x")]
    out = send(notifier, "msteams", code=1)
    assert "deferred" in out and "HTTP error 429" in out
    wait_for(lambda: len(service.requests) == 2, what="the second try")
    service.take()


def test_pagerduty(notifier, service):
    service.answers = [(202, {}, json.dumps(
        {"status": "success", "message": "Event processed",
         "dedup_key": "x"}))] * 3
    out = send(notifier, "pagerduty", state="WARN")
    assert "Event processed" in out
    verb, path, headers, body = one(service)
    assert (verb, path) == ("POST", "/v2/enqueue")
    assert set(body) == {"routing_key", "event_action", "dedup_key",
                         "payload", "client", "client_url"}
    assert body["routing_key"] == SECRET
    assert body["event_action"] == "trigger"
    assert body["dedup_key"] == "HTTP/web01:web01"
    payload = body["payload"]
    assert payload["severity"] == "warning"
    assert payload["source"] == "web01"
    assert payload["component"] == "HTTP"
    assert payload["summary"] == \
        '[test] web01/HTTP is WARNING (was OK): no <answer> & "more"'
    assert payload["timestamp"].endswith("Z")
    assert payload["custom_details"]["state"] == "WARNING"
    send(notifier, "pagerduty", "--type", "ACKNOWLEDGEMENT")
    assert one(service)[3] == {
        "routing_key": SECRET, "event_action": "acknowledge",
        "dedup_key": "HTTP/web01:web01"}
    send(notifier, "pagerduty", state="OK")
    assert one(service)[3]["event_action"] == "resolve"
    out = send(notifier, "pagerduty", "--type", "DOWNTIMESTART")
    assert "done: nothing to do" in out and not service.take()
    service.answers = [(400, {}, '{"status": "invalid event", "errors":'
                        ' ["routing_key is incorrect"]}')]
    assert "routing_key is incorrect" in send(notifier, "pagerduty", code=1)
    service.take()


def test_opsgenie(notifier, service):
    service.answers = [(202, {}, '{"result": "Request will be processed"}')] \
        * 3
    send(notifier, "opsgenie")
    verb, path, headers, body = one(service)
    assert (verb, path) == ("POST", "/v2/alerts")
    assert headers["Authorization"] == "GenieKey " + SECRET
    alias = body["alias"]
    assert alias.startswith(f"vedette-{notifier.name}-")
    assert body["message"] == "[test] web01/HTTP is CRITICAL (was OK)"
    assert body["priority"] == "P1"
    assert body["responders"] == [{"type": "team", "name": "ops"}]
    assert body["tags"] == [notifier.name]
    assert body["details"]["contacts"] == "ann,bob"
    send(notifier, "opsgenie", "--type", "ACKNOWLEDGEMENT")
    assert one(service)[1] == \
        f"/v2/alerts/{alias}/acknowledge?identifierType=alias"
    send(notifier, "opsgenie", state="OK")
    verb, path, headers, body = one(service)
    assert path == f"/v2/alerts/{alias}/close?identifierType=alias"
    assert body["note"] == 'no <answer> & "more"'


def test_telegram(notifier, service):
    service.answers = [(200, {}, '{"ok": true, "result": {}}')]
    send(notifier, "telegram")
    verb, path, headers, body = one(service)
    assert (verb, path) == ("POST", f"/bot{SECRET}/sendMessage")
    assert body["chat_id"] == "-100123"
    assert body["parse_mode"] == "HTML"
    assert "<b>web01/HTTP</b> OK -&gt; CRIT" in body["text"]
    assert "no &lt;answer&gt; &amp; &quot;more&quot;" in body["text"]
    assert "message_thread_id" not in body
    # Its way to say how long to wait.
    service.answers = [(429, {}, json.dumps(
        {"ok": False, "error_code": 429,
         "description": "Too Many Requests: retry after 1",
         "parameters": {"retry_after": 1}}))]
    out = send(notifier, "telegram", code=1)
    assert "Too Many Requests" in out
    wait_for(lambda: len(service.requests) == 2, what="the second try")
    service.take()


def test_matrix(notifier, service):
    service.answers = [(200, {}, '{"event_id": "$x"}')]
    send(notifier, "matrix")
    verb, path, headers, body = one(service)
    assert verb == "PUT"
    assert path.startswith("/_matrix/client/v3/rooms/%21abc%3Aexample.com/"
                           "send/m.room.message/" + notifier.name)
    assert headers["Authorization"] == "Bearer " + SECRET
    assert body["msgtype"] == "m.text"
    assert body["format"] == "org.matrix.custom.html"
    assert "no <answer>" in body["body"]
    assert "no &lt;answer&gt;" in body["formatted_body"]
    service.answers = [(403, {}, '{"errcode": "M_FORBIDDEN", "error":'
                        ' "You are not in the room"}')]
    assert "You are not in the room" in send(notifier, "matrix", code=1)
    service.take()


def test_webhook(notifier, service):
    service.answers = [(204, {}, "")]
    send(notifier, "webhook", service="Disk /")
    (verb, path, headers, raw), = service.take()
    assert (verb, path) == ("PUT", "/hook/web01?s=Disk%20%2F")
    assert headers["X-Token"] == SECRET
    assert headers["Authorization"] == "Basic " + base64.b64encode(
        b"me:" + SECRET.encode()).decode()
    assert headers["X-Vedette-Signature"] == "sha256=" + hmac.new(
        SECRET.encode(), raw, hashlib.sha256).hexdigest()
    assert json.loads(raw) == {"text": "web01/Disk / OK -> CRIT",
                               "out": "no <a"}
    # 5xx is tried again, not before what the server says.
    service.answers = [(503, {"Retry-After": "1"}, "later")]
    out = send(notifier, "webhook", code=1)
    assert "deferred: HTTP 503" in out
    wait_for(lambda: len(service.requests) == 2, what="the second try")
    service.take()
    # Redirects are not followed: they would take the secrets along.
    service.answers = [(302, {"Location": service.url + "/other"}, "")]
    assert "failed: HTTP 302" in send(notifier, "webhook", code=1)
    assert len(service.take()) == 1


def test_jira(notifier, service):
    site = notifier

    class Jira:
        def __init__(self):
            self.paths = []

        def __call__(self, verb, path):
            self.paths.append((verb, urllib.parse.urlsplit(path).path))
            if "/search" in path:
                return 200, {}, '{"issues": []}'
            if verb == "GET":
                return 200, {}, json.dumps({"transitions": [
                    {"id": "11", "name": "In progress"},
                    {"id": "31", "name": "Done"}]})
            if path.endswith("/issue"):
                return 201, {}, '{"id": "1", "key": "OPS-7"}'
            return (204 if "transitions" in path else 201), {}, ""

    jira = Jira()
    service.answer, plain = jira, service.answer
    try:
        site.wait_for(lambda: site.service("web01", "HTTP"), what="HTTP")



        send(site, "jira")
        requests = service.take()
        query = urllib.parse.parse_qs(
            urllib.parse.urlsplit(requests[0][1]).query)
        assert query["jql"][0].startswith('labels = "vedette-')
        assert jira.paths == [("GET", "/rest/api/2/search"),
                              ("POST", "/rest/api/2/issue")]
        fields = json.loads(requests[1][3])["fields"]
        assert fields["project"] == {"key": "OPS"}
        assert fields["issuetype"] == {"name": "Task"}
        assert fields["summary"] == "web01/HTTP is CRITICAL (was OK)"
        assert fields["priority"] == {"name": "High"}
        label = fields["labels"][1]
        assert f'"{label}"' in query["jql"][0]
        assert requests[1][2]["Authorization"] == "Basic " + \
            base64.b64encode(b"bot@example.com:" + SECRET.encode()).decode()
        # The ticket is remembered, over a restart too.
        site.ok("restart", "notifyd")
        jira.paths.clear()
        send(site, "jira", "--type", "ACKNOWLEDGEMENT")
        assert jira.paths == [("POST", "/rest/api/2/issue/OPS-7/comment")]
        jira.paths.clear()
        service.take()
        send(site, "jira", state="OK")
        assert jira.paths == [
            ("POST", "/rest/api/2/issue/OPS-7/comment"),
            ("GET", "/rest/api/2/issue/OPS-7/transitions"),
            ("POST", "/rest/api/2/issue/OPS-7/transitions")]
        assert json.loads(service.take()[-1][3]) == {
            "transition": {"id": "31"}}
        # What is over is over: nothing to close any more.
        jira.paths.clear()
        send(site, "jira", state="OK")
        assert jira.paths == [("GET", "/rest/api/2/search")]
    finally:
        service.answer = plain
        service.take()


def test_proxies(notifier, service, proxy):
    """Through a proxy that asks for a password, to a server with TLS."""
    seen = proxy[1]
    assert "done" in send(notifier, "slack", service="Proxied")
    assert seen[0][0] == f"CONNECT {service.url[8:]} HTTP/1.1"
    assert one(service)[1] == "/proxied"
    out = send(notifier, "slack", service="Stranger", code=1)
    assert "failed" in out and "407" in out, out
    out = send(notifier, "slack", service="No proxy", code=1)
    assert "deferred" in out, out  # it is not there
    assert not service.take()
    # As the environment says; this machine itself is never behind a proxy.
    seen.clear()
    out = send(notifier, "slack", service="Environment", code=1)
    assert "failed" in out and "407" in out, out
    assert seen[0][0] == "CONNECT chat.example.com:443 HTTP/1.1"


def test_who_is_not_trusted(notifier, service):
    """A certificate of an unknown authority: nothing is told."""
    out = send(notifier, "slack", service="Untrusted", code=1)
    assert "deferred" in out and "certificate" in out.lower(), out
    assert not service.take()
