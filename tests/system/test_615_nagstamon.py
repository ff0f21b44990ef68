# SPDX-License-Identifier: Apache-2.0
"""What Nagstamon asks a Checkmk server for, request by request: views as Python
literals, the login form with its cookie, commands with a transaction id."""
import ast
import base64
import csv
import http.client
import io
import json
import re
import time
import urllib.parse

import pytest
from conftest import ADMIN_PASSWORD, Root
from test_610_rest import SECRET, hashed

VIEW = ("view.py?view_name={0}&output_format=python&lang=&limit=hard"
        "&is_host_acknowledged=-1&is_service_acknowledged=-1"
        "&is_host_notifications_enabled=-1&is_service_notifications_enabled=-1"
        "&is_host_active_checks_enabled=-1&is_service_active_checks_enabled=-1"
        "&host_scheduled_downtime_depth=-1&is_in_downtime=-1")
ACT = ("view.py?_transid={0}&_do_actions=yes&_do_confirm=Yes!&view_name={1}"
       "&filled_in=actions&lang=&")
TRANSID = ("view.py?actions=yes&filled_in=actions&host={0}&service={1}"
           "&view_name=service")
CONFIG = {
    "hosts": {"web01": {"check": "passive", "contact_groups": ["team"],
                        "address": "127.0.0.7"},
              "db01": {"check": "passive"}},
    "services": [{"hosts": ["web01", "db01"], "description": "HTTP page",
                  "check": "passive"}],
    "contact_groups": {"team": {"alias": "Team"}},
    "contacts": {
        "ann": {"contact_groups": ["team"], "role": "user",
                "password_hash": hashed(SECRET)},
        "gus": {"role": "guest", "password_hash": hashed(SECRET)},
        "rob": {"role": "admin", "automation": True,
                "password_hash": hashed(SECRET)}},
}


class Nagstamon:
    """A session of it: Basic from the start, or the login form's cookie."""

    def __init__(self, site, user, password, basic):
        self.site, self.user, self.password = site, user, password
        self.headers = {"User-Agent": "Nagstamon/3.16"}
        if basic:
            pair = base64.b64encode(f"{user}:{password}".encode()).decode()
            self.headers["Authorization"] = f"Basic {pair}"

    def fetch(self, path, form=None, multipart=False):
        c = http.client.HTTPConnection(
            "127.0.0.1", self.site.port(5000), timeout=30)
        headers, body, method = dict(self.headers), None, "GET"
        if form is not None and multipart:  # as requests' files= does
            method, mark = "POST", "d0b1bb6bd5d54ca7"
            body = "".join(
                f'--{mark}\r\nContent-Disposition: form-data; name="{k}"\r\n'
                f"\r\n{v}\r\n" for k, v in form.items()) + f"--{mark}--\r\n"
            headers["Content-Type"] = f"multipart/form-data; boundary={mark}"
        elif form is not None:
            method, body = "POST", urllib.parse.urlencode(form)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        c.request(method, f"/{self.site.name}/check_mk/{path}", body, headers)
        answer = c.getresponse()
        text = answer.read().decode()
        cookie = answer.getheader("Set-Cookie")
        if cookie:
            assert "HttpOnly" in cookie
            self.headers["Cookie"] = cookie.split(";")[0]
        return answer, text

    def login(self):
        return self.fetch("login.py", {
            "_username": self.user, "_password": self.password, "_login": "1",
            "_origtarget": "", "filled_in": " login"}, multipart=True)

    def rows(self, view, more=""):
        answer, text = self.fetch(VIEW.format(view) + more)
        assert answer.status == 200, text
        names, *rows = ast.literal_eval(text)
        return [dict(zip(names, row)) for row in rows]

    def transid(self, host, service):
        answer, text = self.fetch(TRANSID.format(
            host, (service or "PING").replace(" ", "+")))
        assert answer.status == 200, text
        return re.search(r'name="_transid" value="([^"]+)"', text)[1]

    def act(self, host, service, transid=None, **specific):
        variables = {"site": self.site.name, "host": host, **specific,
                     "service": service}
        return self.fetch(ACT.format(
            transid or self.transid(host, service),
            "service" if service else "hoststatus")
            + urllib.parse.urlencode(variables))


