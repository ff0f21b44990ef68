# SPDX-License-Identifier: Apache-2.0
"""The REST API as scripts, Ansible and Grafana use it, on one site."""
import base64
import crypt
import http.client
import json
import time
import urllib.parse

import pytest
from conftest import ADMIN_PASSWORD, Root

BASE = "check_mk/api/1.0/"
SECRET = "a long secret"


def hashed(password):
    return crypt.crypt(password, crypt.mksalt(crypt.METHOD_SHA256))


CONFIG = {
    "hosts": {"web01": {"check": "passive", "contact_groups": ["team"],
                        "groups": ["web"], "alias": "Web"},
              "db01": {"check": "passive", "tags": {"place": "north"}}},
    "tag_groups": {"place": {"tags": [{"id": "south"}, {"id": "north"}]}},
    "services": [{"hosts": ["web01", "db01"], "description": "HTTP",
                  "check": "passive", "groups": ["http"]},
                 {"hosts": ["db01"], "description": "Load",
                  "check": "passive"}],
    "host_groups": {"web": {"alias": "Web"}},
    "service_groups": {"http": {"alias": "HTTP"}},
    "contact_groups": {"team": {"alias": "Team"}},
    "contacts": {
        "ann": {"contact_groups": ["team"], "role": "user",
                "password_hash": hashed(SECRET)},
        "gus": {"role": "guest", "password_hash": hashed(SECRET)},
        "rob": {"role": "admin", "automation": True,
                "password_hash": hashed(SECRET)},
        "out": {"role": "admin", "disable_login": True,
                "password_hash": hashed(SECRET)},
        "reg": {"role": "agent_registration",
                "password_hash": hashed(SECRET)}},
    "event_rules": [{"id": "all", "when": {"text": "."}, "state": "CRIT"}],
}


class Client:
    def __init__(self, site):
        self.site, self.port = site, site.port(5000)

    def ask(self, method, path, body=None, user="rob", secret=SECRET,
            headers=None, base=BASE):
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = dict(headers or {})
        if user is not None:
            headers.setdefault("Authorization", f"Bearer {user} {secret}")
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
            if not isinstance(body, (str, bytes)):
                body = json.dumps(body)
        c.request(method, f"/{self.site.name}/{base}{path}", body, headers)
        answer = c.getresponse()
        data = answer.read()
        try:
            data = json.loads(data) if data else None
        except ValueError:
            data = data.decode()
        return answer, data

    def get(self, path, code=200, **options):
        answer, data = self.ask("GET", path, **options)
        assert answer.status == code, (answer.status, data)
        return data

    def post(self, path, body, code=204, method="POST", **options):
        answer, data = self.ask(method, path, body, **options)
        assert code in (answer.status, None), (answer.status, data)
        return data


@pytest.fixture(scope="module")
def api():
    root = Root()
    try:
        site = root.create(settings={"fetcher": {"workers": 1}},
                           config=CONFIG, start=True)
        site.wait_for(lambda: len(site.query(
            "GET services", "Columns: description")) == 3, what="services")
        yield Client(site)
    finally:
        root.remove()


def result(api, host, service, state):
    api.post("domain-types/service/actions/enter_result/invoke",
             {"object_type": "service", "host_name": host,
              "service_description": service, "state": state,
              "output": "by hand", "performance_data": "a=1"})


def extensions(doc):
    return [o["extensions"] for o in doc["value"]]


def test_who_comes_in(api):
    assert api.get("version")["site"] == api.site.name
    assert api.get("version")["versions"]["checkmk"].startswith("2.4.")
    basic = base64.b64encode(f"rob:{SECRET}".encode()).decode()
    for headers, code in [
            ({}, 401), ({"Authorization": f"Basic {basic}"}, 200),
            ({"Authorization": "Basic !"}, 401),
            ({"Authorization": "Digest x"}, 401),
            ({"Authorization": "Bearer rob"}, 401)]:
        api.get("version", code, user=None, headers=headers)
    api.get("version", 401, secret="wrong")
    api.get("version", 401, user="nobody")
    api.get("version", 401, user="out")
    api.get("version", 403, user="reg")
    answer, data = api.ask("GET", "version", user="nobody")
    assert answer.getheader("Content-Type") == "application/problem+json"
    assert data["status"] == 401 and data["title"] == "Unauthorized"
    port = api.get("domain-types/internal/actions/discover-receiver/invoke",
                   user=None)
    assert int(port) == api.site.port(8000)


