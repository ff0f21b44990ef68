# SPDX-License-Identifier: Apache-2.0
"""Plugins by the Nagios contract, pings, and passive results."""
import http.server
import pathlib
import threading
import time

import pytest
from conftest import free_port


@pytest.fixture
def web_server():
    class Quiet(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"hello")

        def log_message(self, *args):
            pass
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()


def command_service(line, **more):
    return {"hosts": ["h"], "description": "S", "check": {"command": line},
            "check_interval": "2s", "retry_interval": "2s", **more}


HOST = {"h": {"address": "127.0.0.1", "check": "always_up"}}


def test_check_http(started, web_server):
    if not pathlib.Path("/usr/lib/nagios/plugins/check_http").exists():
        pytest.skip("check_http (monitoring-plugins) is not installed")
    started.config({"hosts": HOST, "services": [command_service(
        f"check_http -H $HOSTADDRESS$ -p {web_server}")]})
    started.activate()
    row = started.wait_for_service("h", "S", 0)
    assert "HTTP OK" in row["plugin_output"] and "time=" in row["perf_data"]


def test_check_http_refused(started):
    if not pathlib.Path("/usr/lib/nagios/plugins/check_http").exists():
        pytest.skip("check_http (monitoring-plugins) is not installed")
    started.config({"hosts": HOST, "services": [command_service(
        f"check_http -H $HOSTADDRESS$ -p {free_port()}")]})
    started.activate()
    assert "refused" in started.wait_for_service("h", "S", 2)["plugin_output"]


def test_named_command_with_arguments(started):
    started.config({
        "hosts": HOST,
        "commands": {"say": {"line": "/bin/echo \"$ARG1$ $HOSTNAME$\""}},
        "services": [command_service("say!hello")]})
    started.activate()
    row = started.wait_for_service(
        "h", "S", 0, columns="state plugin_output check_command")
    assert row["plugin_output"] == "hello h"
    assert row["check_command"] == "say!hello"


def test_all_of_the_output(started):
    script = started.write("local/lib/nagios/plugins/check_it",
                           "#!/bin/sh\n"
                           "echo 'first line | a=1;2;3'\n"
                           "echo 'second'\necho 'third | b=2'\necho 'c=3'\n"
                           "exit 1\n", 0o755)
    assert script.exists()
    started.config({"hosts": HOST, "services": [command_service("check_it")]})
    started.activate()
    row = started.wait_for_service(
        "h", "S", 1,
        columns="state plugin_output long_plugin_output perf_data")
    assert row["plugin_output"] == "first line"
    assert "second" in row["long_plugin_output"]
    for metric in ("a=1;2;3", "b=2", "c=3"):
        assert metric in row["perf_data"], row


@pytest.mark.parametrize("script,state,words", [
    ("exit 7", 3, "7"),
    ("kill -SEGV $$", 2, "signal"),
    ("sleep 100 & sleep 100", 2, "timed out"),
    ("exit 0", 0, ""),
    ("head -c 10000000 /dev/zero | tr '\\0' x; exit 2", 2, "x"),
])
def test_misbehaving_plugins(started, script, state, words):
    started.write("local/lib/nagios/plugins/check_bad",
                  f"#!/bin/sh\n{script}\n", 0o755)
    started.config({
        "hosts": HOST, "services": [command_service("check_bad")],
        "rules": [{"ruleset": "service_timeout", "value": "2s"}]})
    started.activate()
    row = started.wait_for_service("h", "S")
    assert words in row["plugin_output"].lower(), row
    if words not in ("signal", "timed out"):
        assert row["state"] == state, row
    else:
        assert row["state"] in (2, 3), row


def test_limits(site):
    site.settings({"fetcher": {"limits": {
        "memory": 512, "cpu": 1, "files": 77, "file_size": 3, "nice": 5}}})
    site.write("local/lib/nagios/plugins/check_limits",
               "#!/bin/sh\nsleep 0.2\n"
               "echo $(ulimit -v) $(ulimit -n) $(ulimit -c) $(nice)\n", 0o755)
    site.write("local/lib/nagios/plugins/check_busy",
               "#!/bin/sh\nwhile :; do :; done\n", 0o755)
    site.config({"hosts": HOST, "services": [
        command_service("check_limits"),
        {**command_service("check_busy"), "description": "B"}]})
    site.start()
    site.activate()
    row = site.wait_for_service("h", "S", 0)
    assert row["plugin_output"] == "524288 77 0 5", row
    row = site.wait_for_service("h", "B", 3, timeout=60)
    assert "fetcher.limits.cpu" in row["plugin_output"], row


