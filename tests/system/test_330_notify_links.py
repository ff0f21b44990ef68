# SPDX-License-Identifier: Apache-2.0
"""Methods of this machine, mails in text and HTML, and the links in them."""
import contextlib
import email
import json
import re
import shutil
import socket
import subprocess
import urllib.error
import urllib.parse
import urllib.request

import pytest
from conftest import free_port, wait_for
from test_300_notify import CONFIG

COMMAND = ["local/bin/sms", "--to", "$NUMBER$"]
SECRET = "trap-password-1"


@contextlib.contextmanager
def snmptrapd(folder, port, conf):
    """A real one that writes what it gets."""
    if not shutil.which("snmptrapd"):
        pytest.skip("no snmptrapd")
    out = folder / "out"
    (folder / "conf").write_text(conf)
    (folder / "persist").mkdir()
    daemon = subprocess.Popen(
        ["snmptrapd", "-f", "-Lf", str(out), "-C", "-c", str(folder / "conf"),
         "-On", "-F", "TRAP %v\n", "-p", str(folder / "pid"),
         f"udp:127.0.0.1:{port}"],
        env={"SNMP_PERSISTENT_DIR": str(folder / "persist"),
             "PATH": "/usr/sbin:/usr/bin:/bin", "MIBS": ""})
    wait_for(lambda: out.exists() and "NET-SNMP version" in out.read_text(),
             what="snmptrapd")
    try:
        yield out
    finally:
        daemon.terminate()
        daemon.wait()


@pytest.fixture(scope="module")
def receiver(tmp_path_factory):
    port = free_port(socket.SOCK_DGRAM)
    with snmptrapd(tmp_path_factory.mktemp("traps"), port,
                   "authCommunity log hushed\n"
                   f"createUser bob SHA {SECRET} AES {SECRET}\n"
                   "authUser log bob\n") as out:
        yield port, out


# Of the traps of version 3; nobody listens there but in their own test.
PORT_3 = free_port(socket.SOCK_DGRAM)


@pytest.fixture(scope="module")
def mails():
    import conftest
    server = conftest.FakeSmtp()
    yield server
    server.close()


@pytest.fixture(scope="module")
def notifier(receiver, mails):
    import conftest

    top = conftest.Root()
    to = f"127.0.0.1:{receiver[0]}"
    everybody = {"object_contacts": True}
    try:
        config = {**CONFIG, "contacts": {
            "ann": {"email": "ann@example.com", "pager": "+49 (170) 12-3",
                    "contact_groups": ["team"]},
            "bob": {"email": "bob@example.com", "role": "guest",
                    "contact_groups": ["team"]}},
            "notification_rules": [
                {"id": "mail", "method": "mail", "to": everybody,
                 "parameters": {
                     "subject": "!! $OBJECT$: $OUTPUT$",
                     "insert_html": "<b>Room $HOST_ROOM$</b><script>x",
                     "smarthosts": [f"127.0.0.1:{mails.port}"]}},
                {"id": "sms", "method": "sms", "to": everybody,
                 "parameters": {"command": COMMAND}},
                {"id": "trap", "method": "snmptrap", "to": everybody,
                 "parameters": {"destination": to,
                                "community_file": "var/community"}},
                {"id": "trap3", "method": "snmptrap", "to": everybody,
                 "when": {"services": ["Trap 3"]},
                 "parameters": {"destination": f"127.0.0.1:{PORT_3}",
                                "version": "3", "user": "eve",
                                "auth_protocol": "SHA-256",
                                "auth_file": "var/secret",
                                "priv_file": "var/secret"}},
                {"id": "inform", "method": "snmptrap", "to": everybody,
                 "when": {"services": ["Inform"]},
                 "parameters": {"destination": to, "inform": True,
                                "version": "3", "user": "bob",
                                "auth_file": "var/secret",
                                "priv_file": "var/secret"}}]}
        config["hosts"]["web01"]["custom_variables"] = {"ROOM": "<7>"}
        site = top.create(settings={
            "fetcher": {"workers": 1},
            "notifications": {
                # Nobody is there: the smarthosts take over.
                "smtp": {"host": "127.0.0.1", "port": free_port()},
                "console_url": "http://console.example.com/mon/",
                "methods": {"snmptrap": {"timeout": "8s"}}}},
            config=config)
        site.write("var/community", "hushed\n", 0o600)
        site.write("var/secret", SECRET + "\n", 0o600)
        site.write("local/bin/sms",
                   "#!/bin/sh\nprintf '%s|' \"$@\" >>tmp/sms\n"
                   "cat >>tmp/sms\necho handed over\n", 0o755)
        site.start()
        site.wait_for(lambda: site.service("web01", "HTTP"), what="HTTP")
        yield site
        site.check_logs()
        for text in site.logs().values():
            assert SECRET not in text and "hushed" not in text
    finally:
        top.remove()


def send(site, method, *more, service="HTTP", code=0):
    done = site.run("notify", "test", "--host", "web01", "--service", service,
                    "--state", "CRIT", "--method", method, "--send", *more)
    assert done.code == code, done
    return done.out


def test_sms(notifier):
    out = send(notifier, "sms", "--output", "x" * 300, code=1)
    assert "ann by sms: done: handed over" in out
    assert "bob by sms: failed: the contact has no number" in out
    text = notifier.path("tmp/sms").read_text()
    assert text.startswith("--to|+49170123|[test] web01/HTTP OK -> CRIT xxx")
    # Brackets and ">" are of the alphabet: the first two take two places.
    message = text.split("|", 2)[2]
    assert len(message) == 158


