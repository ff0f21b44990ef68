# SPDX-License-Identifier: Apache-2.0
"""The web console: by HTTP as a script sees it, and in a real Chromium."""
import json
import shutil

import pytest
from browser import Browser, Driver
from conftest import ADMIN_PASSWORD

CONFIG = {
    "hosts": {"web01": {"check": "passive", "contact_groups": ["team"],
                        "alias": "Web <b>server</b>"},
              "db01": {"check": "passive"}},
    "services": [{"hosts": ["web01", "db01"], "description": "HTTP",
                  "check": "passive"},
                 {"hosts": ["db01"], "description": "Load",
                  "check": "passive"}],
    "contact_groups": {"team": {"alias": "Team"}},
    "contacts": {"ann": {"contact_groups": ["team"], "role": "user"}},
}


@pytest.fixture
def web(root):
    site = root.create(settings={"fetcher": {"workers": 1}}, config=CONFIG,
                       start=True)
    site.wait_for(lambda: len(site.query("GET services",
                                         "Columns: description")) == 3,
                  what="services")
    site.browser = Browser(site)
    return site


def test_login(web):
    b = web.browser
    answer, _ = b.ask("GET", "/")
    assert answer.status == 302
    assert answer.getheader("Location") == f"/{web.name}/"
    answer, data = b.ask("GET", f"/{web.name}/")
    assert answer.status == 200 and b"<title>Vedette" in data
    assert "default-src 'self'" in answer.getheader("Content-Security-Policy")
    answer, _ = b.ask("GET", f"/{web.name}/console/overview")
    assert answer.status == 401
    assert b.login(password="wrong")[0].status == 403
    assert b.login(name="nobody")[0].status == 403
    answer, _ = b.login()
    assert answer.status == 200
    cookie = answer.getheader("Set-Cookie")
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie
    assert b.get("me")["role"] == "admin"
    web.stop("livestatusd")
    web.start("livestatusd")
    assert b.get("me")["user"] == "admin", "sessions survive a restart"
    old = b.cookie
    b.ask("POST", f"/{web.name}/console/logout", "{}", {"X-Vedette": "1"})
    b.cookie = old
    answer, _ = b.ask("GET", f"/{web.name}/console/me")
    assert answer.status == 401, "a cookie is worth nothing after the logout"


def test_failed_logins_wait(web):
    codes = [web.browser.login(password="x")[0].status for _ in range(5)]
    assert codes[:3] == [403] * 3 and codes[-1] == 429


def test_forged_requests(web):
    b = web.browser
    body = json.dumps({"name": "admin", "password": ADMIN_PASSWORD})
    assert b.ask("POST", f"/{web.name}/console/login", body)[0].status == 405
    assert b.ask("GET", f"/{web.name}/console/login")[0].status == 405
    assert b.ask("POST", f"/{web.name}/console/login", "x" * 400000,
                 {"X-Vedette": "1"})[0].status == 413
    assert b.ask("POST", f"/{web.name}/console/login", "[1",
                 {"X-Vedette": "1"})[0].status == 400
    for path in ("assets/../../../etc/passwd", "assets/%2e%2e/x", "x.php",
                 "assets/", "console/nothing"):
        assert b.ask("GET", f"/{web.name}/{path}")[0].status in (401, 404)


def test_counters(web):
    web.browser.login()
    web.command("PROCESS_HOST_CHECK_RESULT;web01;0;up")
    web.command("PROCESS_HOST_CHECK_RESULT;db01;0;up")
    web.command("PROCESS_SERVICE_CHECK_RESULT;web01;HTTP;2;broken")
    web.command("PROCESS_SERVICE_CHECK_RESULT;db01;HTTP;1;slow")
    web.command("ACKNOWLEDGE_SVC_PROBLEM;db01;HTTP;1;0;0;admin;x")
    data = web.wait_for(lambda: web.browser.get("overview"), what="overview")
    # total, problems, unhandled, stale, then by state
    assert data["services"][0][:3] == [3, 2, 1]
    assert data["hosts"][0][:3] == [2, 0, 0]
    web.command("PROCESS_HOST_CHECK_RESULT;db01;1;down")
    data = web.browser.get("overview")
    assert data["services"][0][:3] == [3, 1, 1], "its host is DOWN"
    assert data["hosts"][0][:3] == [2, 1, 1]


