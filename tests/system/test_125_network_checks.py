# SPDX-License-Identifier: Apache-2.0
"""Network checks in the worker beside the real monitoring-plugins: the same
state, text and performance data, times masked."""
import base64
import os
import pathlib
import re
import socket
import ssl
import subprocess
import threading
import time

import pytest
from conftest import free_port

PLUGINS = pathlib.Path("/usr/lib/nagios/plugins")

pytestmark = pytest.mark.skipif(
    not (PLUGINS / "check_http").exists(),
    reason="monitoring-plugins are not installed")


def certificate(folder, name, days):
    key, crt = folder / f"{name}.key", folder / f"{name}.crt"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", crt,
         "-subj", f"/CN={name}", "-days", str(days)],
        check=True, stderr=subprocess.DEVNULL)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(crt, key)
    return context


class Server:
    """Calls `behave(connection)` for each connection."""

    def __init__(self, behave, tls=None):
        self.behave, self.tls = behave, tls
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                c, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.one, args=(c,), daemon=True).start()

    def one(self, c):
        try:
            if self.tls:
                c = self.tls.wrap_socket(c, server_side=True)
            self.behave(c)
            if self.tls:
                c.unwrap()
        except OSError:
            pass
        finally:
            c.close()


def http(answer, wait=0):
    def behave(c):
        request = b""
        while b"\r\n\r\n" not in request:
            part = c.recv(65536)
            if not part:
                return
            request += part
        time.sleep(wait)
        c.sendall(answer(request) if callable(answer) else answer)
    return behave


def says(text):
    def behave(c):
        c.sendall(text)
        c.settimeout(5)
        while c.recv(4096):
            pass
    return behave


def smtp(answers, tls=None):
    def behave(c):
        c.sendall(answers["greet"])
        lines = c.makefile("rb")
        while line := lines.readline():
            word = line.decode().strip()
            if word == "STARTTLS" and tls and "STARTTLS" in answers:
                c.sendall(answers["STARTTLS"])
                c = tls.wrap_socket(c, server_side=True)
                lines = c.makefile("rb")
                continue
            c.sendall(answers.get(word, answers.get(
                word.split(" ")[0], b"500 what\r\n")))
            if word == "QUIT":
                return
    return behave


OK = b"HTTP/1.1 200 OK\r\nX-A: b\r\n\r\nhello world\nsecond line\n"
MAIL = {"greet": b"220 mail ESMTP\r\n", "HELO": b"250 hi\r\n",
        "EHLO": b"250-hi\r\n250-STARTTLS\r\n250 AUTH LOGIN\r\n",
        "STARTTLS": b"220 go\r\n", "QUIT": b"221 bye\r\n",
        "MAIL": b"250 ok\r\n", "NOOP": b"250 done\r\n",
        "AUTH LOGIN": b"334 a\r\n",
        base64.b64encode(b"user").decode(): b"334 b\r\n",
        base64.b64encode(b"pass").decode(): b"235 ok\r\n"}


