# SPDX-License-Identifier: Apache-2.0
"""SNMP traps and informs with net-snmp's own senders."""
import json
import re
import shutil
import socket
import subprocess

import conftest
import pytest

RULES = [{"id": "all", "when": {"facility": "snmptrap"}, "state": "WARN"}]
ENGINE = "8000000005aabbccddee"
USERS = [
    {"name": "plain", "engine_ids": [ENGINE]},
    {"name": "signed", "engine_ids": [ENGINE],
     "auth": ["sha256", {"file": "etc/vedette/signed.secret"}]},
    {"name": "sealed", "engine_ids": ["0x" + ENGINE.upper()],
     "auth": ["sha", "authsecret"], "priv": ["aes", "privsecret"]},
    {"name": "sealed256", "auth": ["sha512", "authsecret"],
     "priv": ["aes256", "privsecret"], "engine_ids": [ENGINE]},
    {"name": "learner", "learn": True, "auth": ["md5", "authsecret"]},
]
LEVELS = {
    "plain": ["-l", "noAuthNoPriv"],
    "signed": ["-l", "authNoPriv", "-a", "SHA-256", "-A", "filesecret"],
    "sealed": ["-l", "authPriv", "-a", "SHA", "-A", "authsecret",
               "-x", "AES", "-X", "privsecret"],
    "sealed256": ["-l", "authPriv", "-a", "SHA-512", "-A", "authsecret",
                  "-x", "AES-256", "-X", "privsecret"],
    "learner": ["-l", "authNoPriv", "-a", "MD5", "-A", "authsecret"],
}


class Traps:
    """A site that listens, and net-snmp's senders."""

    def __init__(self, site):
        self.site = site
        self.to = f"127.0.0.1:{site.port(162)}"

    def send(self, tool, *args):
        return subprocess.run([tool, "-r", "0", "-t", "10", *args],
                              env={"MIBS": "", "PATH": "/usr/bin"},
                              capture_output=True, text=True, timeout=30)

    def ask(self, table, columns, *lines):
        rows = json.loads(self.site.events(
            f"GET {table}", f"Columns: {columns}", *lines,
            "OutputFormat: json", ""))
        return rows[1:]

    def events(self):
        return self.ask("events", "event_id event_host event_ipaddress "
                        "event_application event_text event_facility "
                        "event_priority event_pid")

    def status(self, column):
        return self.ask("status", "status_" + column)[0][0]

    def drop(self):
        ids = ",".join(str(row[0]) for row in self.events())
        if ids:
            self.site.events(f"COMMAND DELETE;{ids};test", "")

    def one(self, tool, *args):
        """The only event that this makes, without its id."""
        self.drop()
        done = self.send(tool, *args)
        assert done.returncode == 0, done
        self.site.wait_for(self.events, what="an event of the trap")
        rows = self.events()
        assert len(rows) == 1
        return rows[0][1:]

    def refused(self, reason, *args):
        """Sent for nothing: that counter grows, the log says why."""
        before = self.status("traps_refused_" + reason)
        self.send("snmptrap", *args)
        self.site.wait_for(
            lambda: self.status("traps_refused_" + reason) == before + 1,
            what=f"a trap refused for its {reason}")


@pytest.fixture(scope="module")
def module_root():
    root = conftest.Root()
    yield root
    root.remove()


@pytest.fixture(scope="module")
def traps(module_root):
    if not shutil.which("snmptrap"):
        pytest.skip("snmptrap is not installed")
    site = module_root.create(config={"event_rules": RULES})
    site.write("etc/vedette/signed.secret", "filesecret\n", mode=0o600)
    site.settings({
        "fetcher": {"workers": 1}, "listen": {"traps": {"enabled": True}},
        "eventd": {"snmp": {"communities": ["public", "other"],
                            "users": USERS}}})
    site.activate()
    site.start()
    yield Traps(site)
    site.check_logs()


LINK_DOWN = ["1.3.6.1.2.1.2.2.1.1.7", "i", "7",
             "1.3.6.1.2.1.31.1.1.1.18.7", "s", "to the roof",
             "1.3.6.1.4.1.5.1", "x", "00ff10",
             "1.3.6.1.4.1.5.2", "a", "192.0.2.3",
             "1.3.6.1.4.1.5.3", "o", "1.3.6.1.4.1.9",
             "1.3.6.1.4.1.5.4", "c", "4294967295",
             "1.3.6.1.4.1.5.5", "t", "4200"]