def test_lists(web):
    """Sorted and filtered before they are cut, with the number of all."""
    b = web.browser
    b.login()
    columns = ["host_name", "description"]
    data = b.list("services", columns, sort=["-description", "host_name"],
                  limit=2)
    assert data["total"] == 3 and data["columns"] == columns
    assert data["rows"] == [["db01", "Load"], ["db01", "HTTP"]]
    data = b.list("services", columns, sort=["-description", "host_name"],
                  limit=2, offset=2)
    assert data["total"] == 3 and data["rows"] == [["web01", "HTTP"]]
    data = b.list("services", columns, query={
        "op": "~~", "left": "description", "right": "^lo"})
    assert data["total"] == 1 and data["rows"] == [["db01", "Load"]]
    for table in ("comments", "downtimes", "log", "hostgroups", "sites",
                  "eventconsoleevents", "status"):
        column = {"hostgroups": "name", "sites": "site_id",
                  "eventconsoleevents": "event_id", "log": "time",
                  "status": "program_version"}.get(table, "id")
        b.list(table, [column])
    for bad in ({"table": "columns"}, {"columns": ["a b"]}, {"columns": []},
                {"limit": -1}, {"limit": 10 ** 9}, {"sort": ["x\n"]},
                {"query": {"op": "=", "left": "a", "right": "x\ny"}}, []):
        body = {"table": "hosts", "columns": ["name"], **bad} if bad else []
        answer, _ = b.ask("POST", f"/{web.name}/console/list",
                          json.dumps(body), {"X-Vedette": "1"})
        assert answer.status == 400, bad


def test_a_user_sees_their_own(web):
    import crypt
    config = json.loads(json.dumps(CONFIG))
    config["contacts"]["ann"]["password_hash"] = crypt.crypt(
        "secret", crypt.mksalt(crypt.METHOD_SHA512))
    web.config(config)
    web.activate()
    assert web.browser.login("ann", "secret")[0].status == 200
    assert web.browser.list("hosts", ["name"])["rows"] == [["web01"]]
    assert web.browser.list("services", ["description"])["total"] == 1
    assert web.browser.get("overview")["hosts"][0][0] == 1


@pytest.mark.skipif(not shutil.which("chromium"), reason="no chromium")
def test_in_a_browser(web, tmp_path):
    """The page draws itself: log in with a session, look at the document."""
    if not shutil.which("chromedriver"):
        pytest.skip("no chromedriver (package chromium-driver)")
    web.command("PROCESS_HOST_CHECK_RESULT;web01;0;up")
    web.command("PROCESS_SERVICE_CHECK_RESULT;web01;HTTP;2;"
                "<script>document.title='hacked'</script>")
    with Driver(tmp_path) as driver:
        driver.go(f"http://127.0.0.1:{web.port(5000)}/")
        driver.wait("return document.querySelector('.login input') !== null")
        driver.run("document.querySelector('[name=name]').value = 'admin';"
                   "document.querySelector('[name=password]').value ="
                   f" '{ADMIN_PASSWORD}';"
                   "document.querySelector('.login').requestSubmit();")
        driver.wait("return document.querySelectorAll('.body .row').length"
                    " === 1")
        text = driver.run("return document.body.innerText")
        assert "CRIT" in text and "HTTP" in text
        assert "<script>" in text, "output is shown as text"
        assert driver.run("return document.title").startswith("(1)")
        # What is typed stays while new data comes in.
        driver.run("document.getElementById('q').focus()")
        web.command("PROCESS_SERVICE_CHECK_RESULT;db01;HTTP;1;slow")
        driver.wait("return document.querySelectorAll('.body .row').length"
                    " === 2")
        assert driver.run("return document.activeElement.id") == "q"
        driver.run("location.hash = '#/services'")
        driver.wait("return document.querySelectorAll('.body .row').length"
                    " === 3")
        assert driver.run("return document.documentElement.scrollWidth <= "
                          "innerWidth"), "no scrolling sideways"