def test_conventions(api):
    answer, _ = api.ask("GET", "version")
    assert answer.getheader("X-Checkmk-Edition") == "cre"
    assert answer.getheader("X-Checkmk-Version").startswith("2.4")
    # Ansible doubles slashes.
    assert api.get("/objects//host/web01")["id"] == "web01"
    api.get("objects/host/nobody", 404)
    api.get("objects/nothing/web01", 404)
    api.post("version", {}, 405)
    api.get("version", 406, headers={"Accept": "text/html"})
    path = "domain-types/acknowledge/collections/host"
    api.post(path, "{}", 415, headers={"Content-Type": "text/plain"})
    assert "line 1" in api.post(path, "{,", 400)["detail"]
    api.post(path, "[]", 400)
    wrong = api.post(path, {"acknowledge_type": "host", "hots_name": "web01",
                            "sticky": "perhaps"}, 400)
    assert set(wrong["fields"]) == {"hots_name", "host_name", "comment",
                                    "sticky"}
    api.post(path, "x" * 2_000_000, 413)
    doc = api.get("openapi.json")
    assert doc["openapi"].startswith("3.")
    assert "post" in doc["paths"]["/" + path]


def test_states(api):
    result(api, "web01", "HTTP", 2)
    hosts = api.get("domain-types/host/collections/all?columns=name"
                    "&columns=alias")
    assert {h["name"]: h["alias"] for h in extensions(hosts)} \
        == {"web01": "Web", "db01": "db01"}
    assert hosts["domainType"] == "host"
    query = {"op": "and", "expr": [
        {"op": "=", "left": "services.state", "right": "2"},
        {"op": "not", "expr": {"op": "~", "left": "host_name",
                               "right": "^db"}}]}
    for ask in (lambda: api.get(
            "domain-types/service/collections/all?query="
            + json.dumps(query).replace(" ", "%20").replace('"', "%22")),
            lambda: api.post("domain-types/service/collections/all",
                             {"query": query}, 200)):
        assert [s["id"] for s in ask()["value"]] == ["web01:HTTP"]
    assert len(api.get("objects/host/db01/collections/services"
                       "?columns=state")["value"]) == 2
    one = api.get("objects/host/web01/actions/show_service/invoke"
                  "?service_description=HTTP&columns=state"
                  "&columns=plugin_output&columns=perf_data")
    assert one["extensions"] == {"state": 2, "plugin_output": "by hand",
                                 "perf_data": "a=1"}
    for bad in ({"op": "=", "left": "name\nColumns", "right": "x"},
                {"op": "=", "left": "description", "right": "x\n\nGET log"},
                {"op": "between", "left": "state", "right": 1},
                {"op": "and", "expr": 1}, {"op": "="}):
        assert "query" in api.post("domain-types/service/collections/all",
                                   {"query": bad}, 400)["fields"]


def test_acknowledge(api):
    result(api, "web01", "HTTP", 2)
    path = "domain-types/acknowledge/collections/service"
    body = {"acknowledge_type": "service", "host_name": "web01",
            "service_description": "HTTP", "comment": "on; it\nnow"}
    api.post(path, body)
    # Done when the answer is there.
    assert api.site.query(
        "GET services", "Columns: acknowledged comments_with_info",
        "Filter: host_name = web01")[0][0] == 1
    comments = api.get("domain-types/comment/collections/all")
    assert extensions(comments)[0]["comment"] == "on; it now"
    assert extensions(comments)[0]["author"] == "rob"
    api.post("domain-types/acknowledge/actions/delete/invoke",
             {"acknowledge_type": "service", "host_name": "web01",
              "service_description": "HTTP"})
    assert api.site.query("GET services", "Columns: acknowledged",
                          "Filter: host_name = web01") == [[0]]
    # Of a group, problems are meant; a well service is told so.
    api.post(path, {"acknowledge_type": "servicegroup", "comment": "x",
                    "servicegroup_name": "http",
                    "expire_on": "2100-01-01T00:00:00Z"})
    api.post(path, {**body, "host_name": "db01"}, 422)
    api.post(path, {**body, "host_name": "nobody"}, 422)
    api.post(path, {"acknowledge_type": "service_by_query", "comment": "x",
                    "query": {"op": "=", "left": "host_name",
                              "right": "nobody"}}, 422)