AS_TEXT = ("1.3.6.1.2.1.2.2.1.1.7: 7, "
           "1.3.6.1.2.1.31.1.1.1.18.7: to the roof, "
           "1.3.6.1.4.1.5.1: 00:ff:10, 1.3.6.1.4.1.5.2: 192.0.2.3, "
           "1.3.6.1.4.1.5.3: 1.3.6.1.4.1.9, "
           "1.3.6.1.4.1.5.4: 4294967295, 1.3.6.1.4.1.5.5: 4200")


def test_traps_and_informs_of_each_version(traps):
    want = ["127.0.0.1", "127.0.0.1", "1.3.6.1.6.3.1.1.5.3",
            "Uptime: 1 day, 0:00:00.01, " + AS_TEXT, 31, 5, 0]
    for tool in ("snmptrap", "snmpinform"):
        assert traps.one(tool, "-v2c", "-c", "public", traps.to, "8640001",
                         "1.3.6.1.6.3.1.1.5.3", *LINK_DOWN) == want
    for user, level in LEVELS.items():
        v3 = ["-v3", "-u", user, *level]
        assert traps.one("snmpinform", *v3, traps.to, "8640001",
                         "1.3.6.1.6.3.1.1.5.3", *LINK_DOWN) == want, user
        assert traps.one("snmptrap", *v3, "-e", "0x" + ENGINE, traps.to,
                         "8640001", "1.3.6.1.6.3.1.1.5.3",
                         *LINK_DOWN) == want, user
    assert traps.status("informs") == 6
    assert traps.status("trap_engines_learned") == 1
    assert f"learned engine id {ENGINE}" in traps.site.log("eventd")


def test_version_1_is_turned_into_version_2(traps):
    assert traps.one("snmptrap", "-v1", "-c", "other", traps.to,
                     "1.3.6.1.4.1.5", "192.0.2.9", "6", "17", "1",
                     "1.3.6.1.4.1.5.1", "i", "-3") == [
        "127.0.0.1", "127.0.0.1", "1.3.6.1.4.1.5.0.17",
        "Uptime: 0:00:00.01, 1.3.6.1.4.1.5.1: -3, "
        "1.3.6.1.6.3.18.1.3.0: 192.0.2.9, "
        "1.3.6.1.6.3.1.1.4.3.0: 1.3.6.1.4.1.5", 31, 5, 0]
    row = traps.one("snmptrap", "-v1", "-c", "public", traps.to,
                    "1.3.6.1.4.1.5", "", "2", "0", "1")
    assert row[2] == "1.3.6.1.6.3.1.1.5.3"


def test_ipv6(traps):
    row = traps.one("snmptrap", "-v2c", "-c", "public",
                    f"udp6:[::1]:{traps.site.port(162)}", "1",
                    "1.3.6.1.6.3.1.1.5.1")
    assert row[:4] == ["::1", "::1", "1.3.6.1.6.3.1.1.5.1",
                       "Uptime: 0:00:00.01"]


def test_what_is_not_authorised_is_refused_with_its_reason(traps):
    trap = [traps.to, "1", "1.3.6.1.6.3.1.1.5.1"]
    v3 = ["-v3", "-e", "0x" + ENGINE]
    traps.refused("community", "-v2c", "-c", "Public", *trap)
    traps.refused("user", *v3, "-u", "nobody", *LEVELS["plain"], *trap)
    traps.refused("engine", "-v3", "-e", "0x80000000050102030405",
                  "-u", "plain", *LEVELS["plain"], *trap)
    traps.refused("level", *v3, "-u", "sealed", "-l", "authNoPriv",
                  "-a", "SHA", "-A", "authsecret", *trap)
    traps.refused("key", *v3, "-u", "signed", "-l", "authNoPriv",
                  "-a", "SHA-256", "-A", "wrongsecret", *trap)
    traps.refused("privacy", *v3, "-u", "sealed", *LEVELS["sealed"][:-1],
                  "wrongsecret", *trap)
    # Learning needs the secret.
    traps.refused("key", "-v3", "-e", "0x80000000050102030405",
                  "-u", "learner", "-l", "authNoPriv", "-a", "MD5",
                  "-A", "wrongsecret", *trap)
    assert traps.status("trap_engines_learned") == 1
    assert traps.status("traps_refused") == 7
    log = traps.site.log("eventd")
    assert re.search(r"trap of 127\.0\.0\.1 refused: its engine id is not in "
                     r"the user's engine_ids, user \"plain\", engine id "
                     r"80000000050102030405", log)
    assert "secret" not in log.replace("check the secret", "")