def test_traps(notifier, receiver):
    out = receiver[1]
    assert "done: sent" in send(notifier, "snmptrap", "--output", "no answer")
    text = wait_for(lambda: out.read_text().partition("TRAP ")[2],
                    what="the trap")
    for part in (".1.3.6.1.6.3.1.1.4.1.0 = OID: .1.3.6.1.4.1.20006.1.8",
                 '.1.3.6.1.4.1.20006.1.3.1.2.1 = STRING: "web01"',
                 '.1.3.6.1.4.1.20006.1.3.1.6.1 = STRING: "HTTP"',
                 ".1.3.6.1.4.1.20006.1.3.1.7.1 = INTEGER: 2",
                 '.1.3.6.1.4.1.20006.1.3.1.17.1 = STRING: "no answer"'):
        assert part in text, text
    # An inform of version 3 with privacy: the receiver says that it has it.
    done = send(notifier, "snmptrap", "--output", "private",
                service="Inform")
    assert "done: the receiver has it" in done
    wait_for(lambda: 'STRING: "private"' in out.read_text(),
             what="the inform")


def test_traps_of_version_3(notifier, tmp_path):
    """The receiver believes the engine that the answer names, no other."""
    engine = re.search(r"engine (0x[0-9a-f]{34})", send(
        notifier, "snmptrap", "--output", "first", service="Trap 3")).group(1)
    with snmptrapd(tmp_path, PORT_3,
                   f"createUser -e {engine} eve SHA-256 {SECRET} AES {SECRET}"
                   "\nauthUser log eve priv\n") as out:
        assert "done: sent" in send(notifier, "snmptrap", "--output",
                                    "secret trap", service="Trap 3")
        wait_for(lambda: 'STRING: "secret trap"' in out.read_text(),
                 what="the trap of version 3")


def links_of(mail):
    message = email.message_from_string(mail[2])
    parts = {p.get_content_type(): p.get_payload(decode=True).decode()
             for p in message.walk() if not p.is_multipart()}
    return message, parts["text/plain"], parts["text/html"]


def fetch(site, link, data=None):
    """The console of the test is not at its public address."""
    at = link.replace("http://console.example.com/mon/",
                      f"http://127.0.0.1:{site.port(5000)}/{site.name}/")
    request = urllib.request.Request(
        at, data=None if data is None else
        urllib.parse.urlencode(data).encode())
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read().decode(), answer.headers
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(), error.headers


def test_links_in_a_mail(notifier, mails):
    site = notifier
    site.command("PROCESS_SERVICE_CHECK_RESULT;web01;HTTP;2;no <answer>(!!)")
    site.wait_for(lambda: len(mails.mails) == 2, what="two mails")
    by = {m[1][0]: m for m in mails.mails}
    message, text, html = links_of(by["ann@example.com"])
    assert message["Subject"] == "!! web01/HTTP: no <answer>(!!)"
    assert message["From"].startswith("Vedette <")
    assert message["Auto-Submitted"] == "auto-generated"
    first = message["References"]
    assert "no &lt;answer&gt;<b style" in html
    assert "<b>Room &lt;7&gt;</b>&lt;script>x" in html
    acknowledge, = re.findall(r"Acknowledge: (\S+)", text)
    downtime, = re.findall(r"Downtime: +(\S+)", text)
    assert acknowledge.startswith("http://console.example.com/mon/link/")
    # GET shows what would happen, however often a scanner looks.
    for _ in range(2):
        status, page, headers = fetch(site, acknowledge)
        assert status == 200 and "<form method=\"post\">" in page
        assert "web01 / HTTP" in page and "ann" in page
        assert headers["Content-Security-Policy"].startswith(
            "default-src 'none'; form-action 'self'")
        assert headers["Cache-Control"] == "no-store"
    assert site.service("web01", "HTTP", "acknowledged")["acknowledged"] == 0
    # What is not ours, or of somebody who may not, does nothing.
    assert fetch(site, acknowledge[:-3] + "AAA")[0] == 403
    _, text_bob, _ = links_of(by["bob@example.com"])
    his, = re.findall(r"Acknowledge: (\S+)", text_bob)
    assert fetch(site, his, {"comment": "x"})[0] == 403
    # POST does it, once.
    status, page, _ = fetch(site, acknowledge, {"comment": "on my way; 1"})
    assert status == 200 and "done" in page
    got = site.service("web01", "HTTP", "acknowledged comments_with_info")
    assert got["acknowledged"] == 1
    assert any(c[1:3] == ["ann", "on my way  1"]
               for c in got["comments_with_info"])
    assert fetch(site, acknowledge, {"comment": "again"})[0] == 410
    status, page, _ = fetch(site, downtime, {})
    assert status == 200, page
    assert site.service("web01", "HTTP", "scheduled_downtime_depth")[
        "scheduled_downtime_depth"] == 1
    assert "signed link: acknowledge by ann: web01 / HTTP" in \
        site.log("livestatusd")
    audit = [json.loads(line) for line in
             site.path("var/log/audit.log").read_text().splitlines()]
    assert [(e["who"], e["action"], e["message"]) for e in audit
            if e["action"].endswith(" by link")] == [
        ("ann", "acknowledged by link", "web01 / HTTP"),
        ("ann", "downtime by link", "web01 / HTTP")]
    mode = site.path("var/vedette/links.key").stat().st_mode & 0o777
    assert mode == 0o600
    # The mails of one problem are one thread, its recovery too.
    done = [m for m in mails.mails[2:] if m[1][0] == "ann@example.com"]
    for mail in done:
        assert links_of(mail)[0]["References"] == first
