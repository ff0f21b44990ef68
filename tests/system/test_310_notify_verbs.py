# SPDX-License-Identifier: Apache-2.0
"""`vedette notify`: what was done, what would be done, once more."""
import subprocess
import time

import conftest
import pytest
from test_300_notify import CONFIG

RULES = [
    {"id": "mail_all", "description": "everybody", "method": "note",
     "to": {"object_contacts": True}},
    {"id": "only_down", "method": "note", "when": {"host_events": ["?d"]},
     "to": {"users": ["bob"]}},
    {"id": "not_ann", "method": "note", "cancel": True,
     "to": {"users": ["ann"]}},
    {"id": "down_ends", "method": "note", "when": {"host_events": ["dr"]},
     "to": {"users": ["bob"]}}]


@pytest.fixture
def notified(root):
    """One problem was told to bob by a script that fails for good."""
    site = root.create(settings={"fetcher": {"workers": 1}},
                       config={**CONFIG, "notification_rules": RULES})
    site.write("local/share/vedette/notifications/note",
               "#!/bin/sh\n# Note\necho no paper\nexit 2\n", 0o755)
    site.start()
    site.wait_for(lambda: site.service("web01", "HTTP"), what="HTTP")
    site.command("PROCESS_SERVICE_CHECK_RESULT;web01;HTTP;2;no answer")
    site.wait_for(lambda: [n for n in site.ok("notify", "list",
                                              "--json").json()
                           if n["deliveries"]
                           and n["deliveries"][0]["state"] == "failed"],
                  what="the failed delivery")
    return site


def test_list_show_and_resend(notified):
    site = notified
    one, = site.ok("notify", "list", "--failed", "--json").json()
    assert (one["host"], one["service"], one["what"]) == (
        "web01", "HTTP", "PROBLEM")
    assert abs(one["time"] - time.time()) < 60
    delivery, = one["deliveries"]
    assert (delivery["contact"], delivery["code"], delivery["text"],
            delivery["rule"]) == ("bob", 2, "no paper", "mail_all")
    assert "bob/note failed" in site.ok("notify", "list").out
    query = "GET notifications\nColumns: id host_name contact method state " \
        "code output host_alias service_state\nFilter: state = failed\n"
    assert site.query(query) == [[one["id"], "web01", "bob", "note", "failed",
                                  2, "no paper", "web01", 2]]
    assert site.query("GET notifications\nStats: tries = 1\n"
                      "AuthUser: bob\n") == [[1]]
    assert site.query("GET notifications\nStats: tries = 1\n"
                      "AuthUser: nobody\n") == [[0]]
    shown = site.ok("notify", "show", one["id"]).out
    assert "SERVICEOUTPUT=no answer" in shown and "no paper" in shown
    done = site.run("notify", "show", "nosuch")
    assert done.code == 1 and "nosuch" in done.err
    assert site.ok("notify", "list", "--host", "other").out.startswith(
        "There are no")
    site.write("local/share/vedette/notifications/note",
               "#!/bin/sh\n# Note\necho printed\n", 0o755)
    again, = site.ok("notify", "resend", one["id"], "--json").json()
    site.wait_for(lambda: site.ok(
        "notify", "show", again, "--json").json()["deliveries"][0]["state"]
        == "done", what="the second try")
    assert site.run("notify", "resend").code == 1


def test_explain_what_was_sent_and_what_is_held_back(notified):
    site = notified
    one, = site.ok("notify", "explain", "--last", "1", "--json").json()
    assert [(r["id"], r["match"]) for r in one["rules"]] == [
        ("mail_all", True), ("only_down", False), ("not_ann", True),
        ("down_ends", False)]
    assert [(p["contact"], p["method"], p["rule"]) for p in one["plan"]] == [
        ("bob", "note", "mail_all")]
    assert one["suppressed"] is None and one["what"] == "PROBLEM"
    site.command("ACKNOWLEDGE_SVC_PROBLEM;web01;HTTP;2;0;0;ann;on it")
    held, = site.ok("notify", "explain", "web01", "HTTP", "--json").json()
    assert held["suppressed"] == "acknowledged"
    site.command("DISABLE_SVC_NOTIFICATIONS;web01;HTTP")
    site.wait_for(lambda: site.service(
        "web01", "HTTP", "notifications_enabled")["notifications_enabled"]
        == 0, what="the switch")
    held, = site.ok("notify", "explain", "web01", "HTTP", "--json").json()
    assert held["suppressed_by"] == ["notifications are disabled",
                                     "acknowledged"]
    # The same by Livestatus.
    rows = site.query(
        "GET notification_explain\nColumns: what rule match contact method "
        "state suppressed_by host_alias\nFilter: host_name = web01\n"
        "Filter: service_description = HTTP\n")
    assert [row[:3] for row in rows] == [
        ["rule", r["id"], int(r["match"])] for r in held["rules"]] + [
        ["told", p["rule"], 1] for p in held["plan"]] + [
        ["not told", "", 0] for _ in held["contacts"]]
    assert ["told", "mail_all", 1, "bob", "note", 2, held["suppressed_by"],
            "web01"] in rows
    assert site.query("GET notification_explain\nColumns: time type state\n"
                      "Filter: host_name = web01\nFilter: time = 1772438400\n"
                      "Filter: type = RECOVERY\nLimit: 1\n") == [
        [1772438400, "RECOVERY", 0]]
    assert site.query("GET notification_rules\nColumns: number id action "
                      "method when\nFilter: id ~ ^(only|not)_\n") == [
        [2, "only_down", "add", "note", '{"host_events":["?d"]}'],
        [3, "not_ann", "cancel", "note", ""]]
    assert held["plan"][0]["contact"] == "bob"
    same, = site.ok("notify", "explain", "--host", "web01", "--service",
                    "HTTP", "--json").json()
    assert same["plan"] == held["plan"]
    stored, = site.ok("notify", "explain", "--id", one["id"], "--type",
                      "CUSTOM", "--json").json()
    assert (stored["id"], stored["what"]) == (one["id"], "CUSTOM")
    assert site.run("notify", "explain", "--id", "nosuch").code == 1
    text = site.ok("notify", "explain", "web01", "HTTP").out
    assert "web01 / HTTP is CRIT (hard): no answer" in text
    assert "Held back by the core" in text and "mail_all" in text
    down = site.ok("notify", "explain", "web01").out
    assert "web01 is well. If it were DOWN" in down and "only_down" in down
    for wrong in (["nosuch"], ["web01", "nosuch"], []):
        done = site.run("notify", "explain", *wrong)
        assert done.code == 1 and done.err.startswith("vedette: notify: ")