# event-console.md 21.4
INFORM = bytes.fromhex(
    "305302010104067075626c6963a6460202032f020100020100303a300e06082b06010201"
    "010300430201f43017060a2b06010603010104010006092b0601060301010504300f060a"
    "2b060102010202010107020107")


def test_an_inform_that_is_repeated_is_answered_and_taken_once(traps):
    traps.drop()
    before = traps.status("informs_repeated")
    answer = INFORM[:13] + b"\xa2" + INFORM[14:]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(20)
        s.connect(("127.0.0.1", traps.site.port(162)))
        for _ in range(3):
            s.send(INFORM)
            assert s.recv(2000) == answer
    # The answer says that the event is durable.
    assert [row[3:5] for row in traps.events()] == [
        ["1.3.6.1.6.3.1.1.5.4", "Uptime: 0:00:05.00, 1.3.6.1.2.1.2.2.1.1.7: 7"]]
    assert traps.status("informs_repeated") == before + 2


def test_users_change_without_losing_the_socket(traps):
    site = traps.site
    pid = site.pids("eventd")
    trap = [traps.to, "1", "1.3.6.1.6.3.1.1.5.1"]
    new = {"name": "new", "auth": ["sha256", "newsecret"],
           "engine_ids": [ENGINE]}
    site.settings({
        "fetcher": {"workers": 1}, "listen": {"traps": {"enabled": True}},
        "eventd": {"snmp": {"communities": ["changed"], "users": [new],
                            "relays": ["127.0.0.0/8"]}}})
    site.activate()
    assert site.pids("eventd") == pid
    traps.refused("community", "-v2c", "-c", "public", *trap)
    traps.refused("user", "-v3", "-u", "signed", "-e", "0x" + ENGINE,
                  *LEVELS["signed"], *trap)
    traps.one("snmptrap", "-v3", "-u", "new", "-e", "0x" + ENGINE, "-l",
              "authNoPriv", "-a", "SHA-256", "-A", "newsecret", *trap)
    # A relay speaks for others, in both versions.
    assert traps.one("snmptrap", "-v1", "-c", "changed", traps.to,
                     "1.3.6.1.4.1.5", "192.0.2.9", "6", "17", "1")[:2] == [
        "192.0.2.9", "192.0.2.9"]
    assert traps.one("snmptrap", "-v2c", "-c", "changed", *trap,
                     "1.3.6.1.6.3.18.1.3.0", "a", "192.0.2.8")[:2] == [
        "192.0.2.8", "192.0.2.8"]
    # A mistake leaves everything as it is.
    site.settings({"listen": {"traps": {"enabled": True}},
                   "eventd": {"snmp": {"users": [{
                       "name": "x", "auth": ["sha", {"file": "none"}]}]}}})
    done = site.run("activate")
    assert done.code != 0 and "none: No such file" in done.err, done
    traps.one("snmptrap", "-v2c", "-c", "changed", *trap)


VENDOR = """ACME-DOOR-MIB DEFINITIONS ::= BEGIN
IMPORTS
    MODULE-IDENTITY, OBJECT-TYPE, NOTIFICATION-TYPE, enterprises, Integer32
        FROM SNMPv2-SMI
    DisplayString, TEXTUAL-CONVENTION FROM SNMPv2-TC
    ifIndex FROM IF-MIB;
acmeDoor MODULE-IDENTITY
    LAST-UPDATED "202603050000Z"
    ORGANIZATION "Acme Doors"
    CONTACT-INFO "door@example.com"
    DESCRIPTION "Doors."
    ::= { enterprises 99999 }
DoorState ::= TEXTUAL-CONVENTION
    STATUS current
    DESCRIPTION "What a door does."
    SYNTAX INTEGER { shut(1), open(2), broken(3) }
doorState OBJECT-TYPE
    SYNTAX DoorState
    MAX-ACCESS read-only
    STATUS current
    DESCRIPTION "The door, now."
    ::= { acmeDoor 1 }
doorTemperature OBJECT-TYPE
    SYNTAX Integer32
    UNITS "degrees"
    MAX-ACCESS read-only
    STATUS current
    DESCRIPTION "Of the hinge."
    ::= { acmeDoor 2 }
doorChanged NOTIFICATION-TYPE
    OBJECTS { doorState }
    STATUS current
    DESCRIPTION "It moved."
    ::= { acmeDoor 3 }
END
"""