def test_downtimes(api):
    path = "domain-types/downtime/"
    body = {"downtime_type": "service", "host_name": "db01",
            "service_descriptions": ["HTTP", "Load"],
            "start_time": "2100-01-01T10:00:00+01:00",
            "end_time": "2100-01-01T11:00:00+01:00", "recur": "week",
            "duration": 30, "comment": "patches"}
    api.post(path + "collections/service", body)
    api.post(path + "collections/host", {
        "downtime_type": "hostgroup", "hostgroup_name": "web",
        "start_time": "2100-01-01T10:00:00Z",
        "end_time": "2100-01-01T11:00:00Z"})
    found = api.get(path + "collections/all?host_name=db01")["value"]
    assert sorted(d["title"].split(": ")[1] for d in found) \
        == ["HTTP", "Load"]
    one = found[0]["extensions"]
    assert one["mode"] == {"type": "flexible", "duration_minutes": 30}
    assert one["recurring"] == "yes" and one["is_service"] is True
    assert one["author"] == "rob" and one["site_id"] == api.site.name
    number = int(found[0]["id"])
    assert api.get(f"objects/downtime/{number}")["extensions"] == one
    api.post(path + "actions/modify/invoke", {
        "modify_type": "by_id", "downtime_id": number,
        "end_time": "2100-01-01T12:00:00+01:00", "comment": "longer"},
        method="PUT")
    changed = api.get(f"objects/downtime/{number}")["extensions"]
    assert changed["comment"] == "longer"
    assert changed["end_time"] != one["end_time"]
    api.post(path + "actions/delete/invoke",
             {"delete_type": "by_id", "downtime_id": str(number)})
    api.get(f"objects/downtime/{number}", 404)
    api.post(path + "actions/delete/invoke",
             {"delete_type": "params", "host_name": "db01"})
    assert len(api.get(path + "collections/all")["value"]) == 1
    api.post(path + "actions/delete/invoke", {
        "delete_type": "query",
        "query": {"op": "~", "left": "comment", "right": "REST"}})
    assert api.get(path + "collections/all")["value"] == []
    # Nothing there to remove is no failure.
    api.post(path + "actions/delete/invoke",
             {"delete_type": "params", "host_name": "db01"})
    api.post(path + "collections/service", {
        **body, "end_time": body["start_time"]}, 400)
    api.post(path + "collections/service", {**body, "host_name": "x"}, 422)
    api.post(path + "collections/service", {
        **body, "start_time": "tomorrow"}, 400)


def test_comments(api):
    path = "domain-types/comment/"
    api.post(path + "collections/host", {
        "comment_type": "host", "host_name": "db01", "comment": "new disk",
        "persistent": True})
    found = api.get(path + "collections/host?host_name=db01")["value"]
    assert [c["title"] for c in found] == ["new disk"]
    assert api.get("objects/comment/" + found[0]["id"])["id"] \
        == found[0]["id"]
    api.post(path + "actions/delete/invoke",
             {"delete_type": "by_id", "comment_id": int(found[0]["id"])})
    assert api.get(path + "collections/host?host_name=db01")["value"] == []


def test_switches_and_checks(api):
    on_db = {"object_type": "host", "host_name": "db01"}
    api.post("domain-types/host/actions/disable_notifications/invoke", on_db)
    assert api.site.query("GET hosts", "Columns: notifications_enabled",
                          "Filter: name = db01") == [[0]]
    api.post("domain-types/host/actions/enable_notifications/invoke", on_db)
    api.post("domain-types/host/actions/reschedule/invoke", on_db)
    api.post("domain-types/host/actions/enter_result/invoke",
             {**on_db, "state": 1, "output": "gone"})
    assert api.get("objects/host/db01?columns=state")["extensions"] \
        == {"state": 1}
    api.post("domain-types/host/actions/enter_result/invoke",
             {**on_db, "state": 0, "output": "here"})


