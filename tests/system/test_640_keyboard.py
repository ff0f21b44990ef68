# SPDX-License-Identifier: Apache-2.0
"""The console without a mouse: real keys in Chromium, from the login on."""
import pathlib
import shutil
import socket

import pytest
from browser import Browser, Driver
from conftest import ADMIN_PASSWORD, Root

CONFIG = {
    "tag_groups": {"place": {"tags": [{"id": "north"}, {"id": "south"}]}},
    "hosts": {
        "web01": {"check": "passive", "groups": ["fronts"],
                  "tags": {"place": "north"}},
        "web02": {"check": "passive", "groups": ["fronts"], "tags": {"place": "south"}},
        "db01": {"check": "passive", "tags": {"place": "north"}}},
    "services": [
        {"hosts": ["web01", "web02", "db01"], "description": "HTTP",
         "check": "passive"},
        {"hosts": ["db01"], "description": "Clock", "check_interval": "1h",
         "check": {"command": "/bin/sh -c 'date +%s%N'"}}],
    "host_groups": {"fronts": {}},
    "event_rules": [{"id": "all", "when": {"text": "broken"},
                     "state": "CRIT"}],
}
AXE = (pathlib.Path(__file__).parents[2] /
       "build/node/node_modules/axe-core/axe.min.js")
AXE = AXE if AXE.exists() else None   # the build had no npm
ROWS = "return document.querySelectorAll('.body .row').length"
TEXT = "return document.getElementById('page').innerText"


@pytest.fixture(scope="module")
def web():
    if not shutil.which("chromium") or not shutil.which("chromedriver"):
        pytest.skip("no chromium or no chromedriver (package chromium-driver)")
    root = Root()
    site = root.create(
        settings={"fetcher": {"workers": 1},
                  "listen": {"syslog_udp": {"enabled": True}}},
        config=CONFIG, start=True)
    site.wait_for(lambda: len(site.query(
        "GET services", "Columns: description",
        "Filter: plugin_output !=")) == 1, what="the clock")
    for host in ("web01", "web02", "db01"):
        site.command(f"PROCESS_HOST_CHECK_RESULT;{host};0;up")
        site.command(f"PROCESS_SERVICE_CHECK_RESULT;{host};HTTP;2;refused|"
                     "time=0.1s;1;2;0")
    yield site
    root.remove()


@pytest.fixture(scope="module")
def keys(web, tmp_path_factory):
    with Driver(tmp_path_factory.mktemp("chrome")) as d:
        d.size(1400, 900)
        d.go(f"http://127.0.0.1:{web.port(5000)}/")
        d.wait("return document.activeElement?.name === 'name'")
        d.keys("admin", "Tab", ADMIN_PASSWORD, "Enter")
        d.wait(ROWS + " === 3")
        yield d


def focused(d):
    return d.run("return document.activeElement.dataset.key")


def first_row(d):
    """Goes there; a list listens a moment after its rows are drawn."""
    for _ in range(200):
        d.keys("j")
        if focused(d):
            return focused(d)
    raise AssertionError("no row took the focus")


def tab_to(d, test, back=False):
    for _ in range(80):
        if d.run(f"const e = document.activeElement; return {test}"):
            return
        d.keys(("Shift", "Tab") if back else "Tab")
    raise AssertionError(test)


def test_find(web, keys):
    """From any page; arrow keys choose among hits in groups."""
    keys.keys("g", "d")
    keys.wait("return location.hash === '#/downtimes'")
    keys.keys("/", "web")
    keys.wait("return document.querySelectorAll('#hits [role=option]').length"
              " >= 4")
    groups = keys.run("return [...document.querySelectorAll('#hits .kind')]"
                      ".map((n) => n.innerText.trim())")
    assert groups == ["Hosts", "Services"]
    assert AXE is None or keys.axe(AXE, {"resultTypes": ["violations"]}) == []
    keys.keys("ArrowDown", "ArrowDown", "Enter")
    keys.wait("return location.hash === '#/host/web02'")
    keys.keys("/", "tg:place:north", "Enter")
    keys.wait("return location.hash.startsWith('#/hosts?q=tg')")
    keys.wait(ROWS + " === 2")
    assert "web02" not in keys.run(TEXT)
    keys.keys("g", "p", "/", "db01")   # a host and its services
    keys.wait("return document.querySelector('#hits') !== null")
    keys.keys("Escape")
    keys.wait("return document.querySelector('#hits') === null")
    assert keys.run("return document.activeElement.id") == "q"
    keys.keys("Escape")
    keys.keys("g", "d", "/", "h:db01", "Enter")
    keys.wait("return location.hash.includes('db01')")
    keys.keys("g", "d", "/", "fronts")
    keys.wait("return document.querySelector('#hits a') !== null")
    keys.keys("ArrowDown", "Enter")
    keys.wait("return location.hash === '#/hosts?q=hg%3Afronts'")
    keys.wait(ROWS + " === 2")