@pytest.fixture(scope="module")
def web():
    root = Root()
    try:
        site = root.create(settings={"fetcher": {"workers": 1}},
                           config=CONFIG, start=True)
        site.wait_for(lambda: len(site.query(
            "GET services", "Columns: description")) == 2, what="services")
        site.command("PROCESS_HOST_CHECK_RESULT;web01;0;up")
        site.command("PROCESS_HOST_CHECK_RESULT;db01;1;no \"answer\"\\here")
        for host in ("web01", "db01"):
            site.command(f"PROCESS_SERVICE_CHECK_RESULT;{host};HTTP page;2;"
                         "refusée <b>|t=1")
        yield site
    finally:
        root.remove()


@pytest.fixture(scope="module", params=["basic", "cookie"])
def tray(web, request):
    one = Nagstamon(web, "admin", ADMIN_PASSWORD, request.param == "basic")
    if request.param == "cookie":
        answer, text = one.fetch(VIEW.format("nagstamon_hosts"))
        assert answer.status == 200 and text.startswith("<"), "log in first"
        answer, text = one.login()
        assert answer.status == 200, text
        assert one.headers["Cookie"].startswith("auth_")
    return one


def test_status(web, tray):
    """The columns that it reads, of problems alone."""
    host, = tray.rows("nagstamon_hosts")
    assert host["host"] == "db01" and host["host_state"] == "DOWN"
    assert host["host_plugin_output"] == 'no "answer"\\here'
    assert host["host_attempt"] == "1/1"
    assert host["sitename_plain"] == web.name
    for name in ("host_check_age", "host_state_age"):
        assert re.fullmatch(r"\d+ [smhd]", host[name]), host
    for name in ("host_in_downtime", "host_acknowledged"):
        assert host[name] == "no"
    assert host["host_notifications_enabled"] == "yes"
    services = {s["host"]: s for s in tray.rows("nagstamon_svc")}
    assert set(services) == {"web01", "db01"}
    s = services["web01"]
    assert s["service_description"] == "HTTP page"
    assert s["service_state"] == "CRIT" and s["svc_attempt"] == "1/1"
    assert s["svc_plugin_output"] == "refusée <b>"
    assert s["host_address"] == "127.0.0.7"
    assert s["svc_check_command"] == "passive"
    assert (s["svc_is_active"], s["svc_flapping"], s["svc_acknowledged"],
            s["svc_in_downtime"], s["svc_notifications_enabled"]) == (
                "no", "no", "no", "no", "yes") or s["svc_is_active"] == "yes"
    only, = tray.rows("nagstamon_svc", "&hst0=On&hst1=Off")
    assert only["host"] == "web01", "services of hosts that are UP"
    assert tray.rows("nagstamon_svc", "&hst1=On&hst2=On")[0]["host"] == "db01"


def test_commands(web, tray):
    who = {"_ack_comment": "ann: on; it", "_acknowledge": "Acknowledge",
           "_ack_sticky": "on", "_ack_notify": "", "_ack_persistent": ""}
    answer, text = tray.act("web01", "HTTP page", **who)
    assert answer.status == 200, text
    assert web.query(
        "GET services", "Columns: acknowledged acknowledgement_type",
        "Filter: host_name = web01") == [[1, 2]]
    comment, = web.query("GET comments", "Columns: author comment")
    assert comment == ["admin", "ann: on; it"]
    assert tray.rows("nagstamon_svc", "&host=web01")[0][
        "svc_acknowledged"] == "yes"
    assert tray.rows("nagstamon_svc", "&is_service_acknowledged=1")[0][
        "host"] == "web01"
    answer, text = tray.act("db01", "", **who)
    assert answer.status == 200, text
    assert web.query("GET hosts", "Columns: acknowledged",
                     "Filter: name = db01") == [[1]]
    web.command("REMOVE_SVC_ACKNOWLEDGEMENT;web01;HTTP page")
    web.command("REMOVE_HOST_ACKNOWLEDGEMENT;db01")

    now = time.time()
    answer, text = tray.act(
        "web01", "HTTP page", actions="yes", _down_comment="patches",
        _down_flexible="on", _down_custom="Custom+time+range",
        _down_duration="1:30", _down_from_sec="00",
        _down_from_date=time.strftime("%Y-%m-%d", time.localtime(now)),
        _down_from_time=time.strftime("%H:%M", time.localtime(now)),
        _down_to_date=time.strftime("%Y-%m-%d", time.localtime(now + 7200)),
        _down_to_time=time.strftime("%H:%M", time.localtime(now + 7200)))
    assert answer.status == 200, text
    row, = web.query("GET downtimes",
                     "Columns: id fixed duration author comment is_service")
    assert row[1:] == [0, 5400, "admin", "patches", 1]
    web.command(f"DEL_SVC_DOWNTIME;{row[0]}")

    answer, text = tray.act("web01", "HTTP page", _resched_pread="0",
                            _resched_checks="Reschedule active checks")
    assert answer.status == 200, text
    answer, text = tray.fetch("ajax_reschedule.py?_ajaxid=0", {
        "site": web.name, "host": "web01", "service": "HTTP page",
        "wait_svc": "HTTP page",
        "csrf_token": tray.transid("web01", "HTTP page")})
    assert answer.status == 200 and json.loads(text)["result_code"] == 0


