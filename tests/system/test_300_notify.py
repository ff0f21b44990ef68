# SPDX-License-Identifier: Apache-2.0
"""From a hard state to a delivered mail, whatever is killed on the way."""
import email
import os
import pathlib
import shutil
import signal
import ssl
import subprocess
import time

import pytest
from agent_peers import openssl
from conftest import free_port, wait_for

CONFIG = {
    "hosts": {"web01": {"check": "always_up", "contact_groups": ["team"]}},
    "services": [{"hosts": ["web01"], "description": "HTTP",
                  "check": "passive", "contact_groups": ["team"]}],
    "contact_groups": {"team": {"alias": "Team"}},
    "contacts": {
        "ann": {"email": "ann@example.com", "contact_groups": ["team"]},
        "bob": {"email": "bob@example.com", "contact_groups": ["team"]}},
}


def settings(port, **more):
    return {"fetcher": {"workers": 1}, "notifications": {
        "smtp": {"host": "127.0.0.1", "port": port,
                 "from": "vedette@example.com"}, **more}}


def make(root, port, config=CONFIG, **more):
    site = root.create(settings=settings(port, **more), config=config,
                       start=True)
    site.wait_for(lambda: site.service("web01", "HTTP"), what="HTTP")
    return site


def subjects(server):
    with server.lock:
        return [str(email.header.make_header(email.header.decode_header(
            email.message_from_string(text)["Subject"])))
            for _, _, text in server.mails]


def test_mail_to_every_contact(root, fake_smtp):
    server = fake_smtp()
    site = make(root, server.port)
    site.command("PROCESS_SERVICE_CHECK_RESULT;web01;HTTP;2;no answer\\n"
                 "second line | time=10s")
    site.wait_for(lambda: len(server.mails) >= 2, what="two mails")
    to = sorted(r for _, rs, _ in server.mails for r in rs)
    assert to == ["ann@example.com", "bob@example.com"]
    for subject in subjects(server):
        for word in ("web01", "HTTP", "CRIT"):
            assert word in subject, subject
    message = email.message_from_string(server.mails[0][2])
    text = next(p for p in message.walk()
                if p.get_content_type() == "text/plain")
    body = text.get_payload(decode=True).decode()
    assert "no answer" in body and "second line" in body, body
    site.command("PROCESS_SERVICE_CHECK_RESULT;web01;HTTP;0;fine")
    site.wait_for(lambda: len(server.mails) >= 4, what="the recovery")
    site.wait_for(lambda: [line for line in site.history()
                           if "SERVICE NOTIFICATION RESULT: ann;web01;HTTP"
                           in line], what="the result in the history")


def test_acknowledged_and_downtime_are_quiet(root, fake_smtp):
    server = fake_smtp()
    site = make(root, server.port)
    now = int(time.time())
    site.command(f"SCHEDULE_SVC_DOWNTIME;web01;HTTP;{now - 1};{now + 600};1;"
                 "0;0;ann;x")
    site.wait_for(lambda: site.service(
        "web01", "HTTP", "scheduled_downtime_depth")[
        "scheduled_downtime_depth"] == 1, what="the downtime")
    site.wait_for(lambda: len(server.mails) == 2, what="DOWNTIMESTART")
    site.command("PROCESS_SERVICE_CHECK_RESULT;web01;HTTP;2;broken")
    site.command("SEND_CUSTOM_SVC_NOTIFICATION;web01;HTTP;2;ann;hello")
    site.wait_for(lambda: len(server.mails) == 4, what="the custom one")
    assert not any("PROBLEM" in s for s in subjects(server)[:2])
    assert sum("CUSTOM" in s or "hello" in s for s in subjects(server)) >= 1 \
        or len(server.mails) == 4


def test_mail_server_comes_back(root, fake_smtp):
    port = free_port()
    site = make(root, port, methods={"mail": {"retry": "1s", "tries": 20}})
    site.command("PROCESS_SERVICE_CHECK_RESULT;web01;HTTP;2;no answer")
    import conftest
    site.wait_for(lambda: [line for line in site.history()
                           if "SERVICE NOTIFICATION: check-mk-notify" in line],
                  what="the raw notification")
    server = conftest.FakeSmtp.__new__(conftest.FakeSmtp)
    import socket
    import threading
    server.answers, server.mails = {}, []
    server.lock = threading.Lock()
    server.listener = socket.create_server(("127.0.0.1", port))
    server.port = port
    threading.Thread(target=server._accept, daemon=True).start()
    try:
        site.wait_for(lambda: len(server.mails) >= 2, 40, "the mails")
        assert len(server.mails) == 2
    finally:
        server.close()