def test_names_by_mibs(traps, tmp_path):
    site = traps.site
    site.settings({
        "fetcher": {"workers": 1}, "listen": {"traps": {"enabled": True}},
        "eventd": {"snmp": {"translate": {"add_description": True}}}})
    site.activate()
    trap = ["snmptrap", "-v2c", "-c", "public", traps.to, "1",
            "1.3.6.1.4.1.99999.3", "1.3.6.1.4.1.99999.1.0", "i", "2",
            "1.3.6.1.4.1.99999.2.0", "i", "40",
            "1.3.6.1.2.1.2.2.1.8.7", "i", "2"]
    assert traps.one(*trap)[2:4] == [
        "1.3.6.1.4.1.99999.3",
        "Uptime: 0:00:00.01, 1.3.6.1.4.1.99999.1.0: 2, "
        "1.3.6.1.4.1.99999.2.0: 40, IF-MIB::ifOperStatus.7: down"]
    tmp_path.chmod(0o755)
    tmp_path.parent.chmod(0o755)
    path = site.path("tmp/ACME.txt")
    site.write("tmp/ACME.txt", VENDOR.replace("::= { acmeDoor 2 }", "}"))
    done = site.run("event", "mib", "add", path)
    assert done.code == 1 and "ACME.txt:29: " in done.err, done
    assert "ACME" not in site.ok("event", "mib", "list").out
    site.write("tmp/ACME.txt", VENDOR)
    assert site.ok("event", "mib", "add", path).out == "added ACME-DOOR-MIB\n"
    assert traps.one(*trap)[2:4] == [
        "ACME-DOOR-MIB::doorChanged",
        "Uptime: 0:00:00.01, ACME-DOOR-MIB::doorState.0: open "
        "(The door, now.), ACME-DOOR-MIB::doorTemperature.0: 40 degrees "
        "(Of the hinge.), IF-MIB::ifOperStatus.7: down"]
    row = [r for r in site.ok("event", "mib", "list", "--json").json()
           if r["module"] == "ACME-DOOR-MIB"][0]
    assert (row["organization"], row["notifications"]) == ("Acme Doors", 1)
    site.ok("event", "mib", "rm", "ACME-DOOR-MIB")
    assert site.run("event", "mib", "rm", "ACME-DOOR-MIB").code == 1
    assert traps.one(*trap)[2] == "1.3.6.1.4.1.99999.3"


def test_events_by_hand_and_as_a_service(traps):
    site = traps.site
    plugin = conftest.BUILD / "lib/nagios/plugins/check_mkevents"
    socket_path = site.path("tmp/run/eventd/status")

    def check(*args):
        done = subprocess.run([plugin, "-s", socket_path, *args],
                              capture_output=True, text=True, timeout=30)
        return done.returncode, done.stdout.strip()

    traps.one("snmptrap", "-v2c", "-c", "public", traps.to, "1",
              "1.3.6.1.6.3.1.1.5.1")
    number = str(traps.events()[0][0])
    text = "Uptime: 0:00:00.01"
    assert check("127.0.0.1") == (
        1, "WARN - 1 events (1 unacknowledged), worst state is WARN "
           f"(Last line: {text})")
    assert check("gw/127.0.0.1/x", "coldstart")[0] == 1
    assert check("127.0.0.1", "nothing") == (
        0, "OK - no events for nothing on 127.0.0.1")
    assert check("gw") == (0, "OK - no events for gw")
    assert number in site.ok("event", "list", "--host", "127.0.0.1").out
    site.ok("event", "ack", number, "--comment", "seen; really")
    shown = site.ok("event", "show", number, "--json").json()
    assert shown["event"]["comment"] == "seen; really"
    assert shown["event"]["phase"] == "ack"
    assert [h["history_what"] for h in shown["history"]] == ["UPDATE", "NEW"]
    assert check("127.0.0.1") == (
        1, f"WARN - 1 events, worst state is WARN (Last line: {text})")
    assert check("-a", "127.0.0.1")[0] == 0
    site.ok("event", "archive", number)
    assert site.run("event", "archive", number).code == 1
    shown = site.ok("event", "show", number).out
    assert "It is archived" in shown and "seen; really" in shown
    assert re.search(r"^last +20\d\d-\d\d-\d\d \d\d:\d\d:\d\d$", shown, re.M)
    assert re.search(r"^state +WARN$", shown, re.M), shown
    assert json.loads(site.ok("event", "list", "--json").out) == []
    assert check("-H", "127.0.0.1:1", "gw")[0] == 3


