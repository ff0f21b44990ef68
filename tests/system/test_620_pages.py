# SPDX-License-Identifier: Apache-2.0
"""Each page of the console in Chromium: what it shows, that it can be used
without eyes (axe-core) and on a narrow screen."""
import http.server
import json
import os
import pathlib
import shutil
import signal
import socket
import threading
import urllib.parse

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
                                         "Columns: description")) == 5,
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
        wanted = {"hosts": [3, 1, 1, 0], "services": [5, 2, 1, 1]}
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
        has_rows(driver, 2)
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
    assert [row[0] for row in worst["rows"]] == [2, 3, 1, 0, 0]


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
