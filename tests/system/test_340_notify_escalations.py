# SPDX-License-Identifier: Apache-2.0
"""A problem that goes on is told step by step, until somebody has it."""
import os
import signal

from test_300_notify import CONFIG

NEXT = {"after": "10m", "to": {"users": ["bob"]}}
RULES = [{"id": name, "method": "note", "escalation": name,
          "when": {"services": [f"{name}$"]}}
         for name in ("quick", "slow", "again")]
CONFIG = {
    **CONFIG,
    "contacts": {**CONFIG["contacts"], "eve": {"email": "eve@example.com"}},
    "services": [{"hosts": ["web01"], "description": rule["id"],
                  "check": "passive", "contact_groups": ["team"]}
                 for rule in RULES],
    "escalation_policies": {
        "quick": {"steps": [
            {"after": "0s", "to": {"users": ["ann"]}},
            {"after": "1s", "to": {"users": ["bob"]}},
            {"after": "2s", "to": {"users": ["eve"]}}],
            "every": "1h", "repeat": 1},
        "slow": {"steps": [{"after": "0s", "to": {"users": ["ann"]}}, NEXT]},
        "again": {"ack_timeout": "1s", "steps": [
            {"after": "0s", "to": {"users": ["ann"]}}, NEXT]}},
    "notification_rules": RULES}


def test_until_somebody_has_it(root):
    site = root.create(settings={"fetcher": {"workers": 1}}, config=CONFIG)
    out = site.path("var", "notes")
    site.write("local/share/vedette/notifications/note",
               "#!/bin/sh\n# Note\necho \"$NOTIFY_SERVICEDESC "
               "$NOTIFY_DELIVERY_ID $NOTIFY_NOTIFICATIONTYPE $NOTIFY_CONTACTNAME "
               "$NOTIFY_ESCALATION_STEP $NOTIFY_NOTIFICATIONCOMMENT\" >> "
               f"{out}\n", 0o755)
    site.start()
    site.wait_for(lambda: site.service("web01", "quick"), what="the service")

    def told(name):
        # A script that a killed notifier left begins again, with its id.
        lines = out.read_text().split("\n")[:-1] if out.exists() else []
        once = dict(line.split(" ", 2)[1:] for line in lines
                    if line.startswith(f"{name} "))
        return [text.strip() for text in once.values()]

    def running():
        return site.ok("notify", "status", "--json").json()["counters"][
            "escalations_running"]

    def state(name, code):
        site.command(f"PROCESS_SERVICE_CHECK_RESULT;web01;{name};{code};x")

    def kill(daemon):
        old = site.pids(daemon)[0]
        os.kill(old, signal.SIGKILL)
        site.wait_for(lambda: site.pids(daemon) not in ([], [old])
                      and site.status()[0][daemon]["state"] == "running",
                      what=f"{daemon} back")

    # Step by step, over a kill, and the recovery to all who know.
    state("quick", 2)
    site.wait_for(lambda: told("quick"), what="the first step")
    kill("notifyd")
    steps = ["PROBLEM ann", "PROBLEM bob 2", "PROBLEM eve 3"]
    site.wait_for(lambda: len(told("quick")) >= 3, what="all steps")
    assert told("quick") == steps
    assert running() == 1  # the second round is to come
    state("quick", 0)
    site.wait_for(lambda: len(told("quick")) >= 6, what="the recovery")
    assert sorted(told("quick")[3:]) == [
        "RECOVERY ann", "RECOVERY bob", "RECOVERY eve"]
    assert running() == 0

    # An acknowledgement that nobody is told of; both daemons die behind it.
    state("slow", 2)
    site.wait_for(lambda: told("slow") and running() == 1, what="the problem")
    site.command("ACKNOWLEDGE_SVC_PROBLEM;web01;slow;2;0;0;ann;on it")
    site.wait_for(lambda: running() == 0, what="its end")
    kill("core")
    kill("notifyd")
    site.wait_for(lambda: site.service("web01", "slow")["state"] == 2,
                  what="core's state")
    assert running() == 0
    assert told("slow") == ["PROBLEM ann"]
    one, = site.ok("notify", "list", "--service", "slow", "--json").json()
    assert one["what"] == "PROBLEM", one

    # With ack_timeout it begins anew, and a downtime of the host ends it.
    state("again", 2)
    site.wait_for(lambda: told("again") and running() == 1, what="the problem")
    site.command("ACKNOWLEDGE_SVC_PROBLEM;web01;again;2;0;0;ann;on it")
    site.wait_for(lambda: len(told("again")) == 2, what="once more")
    assert told("again") == [
        "PROBLEM ann", "PROBLEM ann 1 acknowledged, but not solved in time"]
    assert running() == 1
    site.command("DISABLE_NOTIFICATIONS")
    site.command("SCHEDULE_HOST_DOWNTIME;web01;1;4000000000;1;0;0;ann;x")
    site.wait_for(lambda: running() == 0, what="the end by a downtime")
    assert told("again")[2:] == []
