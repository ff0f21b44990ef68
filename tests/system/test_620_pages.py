# SPDX-License-Identifier: Apache-2.0
"""Each page of the console in Chromium: what it shows, that it can be used
without eyes (axe-core) and on a narrow screen."""
import contextlib
import http.server
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import threading
import urllib.parse
import urllib.request

import pytest
from browser import Browser, Driver
from conftest import ADMIN_PASSWORD, Root

AXE = (pathlib.Path(__file__).parents[2] /
       "build/node/node_modules/axe-core/axe.min.js")
HOSTS = {"gw": {"check": "passive", "check_interval": "1h"},
         "web01": {"check": "passive", "parents": ["gw"],
                   "check_interval": "1h"},
         "web02": {"check": "passive", "parents": ["gw"],
                   "check_interval": "1h"}}
CONFIG = {
    "hosts": HOSTS,
    "services": [{"hosts": list(HOSTS), "description": "HTTP",
                  "check": "passive", "check_interval": "1h"},
                 {"hosts": ["gw"], "description": "Load", "check": "passive",
                  "check_interval": "1h"},
                 {"hosts": ["gw"], "description": "Disk", "check": "passive",
                  "check_interval": "1h"},
                 # stale soon, for ever
                 {"hosts": ["web02"], "description": "Backup",
                  "check": "passive", "check_interval": "1s"}],
    "aggregations": {"Shop": {"alias": "The web shop", "nodes": [
        {"title": "Front ends", "nodes": [
            {"host": "web01", "service": "HTTP"},
            {"host": "web02", "service": "HTTP"}]}]}},
}


@pytest.fixture(scope="module")
def web():
    root = Root()
    site = root.create(settings={"fetcher": {"workers": 1}}, config=CONFIG,
                       start=True)
    site.wait_for(lambda: len(site.query("GET services",
                                         "Columns: description")) == 6,
                  what="services")
    site.browser = Browser(site)
    site.browser.login()
    for host in HOSTS:
        site.command(f"PROCESS_HOST_CHECK_RESULT;{host};0;up")
        site.command(f"PROCESS_SERVICE_CHECK_RESULT;{host};HTTP;0;fine|"
                     "time=0.1s;1;2;0")
    site.command("PROCESS_HOST_CHECK_RESULT;web02;1;no answer")
    site.command("PROCESS_SERVICE_CHECK_RESULT;web02;Backup;0;done")
    site.command("PROCESS_SERVICE_CHECK_RESULT;web01;HTTP;2;refused")
    site.command("ADD_HOST_COMMENT;gw;1;ann;rack 5")
    yield site
    root.remove()


@pytest.fixture(scope="module")
def driver(web, tmp_path_factory):
    if not shutil.which("chromium") or not shutil.which("chromedriver"):
        pytest.skip("no chromium or no chromedriver (package chromium-driver)")
    with Driver(tmp_path_factory.mktemp("chrome")) as d:
        d.login(web.port(5000), "admin", ADMIN_PASSWORD)
        yield d


def test_availability(web):
    now = web.browser.list("hosts", ["name"])["now"]
    answer, data = web.browser.post("availability", {
        "from": now - 3600, "until": now + 1,
        "query": {"op": "=", "left": "host_name", "right": "web02"}})
    assert answer.status == 200, data
    host, _, service = data["rows"]
    assert (host["service"], service["service"]) == ("", "HTTP")
    assert sum(host["seconds"].values()) == host["window"]
    assert host["phases"][-1]["bucket"] == "down" and host["outages"] == 1
    assert service["phases"][-1]["bucket"] == "host_down"
    for bad in ({}, {"from": 5, "until": 5}, {"from": 1, "until": 2, "short": -1},
                {"from": 1, "until": 2, "downtimes": "no"},
                {"from": 1, "until": 2, "count_as": "x=y"},
                {"from": 1, "until": 2, "query": 3}, []):
        assert web.browser.post("availability", bad)[0].status == 400, bad