def test_test_sends_only_when_told_to(notified):
    site = notified
    before = len(site.ok("notify", "list", "--json").json())
    one, = site.ok("notify", "test", "--host", "web01", "--service", "HTTP",
                   "--state", "WARN", "--json").json()
    assert one["plan"][0]["contact"] == "bob"
    assert len(site.ok("notify", "list", "--json").json()) == before
    # An end of a problem has had one; who says from where decides.
    for more, match in (([], True), (["--from", "UNREACH"], False)):
        end, = site.ok("notify", "test", "--host", "web01", "--state", "UP",
                       *more, "--json").json()
        assert end["what"] == "RECOVERY"
        assert [r["match"] for r in end["rules"]
                if r["id"] == "down_ends"] == [match]
    sent, = site.ok("notify", "test", "--host", "web01", "--state", "DOWN",
                    "--method", "note", "--send", "--json").json()
    site.wait_for(lambda: site.ok("notify", "show", sent, "--json").json()[
        "deliveries"], what="the test's delivery")
    site.wait_for(lambda: [line for line in site.history()
                           if "HOST NOTIFICATION" in line and "test" in line],
                  what="the mark in the history")
    for wrong in (["--host", "web01"],
                  ["--host", "web01", "--state", "ODD"],
                  ["--host", "web01", "--state", "DOWN", "--at", "never"],
                  ["--host", "web01", "--state", "DOWN", "--type", "ODD"],
                  ["--host", "web01", "--state", "DOWN", "--from", "ODD"],
                  ["--host", "web01", "--state", "DOWN", "--number", "0"]):
        done = site.run("notify", "test", *wrong)
        assert done.code == 1 and done.err.startswith("vedette: notify: ")


def test_status_rules_key_and_a_stopped_site(notified):
    site = notified
    status = site.ok("notify", "status", "--json").json()
    assert set(status["spool"]) >= {"new", "deferred", "waiting",
                                    "processing", "failed"}
    assert status["peers"] == []
    assert status["counters"]["duplicates_dropped"] == 0
    assert "spool failed" in site.ok("notify", "status").out
    # NT-15: the same as a service of the site's own.
    assert status["health"]["state"] == 2
    done = subprocess.run(
        [conftest.BUILD / "lib/nagios/plugins/check_notifications"],
        env={"OMD_ROOT": str(site.path(""))}, capture_output=True,
        text=True, timeout=60)
    assert done.returncode == 2, done
    assert done.stdout.startswith("CRITICAL - 1 delivery that was given up")
    assert "|waiting=0 queue_age=0s;60;600 " in done.stdout
    rows = site.ok("notify", "rules", "--json").json()
    assert [(r["number"], r["id"], r["what"]) for r in rows] == [
        (1, "mail_all", "add"), (2, "only_down", "add"),
        (3, "not_ann", "cancel"), (4, "down_ends", "add")]
    assert len(site.ok("notify", "key").out.strip()) == 40
    assert site.ok("notify", "key", "--json").json() == {
        "key": site.ok("notify", "key").out.strip()}
    assert site.run("notify", "nosuch").code == 1
    site.stop()
    done = site.run("notify", "status")
    assert done.code == 1 and "vedette status" in done.err
    done = subprocess.run(
        [conftest.BUILD / "lib/nagios/plugins/check_notifications", "-s",
         site.path("tmp/run/bus/notifyd.sock")], capture_output=True,
        text=True, timeout=60)
    assert done.returncode == 2 and "does not answer" in done.stdout