def test_what_is_typed_stays(web, keys):
    """Escape closes and leaves; neither it nor a change empties the field."""
    keys.go_to("#/hosts")
    keys.wait(ROWS + " === 3")
    keys.keys("/", "web")
    keys.wait(ROWS + " === 2 && document.querySelector('#hits') !== null")
    keys.keys("Escape", "Escape")
    field = "document.getElementById('q')"
    assert keys.run(f"return [{field}.value, location.hash, "
                    "document.activeElement === document.body]") == [
                        "web", "#/hosts?q=web", True]
    keys.keys(("Control", "k"))
    keys.wait(f"return document.activeElement === {field}")
    web.command("ADD_HOST_COMMENT;web01;1;ann;rack 5")
    keys.wait(TEXT + ".includes('comments')")
    keys.keys("db")
    keys.wait(ROWS + " === 1")
    assert keys.run(f"return {field}.value") == "db"
    # Words for one page are not the next one's.
    keys.run("document.getElementById('q').focus(); document.getElementById("
             "'q').value = 'nothing'; document.getElementById('q')"
             ".dispatchEvent(new Event('input', {bubbles: true}));"
             "document.getElementById('q').blur();"
             "location.hash = '#/services';")
    keys.wait("return location.hash === '#/services' && "
              + ROWS[7:] + " === 4")
    web.command("DEL_ALL_HOST_COMMENTS;web01")


def test_what_failed_is_tried_again_soon(web, keys):
    """Though nothing changes meanwhile."""
    keys.go_to("#/hosts")
    keys.wait("return document.getElementById('age').innerText === 'live' && "
              + ROWS[7:] + " === 3")
    keys.run("const real = window.fetch; let n = 2; window.fetch = (to, what)"
             " => (String(to).endsWith('console/list') && n-- > 0 ? "
             "Promise.reject(new TypeError('cut')) : real(to, what));")
    keys.go_to("#/services")
    keys.wait("return document.querySelector('.trouble') !== null")
    keys.wait(ROWS + " === 4", timeout=30)
    keys.wait("return document.getElementById('message') === null")


def test_act_on_rows(web, keys):
    """Down and up, ticks, an acknowledgement of what is ticked."""
    keys.keys("g", "p")
    keys.wait("return location.hash === '#/problems'")
    keys.wait(ROWS + " === 3")
    first = first_row(keys)
    keys.keys("j")
    second = focused(keys)
    keys.keys("k")
    assert focused(keys) == first != second
    keys.keys("x", "j", "x")
    keys.wait("return document.querySelectorAll('.tick input:checked').length"
              " === 2")
    keys.keys("a")
    keys.wait("return document.querySelector('dialog[open]') !== null")
    assert "2 objects" in keys.run(
        "return document.querySelector('dialog').innerText")
    assert AXE is None or keys.axe(AXE, {"resultTypes": ["violations"]}) == []
    keys.keys("known", "Enter")
    keys.wait("return document.querySelector('dialog[open]') === null")
    keys.wait(ROWS + " === 1")
    assert web.query("GET services", "Stats: acknowledged = 1") == [[2]]
    assert focused(keys), "the focus stays in the list"