def test_aggregation_states(web):
    """By the REST API, as Checkmk's special agent for them asks."""
    path = (f"/{web.name}/check_mk/api/1.0/domain-types/bi_aggregation/actions/"
            "aggregation_state/invoke")
    for names, found in (([], ["The web shop"]), (["Shop"], ["The web shop"]),
                         (["The web shop"], ["The web shop"]), (["x"], [])):
        answer, data = web.browser.ask(
            "POST", path, json.dumps({"filter_names": names,
                                      "filter_groups": []}),
            {"X-Vedette": "1", "Content-Type": "application/json"})
        assert answer.status == 200, data
        assert list(json.loads(data)["aggregations"]) == found
    answer, data = web.browser.ask("GET", path + "?filter_names=Shop")
    shop = json.loads(data)["aggregations"]["The web shop"]
    assert shop["state"] == 2 and sorted(shop["hosts"]) == ["web01", "web02"]
    assert [2, {"output": "web01/HTTP"}] in shop["infos"]
    assert (shop["acknowledged"], shop["in_downtime"],
            shop["in_service_period"]) == (False, False, True)


def test_numbers_of_events(web):
    assert web.browser.get("events")["events"] == [0, 0, 0]


PAGES = {
    "#/problems": "refused", "#/hosts": "web02", "#/services": "HTTP",
    "#/groups": "", "#/events": "", "#/downtimes": "",
    "#/comments": "rack 5", "#/history": "SERVICE ALERT",
    "#/notifications": "", "#/event-history": "", "#/event/1": "closed", "#/host/web02": "no answer",
    "#/service/web01/HTTP": "refused", "#/site": "fetcher-1",
    "#/availability": "web02", "#/topology": "web01",
    "#/aggregations": "The web shop", "#/me": "Second factor",
    "#/api": "/domain-types/downtime/collections/host",
}
# Rows that are not in sight are not in the document; the grid says how many
# there are (aria-rowcount).
RULES = {"resultTypes": ["violations"]}


@pytest.mark.parametrize("page", PAGES)
def test_page(web, driver, page):
    driver.run(f"location.hash = '{page}'")
    driver.wait("return document.querySelector('#page h1') !== null && "
                "document.querySelector('[aria-busy]') === null && "
                f"document.body.innerText.includes({json.dumps(PAGES[page])})")
    assert driver.run("return document.querySelector('#message')") is None
    assert "[object" not in driver.run("return document.body.innerText")
    assert driver.run("return document.documentElement.scrollWidth <= "
                      "innerWidth"), "no scrolling sideways"
    if not AXE.exists():
        pytest.skip("axe-core is not installed (the build had no npm)")
    for dark in (False, True):
        driver.dark(dark)
        found = driver.axe(AXE, RULES)
        assert found == [], json.dumps(found, indent=1)


def test_api_page(web, driver):
    """Read, and tried with one's own session."""
    driver.go_to("#/api")
    driver.wait("return document.querySelectorAll('.route').length > 40")
    driver.run("[...document.querySelectorAll('.route summary')].find((s) => "
               "s.innerText.includes('GET /objects/host/{host_name} ')"
               ").click()")
    driver.wait("return document.querySelector('.try input') !== null")
    driver.run("const set = (i, v) => { i.value = v; i.dispatchEvent(new Event("
               "'input', {bubbles: true})); };"
               "const [host, columns] = document.querySelectorAll('.try input');"
               "set(host, 'gw'); set(columns, 'name, state');")
    driver.wait("return document.querySelector('.try pre').innerText.includes("
                "\"/check_mk/api/1.0/objects/host/gw?columns=name&columns="
                "state'\")")
    if AXE.exists():
        found = driver.axe(AXE, RULES)
        assert found == [], json.dumps(found, indent=1)
    driver.run("document.querySelector('.try').requestSubmit()")
    driver.wait("return document.querySelector('.answer')?.innerText.includes("
                "'\"name\": \"gw\"')")
    assert driver.run("return document.querySelector('.try [role=status] b')"
                      ".innerText").startswith("200")


