# SPDX-License-Identifier: Apache-2.0
"""Syslog over TLS (RFC 5425): Python's and rsyslog's TLS as senders."""
import json
import os
import shutil
import socket
import ssl
import subprocess

import pytest
from conftest import wait_for

RULES = [{"id": "all", "state": "syslog"}]


def start(root, **tls):
    listen = {"enabled": True}
    if tls:
        listen["tls"] = tls
    return root.create(settings={"fetcher": {"workers": 1},
                                 "listen": {"syslog_tls": listen}},
                       config={"event_rules": RULES}, start=True)


def texts(site):
    rows = json.loads(site.events("GET events", "Columns: event_text",
                                  "OutputFormat: json", ""))
    return [row[0] for row in rows[1:]]


def status(site, column):
    rows = json.loads(site.events("GET status", f"Columns: {column}",
                                  "OutputFormat: json", ""))
    return rows[1][0]


def connect(site, cert=None, port=6514):
    context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH)
    context.load_verify_locations(site.path("var/vedette/tls/ca.pem"))
    if cert:
        context.load_cert_chain(*cert)
    plain = socket.create_connection(("127.0.0.1", site.port(port)),
                                     timeout=20)
    return context.wrap_socket(plain, server_hostname="localhost")


def framed(text):
    raw = f"<11>Mar  5 13:59:58 gw2 app: {text}".encode()
    return b"%d %s" % (len(raw), raw)


def test_messages_over_tls_by_the_sites_own_certificate(root):
    site = start(root)
    with connect(site) as tls:
        tls.sendall(framed("one") + framed("two"))
        tls.sendall(b"<11>Mar  5 13:59:58 gw2 app: as a line\n")
        big = framed("x" * 30000)
        tls.sendall(big[:17])
        tls.sendall(big[17:])
    site.wait_for(lambda: len(texts(site)) == 4, what="four events")
    assert texts(site)[:3] == ["one", "two", "as a line"]
    assert status(site, "status_messages_tls") == 4
    assert status(site, "status_tls_failed") == 0


def test_who_does_not_speak_tls_is_turned_away(root):
    site = start(root)
    with socket.create_connection(("127.0.0.1", site.port(6514)),
                                  timeout=20) as plain:
        plain.sendall(framed("in the clear"))
        while plain.recv(4096):
            pass
    site.wait_for(lambda: status(site, "status_tls_failed") == 1,
                  what="the counter")
    assert texts(site) == []
    assert "TLS" in site.log("eventd")


def make_certificate(folder, name, ca=None):
    key, cert = folder / f"{name}.key", folder / f"{name}.pem"
    signed = ["-CA", ca[0], "-CAkey", ca[1]] if ca else []
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048",
                    "-nodes", "-keyout", key, "-out", cert, "-days", "2",
                    "-subj", f"/CN={name}", *signed], check=True,
                   capture_output=True)
    for path in (key, cert):
        path.chmod(0o644)
    return cert, key


def test_clients_need_a_certificate_of_the_authority(root, tmp_path):
    tmp_path.chmod(0o755)
    ca = make_certificate(tmp_path, "clients")
    site = root.create(settings={"fetcher": {"workers": 1}},
                       config={"event_rules": RULES})
    shutil.copy(ca[0], site.path("etc/clients.pem"))
    os.chmod(site.path("etc/clients.pem"), 0o644)
    tls = {"ca": "etc/clients.pem", "clients": "required"}
    site.settings({"fetcher": {"workers": 1}, "listen": {
        "syslog_tls": {"enabled": True, "tls": tls},
        "event_status": {"enabled": True, "tls": tls}}})
    site.start()
    with connect(site, make_certificate(tmp_path, "good", ca)) as tls:
        tls.sendall(framed("from a friend"))
    site.wait_for(lambda: texts(site) == ["from a friend"], what="the event")
    # The status port over TCP likewise.
    with connect(site, make_certificate(tmp_path, "other", ca), 6558) as port:
        port.sendall(b"GET events\nColumns: event_text\n\n")
        answer = b"".join(iter(lambda: port.recv(4096), b""))
    assert answer == b"[['event_text'],\n['from a friend']]\n"
    with pytest.raises((ssl.SSLError, ConnectionError)):
        with connect(site, None, 6558) as port:
            port.sendall(b"GET events\n\n")
            assert port.recv(10) == b""
            raise ConnectionError("closed without a word")
    for cert in (None, make_certificate(tmp_path, "stranger")):
        with pytest.raises((ssl.SSLError, ConnectionError)):
            with connect(site, cert) as tls:
                tls.sendall(framed("from a stranger"))
                while tls.recv(10):
                    pass
                raise ConnectionError("closed without a word")
    assert texts(site) == ["from a friend"]


def test_an_activation_moves_the_listener_and_refuses_what_is_wrong(root):
    site = start(root)
    site.settings({"fetcher": {"workers": 1}, "listen": {"syslog_tls": {
        "enabled": True, "tls": {"cert": "etc/nosuch.pem",
                                 "key": "etc/nosuch.key"}}}})
    done = site.run("activate")
    assert done.code != 0 and "listen.syslog_tls.tls" in done.err, done
    with connect(site) as tls:
        tls.sendall(framed("still here"))
    site.wait_for(lambda: texts(site) == ["still here"], what="the event")
    site.settings({"fetcher": {"workers": 1}})
    site.ok("activate")
    with pytest.raises(ConnectionRefusedError):
        connect(site)


@pytest.mark.skipif(not shutil.which("rsyslogd"),
                    reason="the package rsyslog is missing")
def test_rsyslog_sends_over_tls(root, tmp_path):
    plugins = [d for d in ("/usr/lib/x86_64-linux-gnu/rsyslog",
                           "/usr/lib/rsyslog") if os.path.isdir(d)]
    driver = next((name for name in ("ossl", "gtls") for d in plugins
                   if os.path.exists(f"{d}/lmnsd_{name}.so")), None)
    if driver is None:
        pytest.skip("the package rsyslog-openssl is missing")
    site = start(root)
    config = tmp_path / "rsyslog.conf"
    config.write_text(f"""
global(workDirectory="{tmp_path}"
       defaultNetstreamDriverCAFile="{site.path('var/vedette/tls/ca.pem')}")
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="{tmp_path}/log")
action(type="omfwd" target="127.0.0.1" port="{site.port(6514)}"
       protocol="tcp" TCP_Framing="octet-counted"
       StreamDriver="{driver}" StreamDriverMode="1"
       StreamDriverAuthMode="x509/certvalid"
       template="RSYSLOG_SyslogProtocol23Format")
""")
    rsyslog = subprocess.Popen(["rsyslogd", "-n", "-f", config, "-i",
                                tmp_path / "pid"], stderr=subprocess.PIPE)
    try:
        wait_for((tmp_path / "log").exists, what="rsyslog's socket")
        subprocess.run(["logger", "-u", tmp_path / "log", "-t", "door",
                        "-p", "daemon.err", "opened"], check=True)
        site.wait_for(lambda: "opened" in texts(site), what="the event")
    finally:
        rsyslog.terminate()
        rsyslog.communicate(timeout=20)