@pytest.fixture(scope="module")
def servers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    good = certificate(folder, "good.example", 400)
    soon = certificate(folder, "soon.example", 10)
    chunked = (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
               b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n")
    huge = (b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 60000 +
            b"\r\n\r\nbody")
    all_of_them = {
        "silent": Server(lambda c: time.sleep(20)),
        "closes": Server(lambda c: None),
        "ok": Server(http(OK)), "slow": Server(http(OK, 1.2)),
        "gone": Server(http(b"HTTP/1.1 404 Not Found\r\n\r\nno")),
        "broken": Server(http(b"HTTP/1.0 500 Oops\r\n\r\n")),
        "strange": Server(http(b"HTTP/1.1 abc\r\n\r\n")),
        "garbage": Server(http(b"garbage")),
        "chunked": Server(http(chunked)), "huge": Server(http(huge)),
        "redirect": Server(http(
            lambda r: OK if b" /to " in r else
            b"HTTP/1.1 302 Found\r\nLocation: /to\r\n\r\n")),
        "auth": Server(http(
            lambda r: OK if b"Basic dXNlcjpwYXNz" in r else
            b"HTTP/1.1 401 Unauthorized\r\n\r\n")),
        "tls": Server(http(OK), good), "soon": Server(http(OK), soon),
        "ssh": Server(says(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")),
        "banner": Server(says(b"220 hi there\r\n")),
        "mail": Server(smtp(MAIL, good)),
        "mail-soon": Server(smtp(MAIL, soon)),
        "mail-554": Server(smtp({**MAIL, "greet": b"554 no\r\n"})),
        "mail-plain": Server(smtp({**MAIL, "EHLO": b"250 hi\r\n"})),
    }
    yield {name: s.port for name, s in all_of_them.items()} | {
        "refused": free_port()}
    for s in all_of_them.values():
        s.socket.close()


LINES = """
check_tcp -p {refused}
check_tcp -p {ok}
check_tcp -p {closes} -e x
check_tcp -p {silent} -e x -t 2
check_tcp -p {banner} -e 220
check_tcp -p {banner} -e nope -M crit -w 1 -c 2
check_tcp -p {banner} -e 220 -e hi -A -q QUIT
check_tcp -p {ok} -E -s 'GET / HTTP/1.0\\r\\n\\r\\n' -e "hello world" -q 'bye\\n'
check_tcp -p {ok} -s 'GET / HTTP/1.0\\r\\n\\r\\n' -E -e "hello world" -t 2
check_tcp -p {tls} -S -D 30,10
check_tcp -p {soon} -D 30,5
check_tcp -p {banner} -S
check_http -p {refused}
check_http -p {closes}
check_http -p {ok}
check_http -p {slow} -w 1 -c 5
check_http -p {silent} -t 2
check_http -p {gone}
check_http -p {broken}
check_http -p {strange}
check_http -p {garbage}
check_http -p {huge}
check_http -p {chunked} -s "hello world"
check_http -p {ok} -s absent
check_http -p {ok} -s absent -B
check_http -p {chunked} --show-body
check_http -p {gone} -B
check_http -p {ok} -r wor.d$
check_http -p {ok} -r ^zz
check_http -p {ok} -R HELLO --invert-regex
check_http -p {ok} -l -r hello.*second
check_http -p {ok} -d "X-A: b" -e 200
check_http -p {ok} -e 201,202
check_http -p {ok} -m 1:20
check_http -p {ok} -N -w 5 -c @20:30
check_http -p {redirect}
check_http -p {redirect} -f follow
check_http -p {redirect} -f critical
check_http -p {auth}
check_http -p {auth} -a user:pass
check_http -p {tls} -S --sni
check_http -p {tls} -C 30,14
check_http -p {soon} -C 30,5
check_http -p {soon} -C 30,14
check_http -p {ok} -S
check_ssh -p {refused}
check_ssh -p {ssh}
check_ssh -p {ssh} -r "OpenSSH_9.2p1 Debian-2"
check_ssh -p {ssh} -P 1.0
check_ssh -p {silent} -t 2
check_smtp -p {refused}
check_smtp -p {closes}
check_smtp -p {mail}
check_smtp -p {mail-554}
check_smtp -p {mail} -S
check_smtp -p {mail-plain} -S
check_smtp -p {mail-soon} -D 30,5
check_smtp -p {mail} -f a@b.example -C NOOP -R 250
check_smtp -p {mail} -C NOOP -R nope
check_smtp -p {mail} -A LOGIN -U user -P pass
check_smtp -p {mail} -A LOGIN -U user -P wrong
check_smtp -p {mail} -w 5 -c 10 -e ESMTP
check_ldap -b dc=x -p {refused}
check_ldap -b dc=x -p {closes}
check_icmp -n 2
check_ping -w 100.1,20% -c 500,60% -p 1
check_ping -w 0.001,20% -c 500,60% -p 1
check_ping -4 -w 0.001,20% -c 0.002,60% -p 1
""".strip().splitlines()
# Odd answers, and options that nobody wrote for the worker.
LEFT = """
check_http -p {redirect} -f follow -E
check_http -p {ok} -M 1h
check_ssh -p {banner}
check_tcp -p {refused} -r ok
""".strip().splitlines()


def mask(text):
    text = re.sub(r"\d+\.\d+(?= ?(second|sec\.))", "T", text)
    text = re.sub(r"(time(_\w+)?|rta|rtmax|rtmin)=[\d.]+", r"\1=T", text)
    text = re.sub(r"(rta|RTA =) [\d.]+", r"\1 T", text)
    return re.sub(r"^[0-9A-F]+:error", "error", text, flags=re.M)


def real(line):
    words = subprocess.run(["sh", "-c", f"for w in {line}; do printf '%s\\n'"
                            ' "$w"; done'], capture_output=True, text=True)
    argv = words.stdout.splitlines()
    done = subprocess.run([PLUGINS / argv[0], *argv[1:]], text=True,
                          capture_output=True,
                          env={**os.environ, "LC_ALL": "C"})
    first, *more = done.stdout.splitlines()
    output, _, perf = first.partition("|")
    _, _, rest = "\n".join(more).partition("|")
    return done.returncode, output.strip(), f"{perf} {rest}".strip()


def test_the_same_as_the_plugins(site, servers):
    lines = [re.sub(r"^(check_\w+)", r"\1 -H 127.0.0.1", t.format(**servers))
             for t in LINES + LEFT]
    site.config({
        "hosts": {"h": {"address": "127.0.0.1", "check": "always_up"}},
        "services": [{"hosts": ["h"], "description": f"{i:03}",
                      "check": {"command": line}}
                     for i, line in enumerate(lines)]})
    rows = {r["service"]: r for r in site.ok(
        "check", "h", "--json", timeout=180).json()}
    wrong = []
    for i, line in enumerate(lines):
        row = rows[f"{i:03}"]
        ours = row["code"], row["output"], row["perfdata"]
        theirs = real(line)
        if [mask(str(x)) for x in ours] != [mask(str(x)) for x in theirs]:
            wrong.append(f"{line}\n  plugin {theirs}\n  worker {ours}")
    assert not wrong, "\n".join(wrong)


def plugins_for(port):
    """Processes of check_tcp with that port."""
    found = 0
    for line in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = line.read_text(errors="replace").split("\0")
        except OSError:
            continue
        found += words[0].endswith("/check_tcp") and str(port) in words
    return found


RULE = {"ruleset": "service_inprocess", "value": False,
        "when": {"hosts": ["h"]}}


@pytest.mark.parametrize("site_wide,of_service,rules,wanted", [
    ("on", {}, [], 0), ("off", {}, [], 1),
    ("on", {"inprocess": False}, [], 1), ("on", {}, [RULE], 1),
    ("on", {}, [{**RULE, "when": {"hosts": ["other"]}}], 0)])
def test_the_switches_hold_for_check_too(site, site_wide, of_service, rules,
                                         wanted):
    """What listens sees whether a process of that name is connected."""
    seen = []
    server = socket.create_server(("127.0.0.1", 0))

    def accept():
        peer, _ = server.accept()
        seen.append(plugins_for(server.getsockname()[1]))
        peer.sendall(b"ready\n")
        peer.close()
    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    site.settings({"fetcher": {"inprocess": site_wide == "on"}})
    site.config({
        "hosts": {"h": {"address": "127.0.0.1", "check": "always_up"}},
        "rules": rules,
        "services": [{"hosts": ["h"], "description": "S", **of_service,
                      "check": {"command": "check_tcp -H 127.0.0.1 -e ready "
                                f"-p {server.getsockname()[1]}"}}]})
    site.ok("check", "h", "--json", timeout=60)
    thread.join(20)
    server.close()
    assert seen and (seen[0] > 0) == (wanted > 0), seen


def test_a_plugin_of_the_sites_own_goes_first(started, servers):
    started.config({
        "hosts": {"h": {"address": "127.0.0.1", "check": "always_up"}},
        "services": [{"hosts": ["h"], "description": "S", "check": {
            "command": f"check_tcp -H 127.0.0.1 -p {servers['ok']}"},
            "check_interval": "1s"}]})
    started.write("local/lib/nagios/plugins/check_tcp",
                  "#!/bin/sh\necho mine\n", 0o755)
    started.activate()
    assert started.wait_for_service("h", "S", 0)["plugin_output"] == "mine"