def test_plain_table(web, driver):
    """Every row of a list in the document, for paper and for reading aloud."""
    driver.go_to("#/services?sort=-description")
    driver.wait("return document.querySelector('p.as button') !== null")
    driver.run("document.querySelector('p.as button').click()")
    driver.wait("return document.querySelectorAll('table.plain-table tbody "
                "tr').length === 6")
    assert driver.run("return document.querySelector('.grid')") is None
    assert "plain=1" in driver.run("return location.hash"), "can be sent"
    assert driver.run("return document.querySelector('tbody tr').innerText"
                      ".includes('Load')"), "in the same order"
    if AXE.exists():
        found = driver.axe(AXE, RULES)
        assert found == [], json.dumps(found, indent=1)
    driver.run("document.querySelector('p.as button').click()")
    driver.wait("return document.querySelector('.grid') !== null")


def test_narrow(web, driver):
    driver.size(390, 800)
    try:
        for page in PAGES:
            driver.run(f"location.hash = '{page}'")
            driver.wait("return document.querySelector('#page h1') !== null "
                        "&& document.querySelector('[aria-busy]') === null")
            assert driver.run(
                "return document.documentElement.scrollWidth <= innerWidth"
            ), f"{page}: no scrolling sideways"
    finally:
        driver.size(1400, 900)


def test_graph(web):
    """Performance data becomes a curve, without a wait for the disk."""
    now = web.browser.list("hosts", ["name"])["now"]
    for k in range(4):  # values of the last minutes
        web.ask(f"COMMAND [{now - 240 + 60 * k}] PROCESS_SERVICE_CHECK_RESULT;"
                f"gw;Load;0;fine|'a b'={k + 1};5;9 c=1e3;;;0\n")
    ask = {"host": "gw", "service": "Load", "from": now - 600,
           "until": now + 60}

    def values():
        _, data = web.browser.post("graph", ask)
        series = {s["metric"]: s for s in data["series"]}
        known = [v for v in series["a b"]["values"] if v is not None]
        return series if len(known) >= 2 else None
    series = web.wait_for(values, what="values in rrdcached")
    assert series["a b"]["step"] == 60
    assert {v for v in series["c"]["values"]} == {None, 1000}
    assert web.path("var/vedette/rrd/gw/Load/a%20b.rrd").exists()
    answer, data = web.browser.ask(
        "POST", f"/{web.name}/check_mk/api/1.0/domain-types/metric/actions/"
        "get/invoke", json.dumps({
            "type": "single_metric", "metric_id": "c", "host_name": "gw",
            "service_description": "Load", "time_range": {
                "start": "2020-01-01T00:00:00Z",
                "end": "2020-01-01T01:00:00Z"}}),
        {"X-Vedette": "1", "Content-Type": "application/json"})
    assert answer.status == 200, data
    metric, = json.loads(data)["metrics"]
    assert metric["title"] == "c" and set(metric["data_points"]) == {None}
    assert web.browser.post("graph", {**ask, "host": "nobody"})[0].status == 404
    for bad in ({"from": 5, "until": 5}, {"host": 3}, {"function": "sum"}):
        assert web.browser.post("graph", {**ask, **bad})[0].status == 400, bad
    rrddata(web, now)


def rrddata(web, now):
    """The same by Livestatus; an rrdcached that is silent keeps nobody else
    waiting."""
    ask = ("GET services\nFilter: description = Load\nColumns: description "
           f"rrddata:m:c,2,*:{now - 600}:{now}:60 "
           f"rrddata:none:x:{now - 600}:{now}:60\nOutputFormat: json\n"
           "ColumnHeaders: on\n\n")
    head, row = json.loads(web.ask(ask))
    assert head == ["description", "m", "none"] and row[0] == "Load"
    start, end, step, *data = row[1]
    assert step == 60 and start <= now - 600 and end >= now
    assert len(data) == (end - start) // step and set(data) == {None, 2000}
    assert row[2] == [0, 0, 0]
    pid = int(web.path("tmp/run/rrdcached.pid").read_text())
    os.kill(pid, signal.SIGSTOP)
    try:
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(60)
            s.connect(str(web.path("tmp/run/live")))
            s.sendall(ask.encode())
            assert len(web.query("GET hosts", "Columns: name")) == 3
            os.kill(pid, signal.SIGCONT)
            s.shutdown(socket.SHUT_WR)
            text = b"".join(iter(lambda: s.recv(65536), b""))
    finally:
        os.kill(pid, signal.SIGCONT)
    assert json.loads(text)[1][0] == "Load"