def test_events(api):
    path = "domain-types/event_console/"
    socket = api.site.root / "tmp/run/eventd/events"
    with open(socket, "w") as fifo:
        for program in ("one", "two"):
            fifo.write(f"<11>Nov 22 10:00:00 db01 {program}: broken\n")
    found = api.site.wait_for(
        lambda: len(api.get(path + "collections/all")["value"]) == 2
        and api.get(path + "collections/all")["value"], what="events")
    number = found[0]["id"]
    assert found[0]["extensions"]["state"] == "critical"
    assert found[0]["extensions"]["phase"] == "open"
    one = f"objects/event_console/{number}"
    assert api.get(one)["extensions"] == found[0]["extensions"]
    api.post(one + "/actions/update_and_acknowledge/invoke",
             {"change_comment": "seen; by me", "change_contact": "rob"})
    now = api.get(one)["extensions"]
    assert (now["phase"], now["owner"]) == ("ack", "rob")
    api.post(one + "/actions/change_state/invoke", {"new_state": "warning"})
    assert api.get(one)["extensions"]["state"] == "warning"
    api.get("objects/event_console/99999", 404)
    api.post(path + "actions/delete/invoke", {"filter_type": "params"}, 400)
    api.post(path + "actions/delete/invoke", {
        "filter_type": "params", "filters": {"application": "two"}})
    assert len(api.get(path + "collections/all")["value"]) == 1
    api.post(path + "actions/delete/invoke", {"filter_type": "all"})
    assert api.get(path + "collections/all")["value"] == []


def test_clients_questions(api):
    """What Grafana asks before it shows anything."""
    assert api.get("objects/user_config/ann", user="ann")["id"] == "ann"
    api.get("objects/user_config/rob", 403, user="ann")
    api.get("objects/user_config/nobody", 404)
    sites = api.get("domain-types/site_connection/collections/all")
    assert [s["id"] for s in sites["value"]] == [api.site.name]
    choices = api.post("objects/autocomplete/monitored_hostname",
                       {"value": "WEB", "parameters": {}}, 200)
    assert choices == {"choices": [{"id": "web01", "value": "web01"}]}
    choices = api.post("objects/autocomplete/monitored_service_description",
                       {"value": "", "parameters": {"context": {
                           "host": {"host": "db01"}}}}, 200)
    assert [c["id"] for c in choices["choices"]] \
        == ["HTTP", "Load"]
    api.post("objects/autocomplete/nothing", {"value": ""}, 404)


def test_metrics_for_prometheus(api):
    result(api, "web01", "HTTP", 1)
    text = api.get("metrics", base="")
    lines = dict(l.rsplit(" ", 1) for l in text.splitlines()
                 if not l.startswith("#"))
    assert lines['vedette_service_state{host="web01",service="HTTP"}'] == "1"
    assert lines['vedette_service_metric{host="web01",service="HTTP",'
                 'metric="a"}'] == "1"
    assert "vedette_site_checks" in text
    mine = api.get("metrics", base="", user="ann")
    assert "web01" in mine and "db01" not in mine
    assert "vedette_site" not in mine
    api.get("metrics", 401, base="", user=None)


def test_everybody_sees_and_does_what_they_may(api):
    """Every route that changes something, as a guest and as a user."""
    doc = api.get("openapi.json")
    for path, methods in doc["paths"].items():
        for method, route in methods.items():
            if "x-permission" not in route:
                continue
            path = path.replace("{event_id}", "1")
            api.post(path[1:], {}, 403, method=method.upper(), user="gus")
    # A guest sees all, a user what they are a contact for.
    for user, hosts in (("gus", 2), ("ann", 1)):
        found = api.get("domain-types/host/collections/all", user=user)
        assert len(found["value"]) == hosts
    api.get("objects/host/db01", 404, user="ann")
    assert api.get("objects/host/db01/collections/services",
                   user="ann")["value"] == []
    api.post("domain-types/acknowledge/collections/service",
             {"acknowledge_type": "service", "host_name": "db01",
              "service_description": "HTTP", "comment": "x"}, 422,
             user="ann")
    api.post("domain-types/host/actions/disable_notifications/invoke",
             {"object_type": "host", "host_name": "web01"}, 403, user="ann")