def test_what_is_refused(web):
    ann = Nagstamon(web, "ann", SECRET, False)
    assert ann.login()[0].status == 200
    assert {s["host"] for s in ann.rows("nagstamon_svc")} == {"web01"}
    ack = {"_ack_comment": "x", "_acknowledge": "Acknowledge"}
    ours = ann.transid("web01", "HTTP page")
    other = Nagstamon(web, "admin", ADMIN_PASSWORD, False)
    other.login()
    for bad in ("-1", "", "1/2", ours + "0", "5" + ours[1:],
                other.transid("web01", "x")):
        answer, text = ann.act("web01", "HTTP page", bad or "x", **ack)
        assert answer.status == 403, (bad, text)
    assert ann.act("db01", "HTTP page", **ack)[0].status == 404
    assert ann.act("", "", **ack)[0].status == 400, "not all of them"
    assert ann.act("web01", "HTTP page", x="1")[0].status == 400
    assert ann.act("web01", "HTTP page", **{**ack, "_ack_comment": ""}
                   )[0].status == 400
    answer, text = ann.act("web01", "HTTP page", _down_custom="x",
                           _down_comment="x", _down_from_date="tomorrow")
    assert answer.status == 400
    gus = Nagstamon(web, "gus", SECRET, True)
    assert {s["host"] for s in gus.rows("nagstamon_svc")} == {"web01", "db01"}
    assert gus.act("web01", "HTTP page", **ack)[0].status == 403
    # A program of its own needs no transaction; the form lets none in.
    rob = Nagstamon(web, "rob", SECRET, True)
    answer, text = rob.fetch(ACT.format("-1", "svcproblems")
                             + "_resched_checks=Reschedule+active+checks")
    assert answer.status == 200 and json.loads(text)["result"]["commands"] == 2
    for user, password in (("rob", SECRET), ("gus", "wrong"), ("", "x")):
        stranger = Nagstamon(web, user, password, False)
        assert stranger.login()[0].status in (400, 403)
        assert "Cookie" not in stranger.headers
        assert stranger.fetch(VIEW.format("nagstamon_svc"))[1][0] == "<"
    # The form's cookie is no session of the console.
    ann.headers["Cookie"] = ann.headers["Cookie"].replace("auth_", "x_")
    assert ann.fetch(VIEW.format("allhosts"))[1].startswith("<")
    assert web.query("GET services", "Stats: acknowledged = 1") == [[0]]


def test_other_forms(web):
    rob = Nagstamon(web, "rob", SECRET, True)
    answer, text = rob.fetch(
        "view.py?view_name=allservices&output_format=csv&service_regex=http")
    assert answer.status == 200, text
    first, *rows = csv.reader(io.StringIO(text), delimiter=";")
    assert first[:2] == ["host", "service_description"] and len(rows) == 2
    answer, text = rob.fetch("view.py?view_name=host&host=web01"
                             "&output_format=json")
    assert [row[0] for row in json.loads(text)] == ["host", "web01"]
    for bad in ("view.py?view_name=x&output_format=json",
                "view.py?view_name=host&output_format=pdf", "x.py"):
        assert rob.fetch(bad)[0].status in (400, 404), bad
    answer, text = rob.fetch("view.py?view_name=host&output_format=json"
                             "&host=web01%0AFilter:+state+%3D+7")
    assert json.loads(text)[1:] == [], "no newline passes"
    answer, _ = rob.fetch("index.py?start_url=view.py?view_name=svcproblems")
    assert answer.status == 302
    assert answer.getheader("Location") == f"/{web.name}/#/problems"