def test_script_method(root):
    site = root.create(settings={"fetcher": {"workers": 1}}, config={
        **CONFIG, "notification_rules": [
            {"id": "all", "to": {"object_contacts": True}, "method": "note"}]})
    out = site.path("tmp", "notes")
    site.write("local/share/vedette/notifications/note",
               "#!/bin/sh\n# Note\n"
               f"env | grep ^NOTIFY_ | sort >> {out}.$NOTIFY_CONTACTNAME\n"
               "echo wrote it\n", 0o755)
    site.start()
    site.wait_for(lambda: site.service("web01", "HTTP"), what="HTTP")
    site.command("PROCESS_SERVICE_CHECK_RESULT;web01;HTTP;1;slow")
    for name in ("ann", "bob"):
        path = pathlib.Path(f"{out}.{name}")
        site.wait_for(path.exists, what=str(path))
        text = site.wait_for(path.read_text, what="its text")
        for line in ("NOTIFY_HOSTNAME=web01", "NOTIFY_SERVICEDESC=HTTP",
                     "NOTIFY_SERVICESTATE=WARNING", "NOTIFY_WHAT=SERVICE",
                     "NOTIFY_NOTIFICATIONTYPE=PROBLEM",
                     f"NOTIFY_CONTACTNAME={name}",
                     "NOTIFY_SERVICEOUTPUT=slow"):
            assert line in text, text
    site.wait_for(lambda: [line for line in site.history()
                           if "RESULT: ann;web01;HTTP" in line
                           and "wrote it" in line], what="the result")


def test_nothing_lost_nothing_twice(root):
    """notifyd and core are killed while 100 problems come in: each contact
    gets each once, by the delivery's id; no problem is missing."""
    config = {
        **CONFIG,
        "services": [{"hosts": ["web01"], "description": f"S{i}",
                      "check": "passive", "contact_groups": ["team"]}
                     for i in range(100)] + CONFIG["services"],
        "notification_rules": [
            {"id": "all", "to": {"users": ["ann"]}, "method": "note"}]}
    site = root.create(settings={"fetcher": {"workers": 1}, "notifications": {
        "methods": {"note": {"retry": "1s", "tries": 10}}}}, config=config)
    site.path("tmp").mkdir(exist_ok=True)
    out = site.path("var", "notes")
    site.write("local/share/vedette/notifications/note",
               "#!/bin/sh\n# Note\n"
               f"echo \"$NOTIFY_SERVICEDESC $NOTIFY_DELIVERY_ID\" >> {out}\n",
               0o755)
    site.start()
    site.wait_for(lambda: site.service("web01", "HTTP"), what="HTTP")
    for i in range(100):
        site.surely(
            f"PROCESS_SERVICE_CHECK_RESULT;web01;S{i};2;broken",
            lambda: site.service("web01", f"S{i}")["state"] == 2)
        if i % 10 == 5:
            victim = "notifyd" if i % 20 == 5 else "core"
            pids = site.pids(victim)
            if pids:
                os.kill(pids[0], signal.SIGKILL)
            site.wait_for(lambda: site.pids(victim)
                          and site.status()[0][victim]["state"] == "running",
                          what=f"{victim} back")
            site.wait_for(lambda: site.service("web01", f"S{i}")["state"] == 2,
                          what=f"S{i} known")

    def lines():
        return out.read_text().split("\n")[:-1] if out.exists() else []
    site.wait_for(lambda: len({n.split()[0] for n in lines()}) == 100, 60,
                  "a hundred notifications")
    by_service = {}
    for line in lines():
        name, delivery = line.split()
        by_service.setdefault(name, set()).add(delivery)
    twice = {n: d for n, d in by_service.items() if len(d) > 1}
    assert not twice, "another delivery id means it was planned twice"
    # A script that ran when notifyd died may run again, with the same id.
    assert len(lines()) <= 100 + 5


@pytest.mark.skipif(not shutil.which("smtpd"),
                    reason="opensmtpd is not installed")
@pytest.mark.skipif(os.geteuid() != 0, reason="opensmtpd needs root")
def test_real_smtp_server(root, tmp_path):
    port = free_port()
    box = pathlib.Path("/var/tmp") / f"vt-{os.getpid()}-mail"
    conf = tmp_path / "smtpd.conf"
    conf.write_text(
        f"listen on 127.0.0.1 port {port} hostname mail.example.com\n"
        f'action "keep" mda "cat >> {box}.$(date +%s%N)" virtual <people>\n'
        'table people { "@example.com" = "nobody" }\n'
        'match from any for domain "example.com" action "keep"\n')
    conf.write_text(
        f'table people {{ "@example.com" = "nobody" }}\n'
        f"listen on 127.0.0.1 port {port} hostname mail.example.com\n"
        f'action "keep" mda "cat > {box}.%{{rcpt.user}}" virtual <people>\n'
        'match from any for domain "example.com" action "keep"\n')
    conf.chmod(0o644)
    server = subprocess.Popen(["smtpd", "-d", "-f", str(conf)],
                              stdout=subprocess.DEVNULL,
                              stderr=(tmp_path / "log").open("w"))
    try:
        import socket
        try:
            wait_for(lambda: socket.create_connection(
                ("127.0.0.1", port), 1).close() or True, 10, "smtpd")
        except AssertionError:
            pytest.skip("opensmtpd does not start here: "
                        + (tmp_path / "log").read_text()[-300:])
        site = make(root, port, methods={"mail": {"retry": "1s"}})
        site.command("PROCESS_SERVICE_CHECK_RESULT;web01;HTTP;2;no answer")

        def delivered():
            return sorted(p for p in box.parent.glob(box.name + ".*")
                          if p.stat().st_size > 0)
        site.wait_for(lambda: len(delivered()) >= 2, 40, "two mailboxes")
        text = delivered()[0].read_text()
        assert "web01" in text and "HTTP" in text
    finally:
        server.terminate()
        server.wait(10)
        for p in box.parent.glob(box.name + ".*"):
            p.unlink()