def test_downtime_that_recurs(web, keys):
    keys.keys("g", "s")
    keys.wait("return document.querySelector('#page h1')?.innerText"
              ".startsWith('Services') && "
              "document.querySelector('.body .row') !== null")
    keys.keys("j", "d")
    keys.wait("return document.querySelector('dialog[open]') !== null")
    keys.keys("reboot")
    tab_to(keys, "e.tagName === 'SELECT'")
    keys.keys("ArrowDown", "ArrowDown")   # no, every hour, every day
    tab_to(keys, "e.innerText === 'Do it'")
    keys.keys("Enter")
    keys.wait("return document.querySelector('dialog[open]') === null")
    row, = web.query("GET downtimes", "Columns: comment recurring",
                     "Filter: is_service = 1")
    assert row == ["reboot", 4], "every day"
    keys.keys("g", "d")
    keys.wait(ROWS + " === 1")
    assert "every day" in keys.run(TEXT)
    end, = web.query("GET downtimes", "Columns: end_time")[0]
    keys.keys("j", "e")
    keys.wait("return document.querySelector('dialog[open]') !== null")
    assert AXE is None or keys.axe(AXE, {"resultTypes": ["violations"]}) == []
    tab_to(keys, "e.type === 'text'")
    keys.keys("End", " and more", "Enter")
    keys.wait("return document.querySelector('dialog[open]') === null")
    assert web.query("GET downtimes", "Columns: comment end_time",
                     ) == [["reboot and more", end]]
    keys.keys("j", "Delete")
    keys.wait(ROWS + " === 0")


def test_all_that_was_found(web, keys):
    """Without ticks a command is for all of a search: it names some first."""
    keys.go_to("#/services?q=HTTP")
    keys.wait(ROWS + " === 3")
    keys.run("[...document.querySelectorAll('.actions button')].find((b) => "
             "b.innerText.startsWith('Comment')).click()")
    keys.wait("return document.querySelectorAll('dialog li').length === 3")
    text = keys.run("return document.querySelector('dialog').innerText")
    assert "3 objects" in text and "web02 / HTTP" in text
    keys.keys("to all", "Enter")
    keys.wait("return document.querySelector('dialog[open]') === null")
    rows = web.query("GET comments", "Columns: host_name service_description",
                     "Filter: comment = to all")
    assert sorted(rows) == [[h, "HTTP"] for h in ("db01", "web01", "web02")]


def test_comment_and_new_result(web, keys):
    """`r` waits for the result and says it."""
    keys.keys("g", "s", "/", "clock")
    keys.wait(ROWS + " === 1")
    keys.keys("Enter")
    keys.keys("j", "c")
    keys.wait("return document.querySelector('dialog[open]') !== null")
    keys.keys("tick tock", "Enter")
    keys.wait("return document.querySelector('dialog[open]') === null")
    assert ["tick tock"] in web.query("GET comments", "Columns: comment",
                                      "Filter: service_description = Clock")
    keys.wait("return document.activeElement.dataset.key === 'db01;Clock'")
    old, = web.query("GET services", "Columns: plugin_output",
                     "Filter: description = Clock")[0]
    keys.keys("r")
    keys.wait("return /db01 . Clock: OK, [0-9]+/.test("
              "document.getElementById('note').innerText)")
    new, = web.query("GET services", "Columns: plugin_output",
                     "Filter: description = Clock")[0]
    assert new != old
    keys.wait(f"return document.getElementById('page').innerText"
              f".includes('{new}')")
    keys.keys("Enter")
    keys.wait("return location.hash === '#/service/db01/Clock'")
    keys.keys("g", "c")
    keys.wait("return location.hash === '#/comments'")
    keys.wait(ROWS + " >= 1")


def test_menu_and_graphs(web, keys):
    keys.go_to("#/service/web01/HTTP")
    keys.wait("return document.querySelector('.graphs button') !== null")
    tab_to(keys, "e.innerText === '25 h'")
    keys.keys("Enter")
    keys.wait("return location.hash.includes('range=25')")
    assert keys.run("return document.activeElement.innerText") == "25 h"
    tab_to(keys, "e.tagName === 'SUMMARY' && e.closest('nav') !== null")
    keys.keys("Enter")
    tab_to(keys, "e.innerText === 'Topology'")
    keys.keys("Enter")
    keys.wait("return location.hash === '#/topology'")


