# SPDX-License-Identifier: Apache-2.0
"""A guest can change nothing, a user sees only their own: every route of the
REST API, every address of the console, every table with all its columns. What
is walked is read from the source, so what is added is walked too."""
import json
import re

import pytest
from browser import Browser
from conftest import TOP, Root
from test_610_rest import BASE, SECRET, Client, hashed

HTTP = TOP / "livestatusd/http"
TABLES = re.findall(r'\{"(\w+)", (?:NULL|"([\w.]+)"), (?:NULL|"\w+")\}',
                    (HTTP / "list.c").read_text())
PAGES = re.findall(r'\{"([\w-]+)", "(GET|POST)", \w+\}',
                   (HTTP / "console.c").read_text())
OWN = re.findall(r'\{"([\w-]+)", "(GET|POST)", "([\w.]+)", \w+\}',
                 (HTTP / "people/profile.c").read_text())
# What POST asks for and does not change.
ASKS = re.compile(r"collections/(all|services)$|metric/actions/get|autocomplete"
                  "|aggregation_state")
CONFIG = {
    "hosts": {"web01": {"check": "passive", "contact_groups": ["team"],
                        "groups": ["web"], "alias": "Web"},
              "secret01": {"check": "passive", "groups": ["other"],
                           "notes": "secret01-notes"}},
    "services": [{"hosts": ["web01", "secret01"], "description": "HTTP",
                  "check": "passive", "groups": ["both"]},
                 {"hosts": ["secret01"], "description": "secret01-load",
                  "check": "passive", "groups": ["secret01-group"]}],
    "host_groups": {"web": {}, "other": {"alias": "secret01-hosts"}},
    "service_groups": {"both": {}, "secret01-group": {}},
    "contact_groups": {"team": {}},
    "contacts": {
        "ann": {"contact_groups": ["team"], "role": "user",
                "password_hash": hashed(SECRET)},
        "gus": {"role": "guest", "password_hash": hashed(SECRET)},
        "boss": {"role": "admin", "password_hash": hashed(SECRET)},
        "rob": {"role": "admin", "automation": True,
                "password_hash": hashed(SECRET)}},
    "aggregations": {"Mine": {"nodes": [{"host": "web01"}]},
                     "secret01-all": {"nodes": [{"host": "secret01"}]}},
    "event_rules": [{"id": "all", "when": {"text": "."}, "state": "CRIT"}],
}
HIDDEN = "secret01"
EVENTS = {}     # number by host


@pytest.fixture(scope="module")
def api():
    root = Root()
    try:
        site = root.create(settings={"fetcher": {"workers": 1}},
                           config=CONFIG, start=True)
        site.wait_for(lambda: len(site.query(
            "GET services", "Columns: description")) == 3, what="services")
        for host in ("web01", HIDDEN):
            site.command(f"PROCESS_HOST_CHECK_RESULT;{host};1;{host} is away")
            site.command(f"PROCESS_SERVICE_CHECK_RESULT;{host};HTTP;2;"
                         f"{host} refuses|{host}=1")
            site.command(f"ADD_HOST_COMMENT;{host};1;rob;of {host}")
            site.command(f"ADD_SVC_COMMENT;{host};HTTP;1;rob;of {host}")
            site.command(f"SCHEDULE_HOST_DOWNTIME;{host};1;4000000000;1;0;0;"
                         f"rob;{host} rests")
        with open(site.root / "tmp/run/eventd/events", "w") as fifo:
            for host in ("web01", HIDDEN):
                fifo.write(f"<11>Nov 22 10:00:00 {host} app: {host} broken\n")
        client = Client(site)
        site.wait_for(lambda: len(client.get(
            "domain-types/event_console/collections/all")["value"]) == 2,
            what="events")
        # A span begins at the end of a second.
        site.wait_for(lambda: site.query(
            "GET statehist", "Columns: host_name state", "Filter: time >= 1",
            f"Filter: host_name = {HIDDEN}"), what="a span of the history")
        EVENTS.update({host: str(number) for number, host in site.query(
            "GET eventconsoleevents", "Columns: event_id event_host")})
        client.people = {}
        for name in ("ann", "gus", "boss"):
            b = client.people[name] = Browser(site)
            assert b.login(name, SECRET)[0].status == 200
        yield client
    finally:
        root.remove()


