# SPDX-License-Identifier: Apache-2.0
"""`vedette event replay`: docs/events.md as it stands there."""
import json
import re
import subprocess

from conftest import TOP, VEDETTE

PAGE = (TOP / "docs/events.md").read_text()


def block(after):
    """The fenced block behind the line that names its file."""
    return re.search(rf"`{re.escape(after)}`.*?```\w*\n(.*?)```", PAGE,
                     re.S).group(1)


def replay(tmp_path, messages, *options, rules=None):
    (tmp_path / "rules.yaml").write_text(rules or block("rules.yaml"))
    (tmp_path / "messages").write_text(messages)
    return subprocess.run(
        [VEDETTE, "event", "replay", "--config", "rules.yaml", *options,
         "messages"], cwd=tmp_path, capture_output=True, text=True,
        timeout=60)


def events(done):
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_page_shows_what_happens(tmp_path):
    found = events(replay(tmp_path, block("messages")))
    assert [(e["t"], e["what"], e["id"]) for e in found
            if e["event"] == "history"] == [
        (1, "NEW", 1), (2, "NEW", 2), (6, "CANCELLED", 1), (20, "NEW", 3),
        (30, "DELAYOVER", 3), (31, "NEW", 4), (33, "CANCELLED", 3),
        (33, "CANCELLED", 4), (40, "UPDATE", 2)]
    told = [(e["t"], e["context"]["NOTIFICATIONTYPE"],
             e["context"]["SERVICEDESC"]) for e in found
            if e["event"] == "notification"]
    assert told == [(30, "PROBLEM", "link"), (33, "RECOVERY", "link")]
    assert [e["t"] for e in found] == sorted(e["t"] for e in found)
    skipped = [e for e in found if e["event"] == "match" and e["t"] == 2]
    assert [(e["pack"], e["outcome"]) for e in skipped] == [
        ("links", "skip_pack"), ("rest", "event")]


def test_explain_names_each_rule_and_why_not(tmp_path):
    found = events(replay(
        tmp_path, '{"raw": "<27>Mar  5 13:59:58 gw2 ifd: disk is full"}',
        "--explain"))
    tries = [(e["rule"], e["match"], e["failed"]) for e in found
             if e["event"] == "try"]
    assert tries == [("dhcp_chatter", False, "priority"),
                     ("not_for_labs", False, "host"),
                     ("link", False, "text"), ("any_error", True, None)]


def test_raw_hex_limits_and_unreadable_lines(tmp_path):
    rules = ("site: {eventd: {limits: {host: {limit: 2,"
             " action: stop_overflow}}}}\n"
             "event_rules: [{id: all, state: WARN}]\n")
    lines = ['{"from": "127.0.0.5", "raw_hex": "%s"}'
             % f"<11>something odd \xe4 {i}".encode("latin-1").hex()
             for i in range(5)]
    found = events(replay(tmp_path, "\n".join(lines), rules=rules))
    assert [e["scope"] for e in found if e["event"] == "overflow"] == ["host"]
    assert len([e for e in found if e["event"] == "unparsed"]) == 5
    assert len([e for e in found if e.get("what") == "NEW"]) == 3
    first = found[0]
    assert first["text"] == "something odd ä 0" and first["decode_fallback"]
    assert first["host"] == "127.0.0.5" and first["format"] is None


# event-console.md 21.4
COLD_START = (
    "304002010104067075626c6963a7330201010201000201003028300d06082b0601020101"
    "03004301013017060a2b06010603010104010006092b0601060301010501")
LINK_UP = (
    "305302010104067075626c6963a6460202032f020100020100303a300e06082b06010201"
    "010300430201f43017060a2b06010603010104010006092b0601060301010504300f060a"
    "2b060102010202010107020107")


def test_traps_in_hexadecimal(tmp_path):
    found = events(replay(
        tmp_path,
        '{"from": "192.0.2.7", "trap_hex": "%s"}\n{"trap_hex": "%s"}\n'
        '{"from": "192.0.2.7", "trap_hex": "3003020101"}\n'
        % (COLD_START, LINK_UP),
        rules="event_rules: [{id: all, when: {facility: snmptrap},"
              " state: WARN, actions: [tell]}]\n"
              "event_actions: {tell: {kind: email, to: noc@example.com,"
              " subject: '$HOST$: $TEXT$'}}\n"))
    first, second = [e for e in found if e["event"] == "message"]
    assert (first["host"], first["ipaddress"], first["application"],
            first["text"], first["facility"], first["priority"]) == (
        "192.0.2.7", "192.0.2.7", "1.3.6.1.6.3.1.1.5.1",
        "Uptime: 0:00:00.01", 31, 5)
    assert second["text"] == "Uptime: 0:00:05.00, 1.3.6.1.2.1.2.2.1.1.7: 7"
    assert [e["message"] for e in found if e["event"] == "error"] == [
        "the trap is refused: it is no SNMP message"]
    mail = [e for e in found if e.get("what") == "EMAIL"][0]
    assert mail["addinfo"] == ("noc@example.com|192.0.2.7: "
                               "Uptime: 0:00:00.01")


def test_mistakes_have_their_line(tmp_path):
    done = replay(tmp_path, '{"at": 5, "raw": "x"}\n{"at": 1, "raw": "y"}\n'
                  '{"raw": "a", "command": "b"}\n{"wat": 1}\n'
                  '{"trap_hex": "3"}\n{no\n')
    assert done.returncode == 2 and done.stdout == ""
    for line in ("messages:2:1: at: this is before the line above",
                 "messages:3:1: one of raw, raw_hex, trap_hex, command,",
                 "messages:4:1: wat: unknown", "messages:5:1: trap_hex:",
                 "messages:6:"):
        assert line in done.stderr
    done = replay(tmp_path, "x", rules="event_rules: [{id: a, whn: {}}]\n")
    assert done.returncode == 2 and "rules.yaml:1:23" in done.stderr


def test_rules_of_a_site(site):
    (site.root / "etc/vedette/conf.d/events.yaml").write_text(
        block("rules.yaml"))
    done = site.run("event", "replay", "-",
                    input="<27>Mar  5 13:59:58 gw2 ifd: disk is full\n")
    assert done.code == 0, done.err
    assert '"rule": "any_error"' in done.out