def test_rules_are_suggested_for_what_no_rule_fits(traps, tmp_path):
    site = traps.site
    lines = [f"<27>Mar  5 13:59:58 gw2 ifd[{n}]: port {n} of blade3 lost "
             "carrier" for n in range(12)]
    lines += ["<30>Mar  5 13:59:58 gw2 dhcpd: lease of 192.0.2.%d (ok)" % n
              for n in range(5)]
    for line in lines:
        site.events(f"COMMAND CREATE;{line}", "")
    proposals = site.ok("event", "suggest", "--json").json()
    assert [(p["pattern_text"], p["count"]) for p in proposals] == [
        ("port * of * lost carrier", 12), ("lease of * (ok)", 5)]
    yaml = site.ok("event", "suggest", "--explain").out
    assert "# the last: port 11 of blade3 lost carrier" in yaml
    rules = site.path("tmp/rules.yaml")
    site.write("tmp/rules.yaml", yaml)
    done = site.run("event", "replay", "--explain", "--config", rules, "-",
                    input="\n".join(lines) + "\n")
    assert done.code == 0, done
    found = [json.loads(line) for line in done.out.splitlines()]
    assert len([e for e in found if e["event"] == "match"]) == len(lines)
    outcomes = {e["rule"]: e["outcome"] for e in found
                if e["event"] == "match"}
    assert sorted(outcomes.values()) == ["drop", "event"]
    site.config(yaml, "suggested.yaml")
    assert site.run("check-config").code == 0
    site.path("etc/vedette/conf.d/suggested.yaml").unlink()


def test_an_action_sends_a_mail_past_the_rules(traps):
    site = traps.site
    server = conftest.FakeSmtp()
    site.settings({
        "fetcher": {"workers": 1}, "listen": {"traps": {"enabled": True}},
        "notifications": {"smtp": {"host": "127.0.0.1", "port": server.port,
                                   "from": "site@example.com"}}})
    site.config({"event_actions": {"tell_noc": {
        "title": "Mail to the NOC", "kind": "email",
        "to": "noc@example.com, boss@example.com",
        "subject": "$HOST$: $TEXT$ $PATH$",
        "body": "Event $ID$ of $APPLICATION$\nby $RULE_ID$"}},
        "event_rules": [{**RULES[0], "actions": ["tell_noc"]}]})
    site.activate()
    traps.one("snmptrap", "-v2c", "-c", "public", traps.to, "1",
              "1.3.6.1.6.3.1.1.5.1")
    number = traps.events()[0][0]
    site.wait_for(lambda: server.mails, what="the mail")
    sender, recipients, text = server.mails[0]
    assert "site@example.com" in sender
    assert recipients == ["noc@example.com", "boss@example.com"]
    # What is no variable stays.
    assert "Subject: 127.0.0.1: Uptime: 0:00:00.01 $PATH$\r\n" in text
    assert f"Event {number} of 1.3.6.1.6.3.1.1.5.1\r\nby all\r\n" in text
    assert traps.ask("history", "history_what history_addinfo",
                     "Filter: history_what = EMAIL") == [
        ["EMAIL", "noc@example.com, boss@example.com|"
                  "127.0.0.1: Uptime: 0:00:00.01 $PATH$"]]
    # By hand, with the name of who asked for it.
    site.events(f"COMMAND ACTION;{number};bob;tell_noc", "")
    assert traps.ask("history", "history_who",
                     "Filter: history_what = EMAIL") == [["bob"], [""]]
    server.close()


def test_events_as_a_service_of_the_site(traps):
    site = traps.site
    site.config({"hosts": {"gw": {"address": "127.0.0.1",
                                  "check": "always_up"}},
                 "services": [{"hosts": ["gw"], "description": "Events",
                               "check_interval": "2s",
                               "check": {"command":
                                         "check_mkevents $HOSTADDRESS$"}}],
                 "event_rules": RULES})
    site.activate()
    site.wait_for_service("gw", "Events", state=1)
    traps.drop()
    site.wait_for_service("gw", "Events", state=0)