def state(api):
    """What a command could change."""
    return [api.site.query(*lines) for lines in (
        ("GET hosts", "Columns: name state acknowledged comments downtimes "
         "notifications_enabled active_checks_enabled last_check",
         "Sort: name"),
        ("GET services", "Columns: host_name description state acknowledged "
         "comments downtimes notifications_enabled active_checks_enabled "
         "last_check", "Sort: host_name", "Sort: description"),
        ("GET comments", "Columns: id comment", "Sort: id"),
        ("GET downtimes", "Columns: id comment end_time", "Sort: id"),
        ("GET eventconsoleevents", "Columns: event_id event_state "
         "event_phase event_owner", "Sort: event_id"))]


def bodies(host):
    """Fields that one route or another takes; others are refused."""
    return {
        "acknowledge_type": "host", "downtime_type": "host",
        "comment_type": "host", "object_type": "host", "host_name": host,
        "delete_type": "params", "modify_type": "params", "comment": "x",
        "start_time": "2100-01-01T10:00:00Z",
        "end_time": "2100-01-01T11:00:00Z", "state": 0, "output": "x",
        "service_description": "HTTP", "service_descriptions": ["HTTP"],
        "new_state": "ok", "change_comment": "x", "change_contact": "x",
        "filter_type": "all", "phase": "ack"}


def routes(api):
    """Method, path and names of the fields, of the description."""
    for path, methods in api.get("openapi.json")["paths"].items():
        for method, what in methods.items():
            schema = what.get("requestBody", {}).get("content", {}).get(
                "application/json", {}).get("schema", {})
            yield method.upper(), path.lstrip("/"), schema


def fill(path, host):
    for name, value in (("host_name", host), ("username", "boss"),
                        ("site_id", "x"), ("event_id", EVENTS.get(host, "1")),
                        ("autocomplete_id", "monitored_hostname")):
        path = path.replace("{%s}" % name, value)
    return re.sub(r"\{\w+\}", "1", path)


def test_the_walk_is_whole():
    assert len(TABLES) >= 18 and len(PAGES) >= 6 and len(OWN) >= 6
    text = (HTTP / "console.c").read_text()
    assert text.count('", "GET", ') + text.count('", "POST", ') == len(PAGES)
    text = (HTTP / "list.c").read_text()
    text = text[text.index("} tables[] = {"):]
    assert text[:text.index("};")].count("    {") == len(TABLES)


def test_a_guest_changes_nothing(api):
    before, walked = state(api), 0
    for method, path, _ in routes(api):
        if method == "GET" or ASKS.search(path):
            continue
        for body in ({}, bodies("web01")):
            answer, data = api.ask(method, fill(path, "web01"), body,
                                   user="gus")
            assert answer.status == 403, (method, path, data)
        # With the session of a browser as well.
        answer, data = api.people["gus"].ask(
            method, f"/{api.site.name}/{BASE}{fill(path, 'web01')}",
            json.dumps(bodies("web01")),
            {"X-Vedette": "1", "Content-Type": "application/json"})
        assert answer.status == 403, (method, path, data)
        walked += 1
    assert walked >= 25
    for name, method, permission in OWN:
        if method == "POST":
            answer, data = api.people["gus"].post(name, {})
            assert answer.status == 403, (name, data)
    assert state(api) == before


def test_a_user_changes_only_their_own(api):
    before = state(api)
    for method, path, schema in routes(api):
        if method == "GET" or ASKS.search(path):
            continue
        known = schema.get("properties", {})
        everything = bodies(HIDDEN)
        for body in (everything, {k: v for k, v in everything.items()
                                  if k in known}):
            if "event_console" in path:
                body = {**body, "filter_type": "params",
                        "filters": {"host": HIDDEN}}
                body = {k: v for k, v in body.items() if k in known}
            answer, data = api.ask(method, fill(path, HIDDEN), body,
                                   user="ann")
            deletes = "delete" in path      # of nothing is no failure
            assert answer.status >= 400 or deletes, (method, path, data)
    assert state(api) == before


