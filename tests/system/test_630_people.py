# SPDX-License-Identifier: Apache-2.0
"""People: a directory (Debian's slapd), their own password, a second factor,
views for a screen on the wall, sessions; what is sent to break in."""
import base64
import contextlib
import crypt
import hashlib
import hmac
import http.client
import json
import shutil
import socket
import struct
import subprocess
import tempfile
import time

import pytest
from browser import Browser
from conftest import Root, free_port, wait_for

SECRET = "a long secret"


def hashed(password):
    return crypt.crypt(password, crypt.mksalt(crypt.METHOD_SHA256))


def config():
    return {
        "hosts": {"web01": {"check": "passive", "contact_groups": ["team"]},
                  "db01": {"check": "passive", "contact_groups": ["dba"]},
                  "dark": {"check": "passive", "contact_groups": ["rest"]}},
        "services": [{"hosts": ["web01", "db01"], "description": "HTTP",
                      "check": "passive"}],
        "contact_groups": {"team": {}, "dba": {}, "rest": {}},
        "contacts": {
            "ann": {"contact_groups": ["team"], "role": "user",
                    "password_hash": hashed(SECRET)},
            "gus": {"role": "guest", "password_hash": hashed(SECRET)},
            "loc": {"role": "admin", "password_hash": hashed(SECRET)},
            "rob": {"role": "admin", "automation": True,
                    "password_hash": hashed(SECRET)}},
    }