def test_starttls_and_login(root, tmp_path):
    """A server of another make that wants STARTTLS and a login; its
    certificate is of an authority of the test's own. What it refuses now is
    sent when it takes it."""
    smtp = pytest.importorskip("aiosmtpd.smtp")
    controller = pytest.importorskip("aiosmtpd.controller")
    cert, key = tmp_path / "cert", tmp_path / "key"
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
            "-subj", "/CN=mail", "-addext", "subjectAltName=IP:127.0.0.1",
            "-keyout", key, "-out", cert)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    mails, refused = [], []

    class Keep:
        async def handle_DATA(self, server, session, envelope):
            assert session.ssl and session.authenticated
            mails.append((envelope.rcpt_tos, envelope.content))
            return "250 kept as 4711"

    def authenticate(server, session, envelope, mechanism, data):
        good = (data.login, data.password) == (b"relay", b"let-me-in")
        if not good:
            refused.append(data.login)
        return smtp.AuthResult(success=good, handled=False)

    server = controller.Controller(
        Keep(), hostname="127.0.0.1", port=free_port(), tls_context=context,
        require_starttls=True, auth_required=True, auth_require_tls=True,
        authenticator=authenticate)
    server.start()
    try:
        site = root.create(settings={
            "fetcher": {"workers": 1}, "notifications": {
                "smtp": {"host": "127.0.0.1", "port": server.port,
                         "from": "vedette@example.com", "tls": "starttls",
                         "user": "relay", "password_file": "var/password"},
                "methods": {"mail": {"retry": ["1s"], "tries": 20,
                                     "parameters": {
                                         "ca_file": "var/ca.pem"}}}}},
            config=CONFIG)
        site.write("var/ca.pem", cert.read_text())
        site.write("var/password", "wrong\n", 0o600)
        site.start()
        site.wait_for(lambda: site.service("web01", "HTTP"), what="HTTP")
        site.command("PROCESS_SERVICE_CHECK_RESULT;web01;HTTP;2;no answer")
        site.wait_for(lambda: refused, what="the refused login")
        assert not mails
        site.write("var/password", "let-me-in\n", 0o600)
        site.wait_for(lambda: len(mails) >= 2, 40, "two mails")
        site.wait_for(lambda: [line for line in site.history()
                               if "RESULT: ann;web01;HTTP;OK" in line
                               and "kept as 4711" in line],
                      what="the server's words in the history")
        assert "let-me-in" not in site.log("notifyd")
    finally:
        server.stop()


def test_a_bulk_survives_a_kill(root, fake_smtp):
    """Two problems wait for each other, notifyd is killed meanwhile: one
    mail tells of both, once, and each has a line in the history."""
    server = fake_smtp()
    config = {**CONFIG, "services": [
        {"hosts": ["web01"], "description": name, "check": "passive",
         "contact_groups": ["team"]} for name in ("HTTP", "SSH")],
        "notification_rules": [
            {"id": "bulk", "to": {"users": ["ann"]}, "bulk": {
                "horizon": "3s", "group_by": ["host"],
                "subject": "$COUNT_NOTIFICATIONS$ on $HOSTNAME$"}}]}
    site = make(root, server.port, config=config)
    for name in ("HTTP", "SSH"):
        site.command(f"PROCESS_SERVICE_CHECK_RESULT;web01;{name};2;broken")
    site.wait_for(lambda: sum("bulk mail" in line for line in site.history())
                  == 2, what="both wait")
    os.kill(site.pids("notifyd")[0], signal.SIGKILL)
    site.wait_for(lambda: server.mails, what="the mail")
    site.wait_for(lambda: sum(";OK;mail;bulk 1: " in line
                              for line in site.history()) == 2,
                  what="two results")
    assert len(server.mails) == 1
    assert subjects(server) == ["2 on web01"]
    text = server.mails[0][2]
    assert "web01/HTTP is CRITICAL" in text and "web01/SSH" in text