def test_events(web, keys):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        for name in (b"a", b"b"):
            s.sendto(b"<2>Nov 22 03:00:00 srv1 kernel: broken " + name,
                     ("127.0.0.1", web.port(514)))
    keys.keys("g", "e")
    keys.wait(ROWS + " === 2")
    keys.keys("j", "a")
    keys.wait("return document.getElementById('page').innerText"
              ".includes('ack')")
    keys.keys("z")
    keys.wait(ROWS + " === 1")
    assert focused(keys), "the row in its place has the focus"


def test_help(web, keys):
    keys.keys("?")
    keys.wait("return document.querySelector('dialog[open]') !== null")
    keys.keys("Escape")
    keys.wait("return document.querySelector('dialog[open]') === null")


def test_single_keys_off(web, keys):
    """WCAG 2.1.4: they can be switched off, by the person, for good."""
    keys.go_to("#/me")
    keys.wait("return document.querySelector('[name=keys]') !== null")
    tab_to(keys, "e.name === 'keys'")
    keys.keys(" ")
    web.wait_for(lambda: (web.query(  # kept by the server
        "GET status", "Columns: program_version") and
        '"keys":false' in web.path("var/vedette/livestatusd/people.json")
        .read_text().replace(" ", "")), what="the setting")
    keys.go("about:blank")
    keys.go(f"http://127.0.0.1:{web.port(5000)}/#/hosts")
    keys.wait(ROWS + " === 3")
    keys.keys("g", "p", "/", "?", "j")
    assert keys.run("return location.hash") == "#/hosts"
    assert keys.run("return document.querySelector('dialog[open], #hits')"
                    ) is None
    assert keys.run("return document.activeElement === document.body")
    tab_to(keys, "e.classList.contains('row')")
    keys.keys("ArrowDown", "Enter")     # these are no single characters
    keys.wait("return location.hash.startsWith('#/host/')")
    keys.go_to("#/me")
    keys.wait("return document.querySelector('[name=keys]') !== null")
    keys.run("document.querySelector('[name=keys]').click()")
    keys.wait("return document.querySelector('[name=keys]').checked")
    keys.run("const s = document.querySelector('[name=theme]');"
             "s.value = 'dark'; s.dispatchEvent(new Event('change'))")
    keys.wait("return document.documentElement.dataset.theme === 'dark'")
    assert keys.run("return getComputedStyle(document.documentElement)"
                    ".getPropertyValue('--bg')").strip() == "#14181c"


def test_nothing_moves_under_a_dialog(web, keys):
    """What is typed stays, changes wait, and are shown behind it."""
    keys.keys("g", "h")
    keys.wait("return document.querySelector('#page h1')?.innerText"
              ".startsWith('Hosts') && " + ROWS[7:] + " === 3")
    keys.keys("j", "c")
    keys.wait("return document.querySelector('dialog[open]') !== null")
    keys.keys("half a sen")
    web.command("PROCESS_HOST_CHECK_RESULT;web01;1;gone")
    keys.wait("return document.getElementById('age').innerText"
              ".includes('waiting')")
    assert "gone" not in keys.run(TEXT)
    assert keys.run("return document.activeElement.value") == "half a sen"
    keys.keys("Escape")
    keys.wait(TEXT + ".includes('gone')")
    assert keys.run("return document.getElementById('age').innerText") == \
        "live"


def test_what_fails_says_so(web, keys):
    keys.go_to("#/hosts")
    keys.wait(ROWS + " === 3")
    web.stop("eventd")
    keys.go_to("#/events")
    keys.wait("return document.querySelector('.trouble') !== null")
    web.start("eventd")
    keys.wait("return document.querySelector('.trouble') === null")
    web.stop("core")
    keys.wait("return document.getElementById('core-down') !== null")
    keys.go_to("#/hosts")
    keys.wait(ROWS + " === 3")
    web.start("core")
    keys.wait("return document.getElementById('core-down') === null")
    web.stop("livestatusd")
    keys.wait("return document.getElementById('message') !== null")
    keys.go_to("#/services")
    keys.wait("return document.querySelector('.trouble') !== null")
    web.start("livestatusd")
    keys.wait("return document.getElementById('message') === null && "
              + ROWS[7:] + " === 4", timeout=40)
    assert Browser(web).login()[0].status == 200
