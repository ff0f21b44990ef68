# SPDX-License-Identifier: Apache-2.0
"""A list of 100,000 services in Chromium: few rows in the document, all in the
numbers; sorting, finding, new results without a jump. Times are reported only:
CONSOLE_HOSTS makes it smaller or larger."""
import os
import shutil
import time

import pytest
from browser import Browser, Driver
from conftest import ADMIN_PASSWORD, Root

HOSTS = int(os.environ.get("CONSOLE_HOSTS", "2000"))
SERVICES = 50
ALL = HOSTS * SERVICES
CONFIG = {
    "hosts": {f"host{i:04}": {"check": "passive"} for i in range(HOSTS)},
    "services": [{"hosts": ["~host.*"], "description": f"Service {j:02}",
                  "check": "passive"} for j in range(SERVICES)],
}
GRID = "document.querySelector('.grid')"
ROWS = "document.querySelectorAll('.body .row').length"
TOTAL = f"Number({GRID}?.getAttribute('aria-rowcount')) - 1"
FIRST = "document.querySelector('.body .row')?.dataset.key"


@pytest.fixture(scope="module")
def web():
    if not shutil.which("chromium") or not shutil.which("chromedriver"):
        pytest.skip("no chromium or no chromedriver (package chromium-driver)")
    root = Root()
    begin = time.monotonic()
    site = root.create(settings={"fetcher": {"workers": 1}}, config=CONFIG,
                       start=True)
    site.wait_for(lambda: site.query("GET services", "Stats: state >= 0")
                  == [[ALL]], what="services", timeout=60)
    print(f"the site of {ALL} services is there after "
          f"{time.monotonic() - begin:.1f} s")
    yield site
    root.remove()


def took(what, begin):
    print(f"{what}: {1000 * (time.monotonic() - begin):.0f} ms")


def wait(d, what):
    d.wait(f"return {what}")
    assert d.run(f"return {ROWS}") < 150, "only what is in sight"


# Scrolls 40 pixels a frame, then three screens a frame; times of the frames.
FRAMES = """new Promise((done) => {
  const times = [];
  const step = (now) => {
    times.push(now);
    if (times.length > 480) done(times.slice(1).map((t, i) => t - times[i]));
    else {
      scrollBy(0, times.length < 240 ? 40 : 3 * innerHeight);
      requestAnimationFrame(step);
    }
  };
  requestAnimationFrame(step);
})"""


def busy(d):
    """Seconds that the page's thread has worked."""
    metrics = {m["name"]: m["value"]
               for m in d.cdp("Performance.getMetrics")["metrics"]}
    return metrics["TaskDuration"]


def scrolling(d):
    """Rows follow each frame; how long frames take is only reported."""
    d.cdp("Performance.disable")
    d.cdp("Performance.enable", timeDomain="threadTicks")
    before = busy(d)
    deltas = d.later(FRAMES)
    used = busy(d) - before
    for what, part in (("40 pixels", deltas[:239]),
                       ("three screens", deltas[240:])):
        part = sorted(part)
        print(f"scrolling by {what} a frame: median "
              f"{part[len(part) // 2]:.1f} ms, 95 % "
              f"{part[len(part) * 95 // 100]:.1f} ms, "
              f"{sum(1 for t in part if t > 25)} of {len(part)} frames late")
    print(f"{1000 * used / len(deltas):.1f} ms of the page's thread a frame")
    wait(d, f"{ROWS} > 10")
    d.run("scrollTo(0, 0)")
    wait(d, f"{FIRST} === 'host0000;Service 00'")


def test_many_rows(web, tmp_path):
    with Driver(tmp_path) as d:
        d.size(1400, 900)
        d.go(f"http://127.0.0.1:{web.port(5000)}/#/services")
        d.wait("return document.activeElement?.name === 'name'")
        begin = time.monotonic()
        Browser(web).login()
        took("the login alone", begin)
        d.keys("admin", "Tab", ADMIN_PASSWORD)
        begin = time.monotonic()
        d.keys("Enter")
        wait(d, f"{ROWS} > 10 && {TOTAL} === {ALL}")
        took("first rows after the login", begin)
        assert d.run(f"return {FIRST}") == "host0000;Service 00"

        scrolling(d)
        begin = time.monotonic()
        d.run(f"scrollTo(0, {GRID}.offsetTop + {ALL // 2} * 38)")
        wait(d, f"{FIRST}?.startsWith('host{HOSTS // 2 - 1:04}')")
        took("the middle", begin)

        # What is new comes, and nothing moves.
        d.keys("j")
        d.wait("return document.activeElement.dataset.key !== undefined")
        d.keys("x")
        key, top = d.run("return [document.activeElement.dataset.key, "
                         "scrollY]")
        row = ("document.querySelector(`.body .row[data-key='" + key + "']`)")
        host, service = key.split(";")
        for i in range(3):
            web.command(f"PROCESS_SERVICE_CHECK_RESULT;{host};{service};2;"
                        f"new {i}")
            d.wait(f"return {row}.innerText.includes('new {i}')")
            assert d.run("return [document.activeElement.dataset.key, scrollY]"
                         ) == [key, top]
            assert d.run(f"return {row}.querySelector('input').checked")

        begin = time.monotonic()
        d.run("[...document.querySelectorAll('.head .sort')]"
              ".find((b) => b.innerText.startsWith('State')).click()")
        d.run("[...document.querySelectorAll('.head .sort')]"
              ".find((b) => b.innerText.startsWith('State')).click()")
        d.run("scrollTo(0, 0)")
        wait(d, f"location.hash.includes('sort=-state') && {FIRST} === "
                f"'{key}'")
        took("sorted by state, the worst first", begin)

        begin = time.monotonic()
        d.keys("/", "h:host0007 s:42")
        wait(d, f"{TOTAL} === {1 if HOSTS < 10000 else 10}")
        took("found among all", begin)
        d.run("document.getElementById('q').blur()")
        d.go_to("#/services?sort=-state")
        d.wait("return document.getElementById('q').value === ''")
        begin = time.monotonic()
        d.keys("/", "s:0[0-4]$")
        wait(d, f"{TOTAL} === {HOSTS * 5}")
        took("a pattern", begin)
        used = d.cdp("Runtime.getHeapUsage")["usedSize"] / 1e6
        print(f"memory of the page: {used:.0f} MB")
        assert used < 100, "rows that are not in sight are not kept"