def test_a_cookie_needs_our_header(api):
    body = json.dumps({"name": "admin", "password": ADMIN_PASSWORD})
    answer, _ = api.ask("POST", "console/login", body, user=None, base="",
                        headers={"X-Vedette": "1"})
    cookie = {"Cookie": answer.getheader("Set-Cookie").split(";")[0]}
    api.get("version", user=None, headers=cookie)
    body = {"comment_type": "host", "host_name": "db01", "comment": "x"}
    path = "domain-types/comment/collections/host"
    api.post(path, body, 403, user=None, headers=cookie)
    api.post(path, body, 204, user=None,
             headers={**cookie, "X-Vedette": "1"})
    # Programs do not use the console.
    answer, _ = api.ask("POST", "console/login",
                        json.dumps({"name": "rob", "password": SECRET}),
                        user=None, base="", headers={"X-Vedette": "1"})
    assert answer.status == 403


def test_core_that_is_gone(api):
    """Words and a time to come back, and nothing that hangs."""
    api.site.ok("stop", "core")
    began = time.monotonic()
    comment = ("POST", "domain-types/comment/collections/host", {
        "comment_type": "host", "host_name": "db01", "comment": "x"})
    answer, doc = api.ask(*comment)
    assert answer.status == doc["status"] == 503, doc
    assert "core" in doc["detail"] and answer.getheader("Retry-After")
    assert time.monotonic() - began < 20
    api.site.ok("start", "core")
    api.site.wait_for(lambda: api.ask(*comment)[0].status == 204, what="core")
    api.post("domain-types/comment/actions/delete/invoke",
             {"delete_type": "params", "host_name": "db01"})


# --- what other people's programs send, to the letter -----------------------

def literal(api, method, url, body=None, headers=None, code=204):
    """A request as it stands in a client's source."""
    c = http.client.HTTPConnection("127.0.0.1", api.port, timeout=30)
    c.request(method, url, None if body is None else json.dumps(body), {
        "Accept": "application/json", "Content-Type": "application/json",
        "Authorization": f"Bearer rob {SECRET}", **(headers or {})})
    answer = c.getresponse()
    data = answer.read()
    assert answer.status == code, (url, answer.status, data)
    return json.loads(data) if data else None