UPTIME = "echo '<<<uptime>>>'; echo '4711.08 9000.12'\n"


def test_program_gets_its_secret(started):
    """A special agent of the site, whose secret is on no command line."""
    started.write("etc/secrets/shop", "hunter2\n", 0o600)
    started.write("local/share/vedette/agents/agent_shop",
                  "#!/bin/sh\nread -r secret\n"
                  "[ \"$secret\" = hunter2 ] || { echo no >&2; exit 1; }\n"
                  f"echo '<<<local>>>'; echo \"0 Shop - $1 at $2\"\n{UPTIME}",
                  0o755)
    started.config({"hosts": {"shop": {
        "address": "127.0.0.9", "check": "always_up", "agent": {
            "kind": "program", "passphrase_file": "etc/secrets/shop",
            "command": "agent_shop $HOSTNAME$ $HOSTADDRESS$"}}},
        "services": [{"hosts": ["shop"], "description": "Shop", "check": {
            "collector": "Check_MK", "check": "local", "item": "Shop"}}]})
    started.activate()
    started.wait_for_service("shop", "Check_MK", 0)
    row = started.wait_for_service("shop", "Shop", 0)
    assert row["plugin_output"] == "shop at 127.0.0.9", row


@pytest.mark.parametrize("script,words", [
    ("echo first >&2; echo second >&2; exit 3",
     "ended with exit code 3: second"),
    ("kill -KILL $$", "signal 9 (Killed)"),
    ("echo short", "without agent output"),
    (f"{UPTIME} sleep 100", "was not done within 2s and was killed"),
    ("yes '<<<filling>>>'", "16 MiB"),
    (None, "agent_bad was not found in local/share/vedette/agents"),
    ("", "agent_bad is not executable"),
])
def test_programs_that_fail(started, script, words):
    if script is not None:
        started.write("local/share/vedette/agents/agent_bad",
                      f"#!/bin/sh\n{script}\n", 0o755 if script else 0o644)
    started.config({
        "hosts": {"h": {"check": "always_up", "agent": {
            "kind": "program", "command": "agent_bad"}}},
        "rules": [{"ruleset": "service_timeout", "value": "2s"}]})
    started.activate()
    row = started.wait_for_service("h", "Check_MK", 2)
    assert words in row["plugin_output"], row


def test_missing_plugin(started):
    started.config({"hosts": HOST,
                    "services": [command_service("check_nowhere -x")]})
    started.activate()
    row = started.wait_for_service("h", "S", 3)
    assert "check_nowhere" in row["plugin_output"]


@pytest.fixture
def deaf_ipv6():
    """The kernel answers no IPv6 pings, ::1 included, for a while."""
    path = pathlib.Path("/proc/sys/net/ipv6/icmp/echo_ignore_all")
    try:
        before = path.read_text()
        path.write_text("1")
    except OSError as e:
        pytest.skip(f"no way to make ::1 silent: {e}")
    yield
    path.write_text(before)


def test_ping(started, deaf_ipv6):
    started.config({"hosts": {
        "up": {"address": "127.0.0.1", "check": "ping"},
        "down": {"address": "::1", "check": "ping"}}})
    started.activate()
    row = started.wait_for_host("up")
    if row["state"] != 0 and "cap_net_raw" in row["plugin_output"]:
        pytest.skip("no permission to ping: " + row["plugin_output"])
    assert row["state"] == 0, row
    # Smart ping (ST-31): DOWN after 15 s without a sign of life.
    assert started.wait_for_host("down", 1, timeout=60)["plugin_output"]


def test_ping_by_hand(started, deaf_ipv6):
    started.config({"hosts": {"near": {"address": "127.0.0.5"}}})
    done = started.run("ping", "near", "--count", "2", "--json")
    if "cap_net_raw" in done.err:
        pytest.skip("no permission to ping: " + done.err)
    answer = done.json()
    assert answer["sent"] == 2 and answer["lost_percent"] == 0, done
    assert 0 < answer["min_ms"] <= answer["avg_ms"] <= answer["max_ms"]
    done = started.run("ping", "127.0.0.1")
    assert done.code == 0 and "5 sent, 0% lost, min 0." in done.out, done
    done = started.run("ping", "::1", "-c", "1")
    assert done.code == 1 and "1 sent, 100% lost" in done.out, done
    done = started.run("ping", "near", "-c", "0")
    assert done.code == 1 and "from 1 to 20" in done.err, done