def test_graph_without_rrdcached(web):
    """It is killed: core goes on, and says so; it comes back by itself."""
    pid = int(web.path("tmp/run/rrdcached.pid").read_text())
    os.kill(pid, signal.SIGKILL)
    web.command("PROCESS_SERVICE_CHECK_RESULT;gw;Load;0;fine|d=7")

    def there():
        answer, data = web.browser.post("graph", {
            "host": "gw", "service": "Load", "metrics": ["d"],
            "from": 1, "until": 100})
        return answer.status == 200 and data["series"][0]["step"] > 0
    web.wait_for(there, what="the new metric's file", timeout=40)


def test_graph_elsewhere(web, tmp_path):
    """Values also go to a time series database, and graphs are read there."""
    taken, asked = [], []

    class Database(http.server.BaseHTTPRequestHandler):
        """POST /api/v2/write and /api/v1/query_range, as documented."""
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            url = urllib.parse.urlsplit(self.path)
            assert self.headers["Authorization"] == "Token s3cret"
            if url.path == "/api/v2/write":
                assert dict(urllib.parse.parse_qsl(url.query)) == {
                    "precision": "s", "bucket": "b", "org": "ops"}
                taken.append(body.decode())
                self.send_response(204)
                self.end_headers()
                return
            form = dict(urllib.parse.parse_qsl(body.decode()))
            asked.append((url.path, form))
            at = int(form["start"])
            text = json.dumps({"status": "success", "data": {
                "resultType": "matrix", "result": [{
                    "metric": {"metric": "e", "host": "gw"},
                    "values": [[at, "7"], [at + 60, "8.5"]]}]}}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Database)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    web.write("etc/vedette/token", "s3cret\n", mode=0o600)
    conf = {"url": f"http://127.0.0.1:{server.server_port}", "bucket": "b",
            "organisation": "ops", "token_file": "etc/vedette/token",
            "tags": {"site": "north"}, "graphs": True}
    try:
        bad = web.run("config", "set", "metrics.influx",
                      json.dumps({**conf, "url": "http://far.example"}))
        assert bad.code == 0
        refused = web.run("activate")
        assert refused.code != 0 and "https://" in refused.err, refused
        web.ok("config", "set", "metrics.influx", json.dumps(conf))
        web.ok("activate")
        web.command("PROCESS_SERVICE_CHECK_RESULT;gw;Load;0;fine|e=7;1;2")
        web.wait_for(lambda: any(
            "vedette,site=north,host=gw,metric=e,service=Load value=7 " in t
            for t in taken), what="the line at the database")
        now = web.browser.list("hosts", ["name"])["now"]
        answer, data = web.browser.post("graph", {
            "host": "gw", "service": "Load", "metrics": ["e", "f"],
            "from": now - 600, "until": now, "function": "max"})
        assert answer.status == 200, data
        e, f = data["series"]
        assert e["step"] == 60 and e["values"][:2] == [7, 8.5]
        assert f["values"] == []
        (path, form), = asked
        assert path == "/api/v1/query_range"
        assert form["query"].startswith("max_over_time({")
        assert 'site="north"' in form["query"]
        server.shutdown()
        server.server_close()
        answer, data = web.browser.post("graph", {
            "host": "gw", "service": "Load", "metrics": ["e"],
            "from": now - 600, "until": now})
        assert answer.status == 503
        assert data["error"].startswith("metrics.influx: ")
    finally:
        server.server_close()
        web.ok("config", "set", "metrics.influx", "{}")
        web.ok("activate")