def columns_of(api, table):
    names = [row[0] for row in api.site.query(
        "GET columns", "Columns: name", f"Filter: table = {table}")]
    return sorted(set(names))


@pytest.mark.parametrize("table,permission", TABLES)
def test_tables(api, table, permission):
    """All columns of all rows; an administrator sees that there is more."""
    columns = columns_of(api, table)
    assert columns
    texts = {}
    for name in ("ann", "boss", "gus"):
        texts[name] = ""
        for i in range(0, len(columns), 50):
            body = {"table": table, "columns": columns[i:i + 50],
                    "limit": 1000}
            if table in ("log", "statehist"):
                body["query"] = {"op": ">=", "left": "time", "right": "1"}
            answer, data = api.people[name].post("list", body)
            if permission and name != "boss":
                assert answer.status == 400 and "may not" in data["error"]
                continue
            assert answer.status == 200, (table, data)
            texts[name] += json.dumps(data["rows"])
    assert HIDDEN not in texts["ann"], table
    if table in ("hosts", "services", "hostgroups", "servicegroups",
                 "downtimes", "comments", "log", "statehist", "aggregations",
                 "eventconsoleevents"):
        assert HIDDEN in texts["boss"], "else this proves nothing"
        assert HIDDEN in texts["gus"], "a guest sees all"
        assert "web01" in texts["ann"] or "Mine" in texts["ann"] or (
            table in ("hostgroups", "servicegroups"))


def test_addresses_of_the_console(api):
    """Each says nothing of what is another's."""
    ann = api.people["ann"]
    end = int(ann.list("hosts", ["name"])["now"])
    asked = {"me": None, "overview": None, "events": None, "live": None,
             "list": {"table": "hosts", "columns": ["name"], "query": {
                 "op": "=", "left": "name", "right": HIDDEN}},
             "availability": {"from": end - 600, "until": end + 1},
             "explain": {"what": "configuration", "host": HIDDEN},
            "graph": {"host": HIDDEN, "service": "HTTP",
                       "from": end - 600, "until": end}}
    assert set(asked) >= {name for name, _ in PAGES}
    for name, method in PAGES:
        if name == "live":
            continue    # a stream of numbers
        if method == "GET":
            answer, data = ann.ask("GET", f"/{api.site.name}/console/{name}")
        else:
            answer, data = ann.ask(
                "POST", f"/{api.site.name}/console/{name}",
                json.dumps(asked[name]), {"X-Vedette": "1"})
        wanted = {"graph": 404, "explain": 403}.get(name, 200)
        assert answer.status == wanted, (name, data)
        assert HIDDEN.encode() not in data, name
    answer, data = ann.post("availability", asked["availability"])
    assert {r["host"] for r in data["rows"]} == {"web01"}
    assert ann.get("overview")["hosts"][0][0] == 1
    assert ann.get("overview")["services"][0][0] == 1
    assert api.people["boss"].get("overview")["services"][0][0] == 3
    answer, data = ann.ask("GET", f"/{api.site.name}/metrics")
    assert HIDDEN.encode() not in data
    answer, data = api.people["boss"].ask("GET", f"/{api.site.name}/metrics")
    assert HIDDEN.encode() in data


def test_routes_that_only_ask(api):
    walked = 0
    for method, path, _ in routes(api):
        if method != "GET" and not ASKS.search(path):
            continue
        body = None if method == "GET" else {}
        for target in ("web01", HIDDEN):
            answer, data = api.ask(method, fill(path, target), body,
                                   user="ann")
            # Refusals and links may repeat what was asked for.
            if answer.status < 300 and isinstance(data, dict):
                data.pop("links", None)
                assert HIDDEN not in json.dumps(data), (method, path)
        walked += 1
    assert walked >= 20


@pytest.mark.parametrize("path", ["me", "overview", "list", "graph", "live",
                                  "availability", "events", "profile"])
def test_nobody_sees_nothing(api, path):
    stranger = Browser(api.site)
    for method in ("GET", "POST", "PUT", "DELETE", "HEAD", "PATCH"):
        answer, data = stranger.ask(
            method, f"/{api.site.name}/console/{path}", "{}",
            {"X-Vedette": "1"})
        assert answer.status in (401, 405), (method, path)
        assert b"web01" not in data