def test_a_refusal_is_a_sign_of_life(started, deaf_ipv6):
    started.config({
        "hosts": {"h": {"address": "::1", "check": "ping"}},
        "services": [{"hosts": ["h"], "description": "Closed", "check": {
            "tcp": free_port()}, "check_interval": "1s",
            "retry_interval": "1s"}]})
    started.activate()
    started.wait_for_service("h", "Closed", 2)
    row = started.wait_for_host("h", 0, timeout=60)
    assert "another sign of life" in row["plugin_output"], row


def test_host_checks_by_command_and_by_service(started):
    started.config({
        "hosts": {
            "warns": {"check": {"command": "/bin/sh -c 'echo w; exit 1'"}},
            "fails": {"check": {"command": "/bin/sh -c 'echo f; exit 2'"}},
            "follows": {"check": {"service": "Heart"}}},
        "services": [{"hosts": ["follows"], "description": "Heart",
                      "check": "passive"}]})
    started.activate()
    started.wait_for_host("warns", 0)
    assert started.wait_for_host("fails", 1)["plugin_output"] == "f"
    for state, of_host in ((2, 1), (1, 0), (3, 1), (0, 0)):
        started.command("PROCESS_SERVICE_CHECK_RESULT;follows;Heart;"
                        f"{state};beat")
        started.wait_for_host("follows", of_host)


def test_ping_service(started):
    started.config({
        "hosts": {"h": {"address": "127.0.0.1"}},
        "services": [{"hosts": ["h"], "description": "PING",
                      "check": "ping", "check_interval": "5s"}]})
    started.activate()
    row = started.wait_for_service("h", "PING")
    if "cap_net_raw" in row["plugin_output"]:
        pytest.skip("no permission to ping: " + row["plugin_output"])
    assert row["state"] == 0
    assert "rta=" in row["perf_data"] and "pl=0" in row["perf_data"], row


def test_tcp_host_check(started, web_server):
    started.config({"hosts": {
        "up": {"address": "127.0.0.1", "check": {"tcp": web_server}},
        "down": {"address": "127.0.0.1", "check": {"tcp": free_port()}}}})
    started.activate()
    started.wait_for_host("up", 0)
    assert "refused" in started.wait_for_host("down", 1)["plugin_output"]


def test_always_up(started):
    started.config({"hosts": {"h": {"check": "always_up"}}})
    started.activate()
    assert started.wait_for_host("h", timeout=5)["state"] == 0


def test_passive_results(started):
    started.config({"hosts": {"h": {"check": "passive"}}, "services": [
        {"hosts": ["h"], "description": "Backup", "check": "passive",
         "max_check_attempts": 3}]})
    started.activate()
    started.wait_for(lambda: started.service("h", "Backup"), what="Backup")
    started.command("PROCESS_SERVICE_CHECK_RESULT;h;Backup;2;failed; twice "
                    "| n=2")
    columns = "state state_type current_attempt plugin_output perf_data"
    row = started.service("h", "Backup", columns)
    assert row["state"] == 2 and row["state_type"] == 0, row
    assert row["current_attempt"] == 1
    assert row["perf_data"] == "n=2"
    for _ in range(2):
        started.command("PROCESS_SERVICE_CHECK_RESULT;h;Backup;2;failed")
    assert started.service("h", "Backup", columns)["state_type"] == 1
    started.command("PROCESS_HOST_CHECK_RESULT;h;1;gone")
    assert started.host("h")["state"] == 1


def test_reschedule(started):
    started.config({"hosts": HOST, "services": [
        command_service("/bin/date +%s.%N", check_interval="1h")]})
    started.activate()
    row = started.wait_for_service("h", "S", 0, timeout=70)
    now = int(time.time())
    started.command(f"SCHEDULE_FORCED_SVC_CHECK;h;S;{now}")
    started.wait_for_service(
        "h", "S", 0,
        check=lambda r: r["plugin_output"] != row["plugin_output"])