@contextlib.contextmanager
def victoria(folder):
    """A VictoriaMetrics on a port of loopback; its address."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{s.getsockname()[1]}"
    process = subprocess.Popen(
        ["victoria-metrics", f"-httpListenAddr={address}",
         f"-storageDataPath={folder}", "-memory.allowedPercent=5"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield f"http://{address}", process
    finally:
        process.terminate()
        process.wait(60)


def test_victoria_metrics(web, tmp_path):
    """The real one: lines go there, and graphs are read back from it."""
    if not shutil.which("victoria-metrics"):
        pytest.skip("no victoria-metrics")
    with victoria(tmp_path / "vm") as (url, process):
        def ask(path):
            assert process.poll() is None, "victoria-metrics has ended"
            try:
                with urllib.request.urlopen(url + path, timeout=20) as answer:
                    return answer.read().decode()
            except OSError:
                return ""
        web.wait_for(lambda: ask("/health") == "OK", what="victoria-metrics")
        try:
            web.ok("config", "set", "metrics.influx", json.dumps(
                {"url": url, "tags": {"site": "north"}, "graphs": True}))
            web.ok("activate")
            now = web.browser.list("hosts", ["name"])["now"] // 60 * 60
            for k in range(4):
                web.ask(f"COMMAND [{now - 210 + 60 * k}] "
                        "PROCESS_SERVICE_CHECK_RESULT;gw;Disk;0;fine|"
                        f"'used /var'={k + 1}GB;5;9 \n")
            question = {"host": "gw", "service": "Disk",
                        "from": now - 240, "until": now}

            def back():
                ask("/internal/force_flush")    # queries see it then
                _, data = web.browser.post("graph", question)
                return data["series"]
            found, = web.wait_for(
                lambda: (s := back()) and s[0]["values"][3:4] == [4] and s,
                what="the values that went there", timeout=60)
            assert found["metric"] == "used /var" and found["step"] == 60
            assert found["values"][:4] == [1, 2, 3, 4], found
            series = json.loads(ask("/api/v1/series?match[]="
                                    "%7Bservice=%22Disk%22%7D"))["data"]
            assert series == [{
                "__name__": "vedette_value", "site": "north", "host": "gw",
                "service": "Disk", "metric": "used /var"}]
        finally:
            web.ok("config", "set", "metrics.influx", "{}")
            web.ok("activate")


def test_explained(web):
    """Where a setting is from, and who would be told."""
    ask = {"what": "configuration", "host": "web01", "service": "HTTP"}
    answer, data = web.browser.post("explain", ask)
    assert answer.status == 200, data
    check = {row["attribute"]: row for row in data["rows"]}["check"]
    assert check["where"].startswith("etc/vedette/conf.d/test.yaml:")
    answer, data = web.browser.post("explain", {**ask, "service": "",
                                                "what": "notifications"})
    assert answer.status == 200, data
    assert data["rows"][0]["host"] == "web01" and "rules" in data["rows"][0]
    assert web.browser.post("explain", {**ask, "host": "x"})[0].status == 404
    answer, data = web.browser.post("explain", {"what": "daemons"})
    assert answer.status == 200, data
    assert {"core", "livestatusd"} <= {d["daemon"] for d in data["rows"]}
    for bad in ({"what": "all"}, {"host": 1}, {"service": "a\nb"}):
        assert web.browser.post("explain", {**ask, **bad})[0].status == 400, bad


def has_rows(driver, number):
    """The list has so many, in sight or not."""
    driver.wait("return Number(document.querySelector('#page .grid')"
                "?.getAttribute('aria-rowcount') ?? (document.querySelector("
                f"'#page .empty:not([aria-busy])') ? 1 : 0)) === {number + 1}")


def test_numbers_lead_to_what_they_count(web, driver):
    """Each counter of the overview, with a downtime and an acknowledgement."""
    web.command("ACKNOWLEDGE_SVC_PROBLEM;web01;HTTP;1;0;0;ann;known")
    web.command("SCHEDULE_SVC_DOWNTIME;gw;HTTP;1;4000000000;1;0;0;ann;rest")
    web.command("PROCESS_SERVICE_CHECK_RESULT;gw;HTTP;1;slow")
    web.command("PROCESS_SERVICE_CHECK_RESULT;gw;Load;3;odd")
    try:
        driver.go_to("#/hosts")
        wanted = {"hosts": [3, 1, 1, 0], "services": [6, 2, 1, 1]}
        driver.wait("return JSON.stringify([...document.querySelectorAll("
                    "'#overview .counts')].slice(0, 2).map((c) => [...c"
                    ".querySelectorAll('dd')].map((n) => Number(n.innerText)))"
                    ") === " + json.dumps(json.dumps(
                        list(wanted.values()), separators=(",", ":"))))
        links = driver.run("return [...document.querySelectorAll("
                           "'#overview .counts dd a')].slice(0, 8).map("
                           "(a) => [a.getAttribute('href'), a.innerText])")
        assert len(links) == 8
        for href, number in links:
            driver.go_to(href)
            has_rows(driver, int(number))
            assert driver.run("return document.querySelector("
                              "'#page h1 select').value") == (
                href.split("show=")[1] if "show=" in href else "all")
        # Pictures have words, and say more when one points at them.
        driver.go_to("#/services?q=gw")
        has_rows(driver, 3)
        marks = driver.run("return [...document.querySelectorAll("
                           "'.body .mark')].map((m) => [m.textContent.trim(),"
                           " m.title, m.querySelector('use') !== null])")
        assert len(marks) == 1 and marks[0][0] == "downtime", marks
        assert "ann, rest" in marks[0][1] and marks[0][2]
    finally:
        web.command("REMOVE_SVC_ACKNOWLEDGEMENT;web01;HTTP")
        number, = web.query("GET downtimes", "Columns: id")[0]
        web.command(f"DEL_SVC_DOWNTIME;{number}")
    worst = web.browser.list("services", ["state"], sort=["-severity"])
    assert [row[0] for row in worst["rows"]] == [2, 3, 1, 0, 0, 0]


def test_own_account_and_wall(web, driver):
    """A password in the browser; then a view, without anything to press."""
    driver.run("location.hash = '#/me'")
    driver.wait("return document.querySelectorAll('form.own').length >= 3")
    driver.run("const f = document.querySelector('form.own').elements;"
               "f.namedItem('old').value = 'wrong';"
               "f.namedItem('fresh').value = 'another long secret';"
               "f.namedItem('again').value = 'another long secreT';"
               "document.querySelector('form.own').requestSubmit();")
    driver.wait("return document.querySelector('form.own .error').innerText"
                " !== ''")
    driver.run("const f = document.querySelector('form.own');"
               "f.elements.namedItem('again').value = 'another long secret';"
               "f.requestSubmit();")
    driver.wait("return document.querySelector('form.own .error').innerText"
                ".includes('another one')")
    driver.run("const f = [...document.querySelectorAll('form.own')].at(-1);"
               "f.elements.namedItem('title').value = 'Kitchen';"
               "f.requestSubmit();")
    driver.wait("return document.querySelector('a[href*=\"wall?token\"]')")
    url = driver.run(
        "return document.querySelector('a[href*=\"wall?token\"]').href")
    driver.run("document.querySelector('#logout').click()")
    driver.wait("return document.querySelector('.login') !== null")
    if AXE.exists():
        found = driver.axe(AXE, RULES)
        assert found == [], json.dumps(found, indent=1)
    driver.go("about:blank")
    driver.go(url)
    driver.wait("return document.body.innerText.includes('Kitchen') && "
                "document.body.innerText.includes('refused')")
    assert driver.run("return document.querySelector('#bar, .login')") is None
    driver.wait("return document.getElementById('age').innerText === 'live'")
    web.command("PROCESS_SERVICE_CHECK_RESULT;web01;HTTP;2;by the stream")
    driver.wait("return document.body.innerText.includes('by the stream')")
    if AXE.exists():
        found = driver.axe(AXE, RULES)
        assert found == [], json.dumps(found, indent=1)
    web.browser.login()
    view, = web.browser.get("profile")["views"]
    assert web.browser.post("view-remove", {"id": view["id"]})[0].status == 200
    driver.wait("return document.body.innerText.includes('not there any more')"
                " && !document.body.innerText.includes('refused')")