def test_ansible(api):
    """The module checkmk.general.downtime and the look-ups `downtime` and
    `downtimes`: it asks first, for it is to change nothing twice."""
    base = f"//{api.site.name}/check_mk/api/1.0/"   # https://server//site/...

    def there(host, *services):
        """As _get_current_downtimes() has it."""
        filters = []
        if len(services) > 1:
            filters = ['{"op": "or", "expr": [%s]}' % ", ".join(
                '{"op": "~", "left": "service_description", "right": "%s"}'
                % s for s in services)]
        elif services:
            filters = ['{"op": "~", "left": "service_description", '
                       '"right": "%s"}' % services[0]]
        filters += ['{"op": "=", "left": "is_service", "right": "%d"}'
                    % bool(services),
                    '{"op": "~", "left": "host_name", "right": "%s"}' % host,
                    '{"op": "~", "left": "comment", "right": "patches"}']
        query = '{"op": "and", "expr": [%s]}' % ", ".join(filters)
        found = literal(api, "GET", base +
                        "/domain-types/downtime/collections/all?" +
                        urllib.parse.urlencode({"query": query}), code=200)
        return query, sorted(d["title"].split(":")[1].strip()
                             for d in found["value"])
    for host, services in (("web01", []), ("db01", ["HTTP", "Load"])):
        assert there(host, *services)[1] == []
        params = {"downtime_type": "service" if services else "host",
                  "start_time": "2100-03-24T20:39:28Z",
                  "end_time": "2100-03-24T20:40:28Z", "duration": 0,
                  "recur": "fixed", "comment": "patches", "host_name": host}
        if services:
            params["service_descriptions"] = services
        literal(api, "POST", base + "/domain-types/downtime/collections/"
                + params["downtime_type"], params)
        query, found = there(host, *services)
        assert found == services or found == [host]
    every = literal(api, "GET", base +
                    "/domain-types/downtime/collections/all?downtime_type=both",
                    code=200)["value"]
    assert len(every) == 3
    for number, wanted in ((1, "host_name=web01&downtime_type=host"),
                           (1, "host_name=db01&service_description=oad"),
                           (0, "host_name=web01&downtime_type=service")):
        found = literal(api, "GET", base +
                        "/domain-types/downtime/collections/all?" + wanted,
                        code=200)
        assert len(found["value"]) == number, wanted
    one = literal(api, "GET", base +
                  "/domain-types/downtime/collections/all?" +
                  urllib.parse.urlencode({"query": json.dumps({
                      "op": "=", "left": "id", "right": every[0]["id"]})}),
                  code=200)
    assert [d["id"] for d in one["value"]] == [every[0]["id"]]
    literal(api, "POST", base + "/domain-types/downtime/actions/delete/invoke",
            {"delete_type": "query", "query": query})
    assert there("db01", "HTTP", "Load")[1] == []
    # Without a comment the module sends null, and all are meant.
    literal(api, "POST", base + "/domain-types/downtime/collections/service",
            {**params, "comment": None})
    literal(api, "POST", base + "/domain-types/downtime/actions/delete/invoke",
            {"delete_type": "query", "query": '{"op": "and", "expr": '
             '[{"op": "~", "left": "host_name", "right": "."}]}'})
    assert api.get("domain-types/downtime/collections/all")["value"] == []


def test_nagstamon(api):
    """Its downtimes since Checkmk 2.3: a person's own password as Bearer."""
    url = f"/{api.site.name}/check_mk/api/1.0/domain-types/downtime/collections/"
    ann = {"Authorization": f"Bearer ann {SECRET}"}
    version = literal(api, "GET", f"/{api.site.name}/check_mk/api/1.0/version",
                      headers=ann, code=200)["versions"]["checkmk"]
    assert [int(x) for x in version.split(".")[:2]] >= [2, 3]
    params = {"start_time": "2100-03-24T20:39:00+01:00",
              "end_time": "2100-03-24T22:39:00+01:00",
              "comment": "ann: patches", "downtime_type": "host",
              "host_name": "web01"}
    literal(api, "POST", url + "host", params, ann)
    literal(api, "POST", url + "service", {
        **params, "duration": 2 * 60 + 15, "downtime_type": "service",
        "service_descriptions": ["HTTP"]}, ann)
    rows = api.site.query("GET downtimes", "Columns: author comment is_service "
                          "fixed duration", "Sort: is_service asc")
    assert rows == [["ann", "ann: patches", 0, 1, 0],
                    ["ann", "ann: patches", 1, 0, 8100]]
    api.post("domain-types/downtime/actions/delete/invoke",
             {"delete_type": "params", "host_name": "web01"})