LDIF = """
dn: dc=example
objectClass: domain
dc: example

dn: ou=people,dc=example
objectClass: organizationalUnit
ou: people

dn: ou=groups,dc=example
objectClass: organizationalUnit
ou: groups
""" + "".join(f"""
dn: uid={uid},ou=people,dc=example
objectClass: inetOrgPerson
uid: {uid}
cn: {uid.title()} Example
sn: Example
userPassword: {uid}-password
""" for uid in ("lea", "max", "eve", "loc", "searcher")) + """
dn: cn=monitors,ou=groups,dc=example
objectClass: groupOfNames
cn: monitors
member: uid=lea,ou=people,dc=example
member: uid=loc,ou=people,dc=example
member: cn=databases,ou=groups,dc=example

dn: cn=databases,ou=groups,dc=example
objectClass: groupOfNames
cn: databases
member: uid=max,ou=people,dc=example
"""
CONF = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {folder}/slapd.pid
TLSCertificateFile {folder}/cert.pem
TLSCertificateKeyFile {folder}/key.pem
disallow bind_anon
database mdb
suffix "dc=example"
directory {folder}/db
rootdn "cn=root,dc=example"
rootpw root-password
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="uid=searcher,ou=people,dc=example" read by * none
"""


class Directory:
    """slapd with TLS on loopback."""

    def __init__(self, folder):
        self.folder, self.port = folder, free_port()
        (folder / "db").mkdir()
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
             "-days", "2", "-subj", "/CN=127.0.0.1", "-addext",
             "subjectAltName=IP:127.0.0.1", "-keyout", folder / "key.pem",
             "-out", folder / "cert.pem"], check=True, capture_output=True)
        (folder / "slapd.conf").write_text(CONF.format(folder=folder))
        (folder / "slapd.ldif").write_text(LDIF)
        (folder / "secret").write_text("searcher-password\n")
        folder.chmod(0o755)
        for name in ("secret", "cert.pem"):
            (folder / name).chmod(0o644)
        subprocess.run(["slapadd", "-q", "-f", folder / "slapd.conf", "-l",
                        folder / "slapd.ldif"], check=True)
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            ["slapd", "-d", "0", "-f", self.folder / "slapd.conf", "-h",
             f"ldap://127.0.0.1:{self.port}"])

        def answers():
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return True
        wait_for(answers, what="slapd")

    def stop(self):
        self.process.terminate()
        self.process.wait(10)

    def settings(self, **more):
        return {"url": f"ldap://127.0.0.1:{self.port}",
                "ca": str(self.folder / "cert.pem"),
                "bind_dn": "uid=searcher,ou=people,dc=example",
                "password_file": str(self.folder / "secret"),
                "user_base": "ou=people,dc=example",
                "group_base": "ou=groups,dc=example", "nested": True,
                "roles": {"user": ["cn=Monitors, ou=groups,dc=example"]},
                "contact_groups": {"dba": ["databases"],
                                   "team": ["monitors"]},
                "timeout": "2s", **more}


@pytest.fixture(scope="module")
def directory():
    if not shutil.which("slapd", path="/usr/sbin:/usr/bin"):
        pytest.skip("no slapd (package slapd)")
    import pathlib
    with tempfile.TemporaryDirectory(prefix="vtldap", dir="/tmp") as folder:
        d = Directory(pathlib.Path(folder))
        yield d
        d.stop()


@pytest.fixture(scope="module")
def base():
    return {"fetcher": {"workers": 1}}


@pytest.fixture(scope="module")
def web(base):
    root = Root()
    try:
        site = root.create(settings=base, config=config(), start=True)
        site.wait_for(lambda: len(site.query(
            "GET services", "Columns: description")) == 2, what="services")
        yield site
    finally:
        root.remove()


def browser(web, name=None, password=SECRET, **more):
    b = Browser(web)
    if name:
        answer, data = b.post("login", {
            "name": name, "password": password, **more})
        assert answer.status == 200, (answer.status, data)
    return b


def status(b, path, body=None, **headers):
    """Of one answer, its document beside it."""
    answer, data = b.ask(
        "GET" if body is None else "POST", f"/{b.name}/console/{path}",
        None if body is None else json.dumps(body),
        {"X-Vedette": "1", **headers})
    return answer.status, json.loads(data) if data else None


def audit(web):
    return [json.loads(line) for line in
            web.path("var/log/audit.log").read_text().splitlines()]


# --- one's own password ------------------------------------------------------


def test_own_password(web):
    b, other = browser(web, "ann"), browser(web, "ann")
    for old, new, code in [
            ("wrong", "another long secret", 403), (SECRET, "short", 400),
            (SECRET, SECRET, 400), ("", "another long secret", 400)]:
        assert status(b, "password", {"old": old, "new": new})[0] == code
    assert status(b, "password", {"old": SECRET,
                                  "new": "Another long secret"})[0] == 200
    assert status(b, "me")[0] == 200
    assert status(other, "me")[0] == 401, "the other sessions end"
    assert status(other, "login", {"name": "ann",
                                   "password": SECRET})[0] == 403
    browser(web, "ann", "Another long secret")
    web.stop("livestatusd")
    web.start("livestatusd")
    browser(web, "ann", "Another long secret")
    path = web.path("var/vedette/livestatusd/people.json")
    assert path.stat().st_mode & 0o777 == 0o600
    assert "long secret" not in path.read_text()
    assert audit(web)[-2]["action"] == "password changed" or any(
        e["action"] == "password changed" and e["who"] == "ann"
        for e in audit(web))
    # The administrator sets another one: that counts.
    changed = config()
    changed["contacts"]["ann"]["password_hash"] = hashed("from above")
    web.config(changed)
    web.activate()
    browser(web, "ann", "from above")
    web.config(config())
    web.activate()
    path.unlink()
    browser(web, "ann", SECRET)


def test_who_may_not(web):
    assert status(browser(web, "gus"), "password", {
        "old": SECRET, "new": "another long secret"})[0] == 403
    basic = base64.b64encode(f"rob:{SECRET}".encode()).decode()
    assert status(browser(web, "gus"), "settings", {
        "keys": False, "theme": "dark"})[0] == 403
    for path in ("profile", "password", "view", "second-factor", "settings",
                 "view-remove", "sessions-end"):
        body = None if path == "profile" else {}
        assert status(browser(web), path, body)[0] == 401
        assert status(browser(web), path, body,
                      Authorization=f"Basic {basic}")[0] == 403


# --- the second factor -------------------------------------------------------


def code_of(secret, shift=0):
    """RFC 6238, by Python."""
    step = struct.pack(">Q", int(time.time()) // 30 + shift)
    digest = hmac.new(base64.b32decode(secret), step, hashlib.sha1).digest()
    at = digest[-1] & 15
    return "%06d" % ((struct.unpack(">I", digest[at:at + 4])[0]
                      & 0x7fffffff) % 1000000)


def test_second_factor(web):
    b = browser(web, "loc")
    _, new = status(b, "second-factor", {"do": "start"})
    assert new["uri"].startswith("otpauth://totp/Vedette%20")
    assert new["secret"] in new["uri"] and len(new["secret"]) == 32
    assert status(b, "second-factor", {"do": "confirm", "code": "12"}
                  )[0] == 400
    browser(web, "loc")     # nothing is on yet
    code, data = status(b, "second-factor", {
        "do": "confirm", "code": code_of(new["secret"], -1)})
    assert code == 200 and len(data["codes"]) == 8
    login = {"name": "loc", "password": SECRET}
    fresh = browser(web)
    code, answer = status(fresh, "login", login)
    assert code == 403 and answer["second_factor"] is True
    assert status(fresh, "me")[0] == 401
    # A wrong password says nothing of a second factor.
    code, answer = status(fresh, "login", {**login, "password": "x"})
    assert code == 403 and "second_factor" not in answer
    once = code_of(new["secret"])
    browser(web, "loc", code=once)
    assert status(fresh, "login", {**login, "code": once})[0] == 403
    browser(web, "loc", code=data["codes"][0].lower())
    assert status(fresh, "login", {
        **login, "code": data["codes"][0]})[0] == 403
    # The password alone opens nothing; programs are as before.
    for name, wanted in (("loc", 401), ("rob", 200)):
        basic = base64.b64encode(f"{name}:{SECRET}".encode()).decode()
        assert status(browser(web), "me",
                      Authorization=f"Basic {basic}")[0] == wanted
    assert status(b, "profile")[1]["second_factor"]["codes"] == 7
    text = web.path("var/vedette/livestatusd/people.json").read_text()
    assert data["codes"][1].replace("-", "") not in text
    assert status(b, "second-factor", {
        "do": "remove", "code": data["codes"][2]})[0] == 200
    browser(web, "loc")
    actions = [e["action"] for e in audit(web) if e["who"] == "loc"]
    assert "second factor on" in actions and "second factor off" in actions


def test_codes_cannot_be_tried_out(web):
    b = browser(web, "loc")
    _, new = status(b, "second-factor", {"do": "start"})
    _, data = status(b, "second-factor", {
        "do": "confirm", "code": code_of(new["secret"])})
    login = {"name": "loc", "password": SECRET, "code": "abc"}
    codes = [status(browser(web), "login", login)[0] for _ in range(5)]
    assert codes[0] == 403 and codes[-1] == 429
    # The administrator removes it from the file.
    path = web.path("var/vedette/livestatusd/people.json")
    doc = json.loads(path.read_text())
    del doc["loc"]["second_factor"]
    path.write_text(json.dumps(doc))
    web.stop("livestatusd")     # forgets the delay
    web.start("livestatusd")
    browser(web, "loc")


def test_a_broken_file_lets_nobody_in(web):
    path = web.path("var/vedette/livestatusd/people.json")
    path.write_text("{")
    code, data = status(browser(web), "login", {
        "name": "loc", "password": SECRET})
    assert code == 503 and "cannot be read" in data["error"]
    path.unlink()
    browser(web, "loc")


# --- a screen on the wall ----------------------------------------------------


def test_view(web):
    b = browser(web, "ann")
    for bad in ({}, {"title": "x", "pages": []}, {"title": "x" * 200,
                "pages": ["problems"]}, {"title": "x", "pages": ["me"]}):
        assert status(b, "view", bad)[0] == 400
    _, view = status(b, "view", {"title": "Wall", "pages": ["hosts"]})
    auth = {"Authorization": "View " + view["token"]}
    wall = browser(web)
    code, me = status(wall, "me", **auth)
    assert code == 200 and me["view"] == {"title": "Wall", "pages": ["hosts"]}
    assert me["may"] == ["general.use"]
    assert status(wall, "overview", **auth)[1]["hosts"][0][0] == 1
    ask = {"table": "hosts", "columns": ["name"]}
    assert status(wall, "list", ask, **auth)[1]["rows"] == [["web01"]]
    assert status(wall, "list", {"table": "log", "columns": ["time"]},
                  **auth)[0] == 400
    for path, body in (("events", None), ("graph", {}), ("profile", None),
                       ("settings", {"keys": True, "theme": "dark"}),
                       ("availability", {}), ("view", {}), ("password", {})):
        assert status(wall, path, body, **auth)[0] == 403, path
    for path in ("metrics", "check_mk/api/1.0/version",
                 "check_mk/api/1.0/domain-types/host/collections/all"):
        assert wall.ask("GET", f"/{web.name}/{path}", None,
                        auth)[0].status == 403, path
    answer, _ = wall.ask(
        "POST", f"/{web.name}/check_mk/api/1.0/domain-types/host/actions/"
        "disable_notifications/invoke", json.dumps({
            "object_type": "host", "host_name": "web01"}),
        {"Content-Type": "application/json", **auth})
    assert answer.status == 403
    assert view["token"] not in web.path(
        "var/vedette/livestatusd/people.json").read_text()
    shown, = status(b, "profile")[1]["views"]
    assert shown["title"] == "Wall" and shown["id"] == view["id"]
    assert status(browser(web, "loc"), "view-remove",
                  {"id": view["id"]})[0] == 404
    assert status(b, "view-remove", {"id": view["id"]})[0] == 200
    assert status(wall, "me", **auth)[0] == 401
    for bad in ("", "x", "0" * 64, "0" * 4000):
        assert status(wall, "me", Authorization="View " + bad)[0] == 401


# --- sessions, and what is sent to break in ----------------------------------


def test_sessions(web):
    a, b = browser(web, "ann"), browser(web, "ann")
    mine = status(a, "profile")[1]["sessions"]
    assert sum(s["this"] for s in mine) == 1
    assert status(browser(web, "loc"), "sessions-end",
                  {"id": mine[0]["id"]})[0] == 404
    assert status(a, "sessions-end", {})[0] == 200
    assert status(b, "me")[0] == 401
    only, = status(a, "profile")[1]["sessions"]
    assert status(a, "sessions-end", {"id": only["id"]})[0] == 200
    assert status(a, "me")[0] == 401


def raw(web, data):
    """All that is answered to these bytes."""
    with socket.create_connection(("127.0.0.1", web.port(5000)), 10) as s:
        s.settimeout(10)
        with contextlib.suppress(OSError):
            s.sendall(data)
            s.shutdown(socket.SHUT_WR)
        answer = b""
        with contextlib.suppress(OSError):
            while True:
                more = s.recv(65536)
                if not more:
                    return answer
                answer += more
        return answer


def test_hostile_requests(web):
    good = browser(web, "ann")
    name = web.name.encode()
    token = good.cookie.split("=")[1].encode()
    head = b"GET /" + name + b"/console/me HTTP/1.1\r\nHost: x\r\n"

    def code(*lines):
        answer = raw(web, head + b"".join(line + b"\r\n" for line in lines)
                     + b"Connection: close\r\n\r\n")
        return int(answer.split()[1]) if answer else 0
    cookie = b"Cookie: vedette_" + name + b"="
    assert code(cookie + token) == 200
    # Cookies that are nearly right.
    for bad in (token[:-1], token + b"0", token.upper() + b" ",
                token[:-1] + b"\xff", b"\x00" * 64, b"'" + token + b"'",
                b"%" + token, token[::-1], b"../" * 20):
        assert code(cookie + bad) in (400, 401, 0), bad
    # Headers that are too long end with an answer, not with the server.
    assert code(b"Cookie: " + b"a" * 100_000) in (400, 413, 431, 0)
    assert code(*[b"X-%d: y" % i for i in range(20_000)]) in (
        400, 413, 431, 0)
    assert code(b"Authorization: Bearer " + b"\xff\xfe " + b"\x80" * 50) == 401
    assert code(b"Authorization: Basic " + base64.b64encode(
        b"\xff\xff:\xc0\xaf")) == 401
    for path in (b"/%ff%fe/", b"/" + name + b"/console/%00me",
                 b"/" + name + b"/console/me%c0%ae", b"*", b"//" * 3000):
        answer = raw(web, b"GET " + path + b" HTTP/1.1\r\nHost: x\r\n"
                     b"Connection: close\r\n\r\n")
        assert not answer or int(answer.split()[1]) in (
            302, 400, 401, 404, 414), (path, answer[:200])
    for body in (b"\xff\xfe{\x00}\x00", b'{"name": "\xff", "password": "x"}',
                 b'{"name": "ann\\u0000", "password": "x"}',
                 b"[" * 100_000, b'{"name": ["ann"], "password": {}}'):
        c = http.client.HTTPConnection("127.0.0.1", web.port(5000), timeout=20)
        c.request("POST", f"/{web.name}/console/login", body,
                  {"X-Vedette": "1"})
        assert c.getresponse().status == 400, body[:40]
    # A replayed cookie: after the logout it is worth nothing, whoever has it.
    good.ask("POST", f"/{web.name}/console/logout", "{}", {"X-Vedette": "1"})
    assert code(cookie + token) == 401
    assert status(browser(web, "ann"), "me")[0] == 200, "the server is well"


# --- the directory -----------------------------------------------------------


def test_directory(web, directory, base):
    web.settings({**base, "ldap": directory.settings()})
    web.activate()
    lea = browser(web, "lea", "lea-password")
    me = status(lea, "me")[1]
    assert (me["user"], me["role"], me["alias"]) == (
        "lea", "user", "Lea Example")
    assert lea.list("hosts", ["name"])["rows"] == [["web01"]]
    assert lea.list("services", ["host_name"])["rows"] == [["web01"]]
    # Settings are the person's own, and stay; programs find the person.
    assert status(lea, "settings", {"keys": 1, "theme": "dark"})[0] == 400
    assert status(lea, "settings", {"keys": False, "theme": "x"})[0] == 400
    wanted = {"keys": False, "theme": "dark"}
    assert status(lea, "settings", wanted)[0] == 200
    web.ok("restart", "livestatusd")
    assert status(lea, "me")[1]["settings"] == wanted
    lea = browser(web, "LEA", "lea-password")
    assert status(lea, "me")[1]["settings"] == wanted
    answer, data = lea.ask(
        "GET", f"/{web.name}/check_mk/api/1.0/objects/user_config/lea", None,
        {"Authorization": "Bearer lea lea-password"})
    assert answer.status == 200, data
    assert json.loads(data)["extensions"]["fullname"] == "Lea Example"
    # Through a group in a group; and another spelling is the same person.
    max_ = browser(web, "MAX", "max-password")
    assert status(max_, "me")[1]["user"] == "max"
    assert {r[0] for r in max_.list("hosts", ["name"])["rows"]} == {
        "web01", "db01"}
    assert status(max_, "password", {
        "old": "max-password", "new": "another long secret"})[0] == 409
    basic = base64.b64encode(b"lea:lea-password").decode()
    for _ in range(2):
        assert status(browser(web), "me",
                      Authorization=f"Basic {basic}")[0] == 200
    refused = [("lea", "wrong"), ("eve", "eve-password"), ("nobody", "x"),
               ("lea", ""), ("*", "lea-password"), ("lea ", "lea-password"),
               ("lea)(uid=*", "lea-password"), ("l*", "lea-password"),
               # Whose password is the site's own is not the directory's.
               ("loc", "loc-password"), ("LOC", "loc-password")]
    for name, password in refused:
        assert status(browser(web), "login", {
            "name": name, "password": password})[0] == 403, name
    browser(web, "loc", SECRET)


def test_directory_that_is_dead(web, directory, base):
    web.settings({**base, "ldap": directory.settings(refresh="1s")})
    web.activate()
    lea = browser(web, "lea", "lea-password")
    directory.stop()
    try:
        code, data = status(browser(web), "login", {
            "name": "max", "password": "max-password"})
        assert code == 503 and "LDAP" in data["error"], data
        assert "Can't contact" in data["error"], data
        browser(web, "loc", SECRET)
        assert status(lea, "me")[0] == 200, "who is in stays in"
    finally:
        directory.start()
    # A server that takes connections and says nothing.
    with socket.create_server(("127.0.0.1", 0)) as mute:
        web.settings({**base, "ldap": directory.settings(
            url=f"ldaps://127.0.0.1:{mute.getsockname()[1]}",
            timeout="500ms")})
        web.activate()
        code, data = status(browser(web), "login", {
            "name": "max", "password": "max-password"})
        assert code == 503, data
        browser(web, "loc", SECRET)
    # Another certificate than the configuration's authority vouches for.
    web.settings({**base, "ldap": {
        k: v for k, v in directory.settings().items() if k != "ca"}})
    web.activate()
    code, data = status(browser(web), "login", {
        "name": "max", "password": "max-password"})
    assert code == 503 and "LDAP" in data["error"], data
    web.settings({**base, "ldap": directory.settings(
        url=f"ldap://127.0.0.1:1 ldap://127.0.0.1:{directory.port}")})
    web.activate()
    browser(web, "max", "max-password")


def test_who_leaves_the_directory(web, directory, base):
    web.settings({**base, "ldap": directory.settings(refresh="1s")})
    web.activate()
    max_ = browser(web, "max", "max-password")
    subprocess.run(
        ["ldapdelete", "-x", "-H", f"ldap://127.0.0.1:{directory.port}", "-D",
         "cn=root,dc=example", "-w", "root-password",
         "uid=max,ou=people,dc=example"], check=True)
    web.wait_for(lambda: status(max_, "me")[0] == 401,
                 what="the end of the session")


def test_settings_that_cannot_be(web, directory, base):
    for change, word in (({"user_base": None}, "user_base"),
                         ({"roles": None}, "nobody could log in"),
                         ({"url": "ldap://192.0.2.1", "starttls": False},
                          "readable"),
                         ({"timeout": "soon"}, "timeout")):
        settings = {k: v for k, v in
                    {**directory.settings(), **change}.items()
                    if v is not None}
        web.settings({**base, "ldap": settings})
        done = web.run("activate")
        assert done.code != 0 and word in done.out + done.err, done
    web.settings(base)
    web.activate()