def test_grafana(api):
    """The data source: testing it, variables, the query editor."""
    base = f"/{api.site.name}/check_mk/api/1.0"
    who = literal(api, "GET", base + "/objects/user_config/rob", code=200)
    assert who["extensions"]["auth_option"]["auth_type"] == "automation"
    who = literal(api, "GET", base + "/objects/user_config/ann", code=200)
    assert who["extensions"]["auth_option"]["auth_type"] == "password"
    # A list's parameters without a filter: an empty query, no sites.
    sites = literal(api, "GET", base + "/domain-types/site_connection/"
                    "collections/all?query=%7B%7D", code=200)["value"]
    assert [s["extensions"]["basic_settings"]["site_id"] for s in sites] == [
        api.site.name]

    def find(kind, query, column, sites=""):
        found = literal(
            api, "GET", f"{base}/domain-types/{kind}/collections/all?query="
            f"{urllib.parse.quote(json.dumps(query))}&{sites}&columns="
            f"{column}", code=200)
        return sorted(o["extensions"][column] for o in found["value"])
    assert find("host", {}, "name") == ["db01", "web01"]
    assert find("host", {}, "name", f"sites={api.site.name}") == [
        "db01", "web01"]
    for op, right, hosts in (("~~", "WEB", ["web01"]), ("!~~", "web", ["db01"])):
        assert find("host", {"op": "and", "expr": [{
            "op": op, "left": "hosts.name", "right": right}]}, "name") == hosts
    for op, hosts in ((">=", ["web01"]), ("!>=", ["db01"])):
        assert find("host", {"op": "and", "expr": [{
            "op": op, "left": "hosts.groups", "right": "web"}]},
            "name") == hosts
    for op, services in ((">=", ["HTTP"]), ("!>=", ["HTTP", "Load"])):
        assert find("service", {"op": "and", "expr": [{
            "op": op, "left": "services.host_groups", "right": "web"}]},
            "description") == services
    assert find("service", {"op": "and", "expr": [
        {"op": "=", "left": "services.host_name", "right": "db01"},
        {"op": "=", "left": "services.host_labels", "right": "'a' 'b'"}]},
        "description") == []
    for op, hosts in (("=", ["db01"]), ("!=", ["web01"])):
        assert find("host", {"op": "and", "expr": [{
            "op": op, "left": "hosts.tags", "right": "'place' 'north'"}]},
            "name") == hosts

    def choices(kind, value="", **parameters):
        found = literal(api, "POST", f"{base}/objects/autocomplete/{kind}",
                        {"value": value, "parameters": parameters}, code=200)
        return [c["id"] for c in found["choices"]]
    site = {"siteopt": {"site": api.site.name}}
    assert choices("sites", strict=False, context={}) == [api.site.name]
    assert choices("monitored_hostname", "b0", strict="with_source",
                   context=site) == ["db01", "web01"]
    assert choices("monitored_service_description", strict=True,
                   context={**site, "host": {"host": "db01"}}) == [
                       "HTTP", "Load"]
    assert choices("monitored_service_description", "tt", strict=True,
                   context=site) == ["HTTP"], "each once"
    assert choices("allgroups", group_type="host", context=site) == ["web"]
    assert choices("allgroups", group_type="service") == ["http"]
    assert choices("allgroups", group_type="contact", context={}
                   ) == ["admins", "team"]
    assert "place" in choices("tag_groups", strict=True, context=site)
    assert choices("tag_groups", "LAC", context=site) == ["place"]
    assert set(choices("tag_groups_opt", group_id="place")) == {
        "north", "south"}
    assert choices("tag_groups_opt", group_id="none", strict=True) == []
    result(api, "web01", "HTTP", 0)
    of_http = {**site, "host": {"host": "web01"}, "service": {"service": "HTTP"}}
    assert choices("monitored_metrics", strict="with_source",
                   context=of_http) == ["a"]
    assert choices("available_graphs", strict="with_source",
                   context=of_http) == ["METRIC_a"]
    for kind, name in (("single_metric", {"metric_id": "a"}),
                       ("predefined_graph", {"graph_id": "METRIC_a"})):
        graph = literal(api, "POST", base + "/domain-types/metric/actions/get/"
                        "invoke", {
                            "host_name": "web01", "service_description": "HTTP",
                            "type": kind, "time_range": {
                                "start": "2026-01-01T00:00:00.000Z",
                                "end": "2026-01-01T01:00:00.000Z"}, **name,
                            "site": api.site.name}, code=200)
        assert graph["step"] > 0 and {"start", "end"} == set(
            graph["time_range"])
    # By an empty query nobody changes everything.
    api.post("domain-types/downtime/collections/host", {
        "downtime_type": "host_by_query", "query": {},
        "start_time": "2100-01-01T10:00:00Z",
        "end_time": "2100-01-01T11:00:00Z"}, 400)
