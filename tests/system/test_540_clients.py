# SPDX-License-Identifier: Apache-2.0
"""Clients as people have them: Perl's Monitoring::Livestatus, NagVis,
Nagstamon, Checkmk's and Thruk's ways to ask. One site for all."""
import ast
import json
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest
from conftest import Root, free_port

CONFIG = {
    "hosts": {
        "db01": {"check": "passive", "contact_groups": ["team"]},
        "web01": {"check": "passive", "contact_groups": ["team"],
                  "alias": "Wéb server", "address": "127.0.0.1",
                  "groups": ["web"], "parents": ["db01"],
                  "custom_variables": {"LAT": "48.1", "LONG": "11.5"}},
        "web02": {"check": "passive", "groups": ["web"]}},
    "services": [
        {"hosts": ["web01", "web02"], "description": "HTTP",
         "check": "passive", "groups": ["http"]},
        {"hosts": ["db01"], "description": "Load", "check": "passive"}],
    "host_groups": {"web": {"alias": "Web servers"}},
    "service_groups": {"http": {"alias": "HTTP"}},
    "contact_groups": {"team": {"alias": "Team"}},
    "contacts": {"ann": {"contact_groups": ["team"], "role": "user"}},
}


@pytest.fixture(scope="module")
def live():
    root = Root()
    try:
        port = free_port()
        site = root.create(
            settings={"fetcher": {"workers": 1}, "listen": {"livestatus": {
                "enabled": True, "port": port, "tls": False}}},
            config=CONFIG, start=True)
        site.tcp = port
        for line in ("HOST_CHECK_RESULT;web01;0;up",
                     "HOST_CHECK_RESULT;web02;1;gone",
                     "HOST_CHECK_RESULT;db01;0;up",
                     "SERVICE_CHECK_RESULT;web01;HTTP;0;fine | time=0.5s",
                     'SERVICE_CHECK_RESULT;web02;HTTP;2;déad "x"',
                     "SERVICE_CHECK_RESULT;db01;Load;1;high | load=7"):
            site.command("PROCESS_" + line)
        site.wait_for(lambda: site.query(
            "GET services", "Stats: has_been_checked = 1") == [[3]])
        yield site
        site.check_logs()
    finally:
        root.remove()


def needs(path, package):
    if not Path(path).exists():
        pytest.skip(f"{path} is not there (Debian package {package})")


def run(*args, **options):
    done = subprocess.run(list(map(str, args)), capture_output=True,
                          text=True, timeout=120, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def acknowledged(site, host):
    return site.query("GET services", "Columns: acknowledged",
                      f"Filter: host_name = {host}")[0][0]


PERL = r"""
use strict; use warnings; use JSON::PP; use Monitoring::Livestatus;
my %answer;
for my $peer (@ARGV) {
    my $ml = Monitoring::Livestatus->new(
        peer => $peer, keepalive => 1, errors_are_fatal => 1,
        query_timeout => 20, connect_timeout => 10);
    $answer{hosts} = $ml->selectall_arrayref(
        "GET hosts\nColumns: name alias state", { Slice => {} });
    $answer{by_key} = $ml->selectall_hashref(
        "GET services\nColumns: description host_name state", "host_name");
    $answer{column} = $ml->selectcol_arrayref("GET hosts\nColumns: name");
    $answer{single} = $ml->selectscalar_value("GET hosts\nStats: state = 1");
    $answer{row} = [ $ml->selectrow_array(
        "GET services\nStats: state = 0\nStats: state = 2") ];
    $answer{limited} = $ml->selectall_arrayref(
        "GET log\nFilter: time > 1", { limit => 2, Slice => {} });
    $answer{status} = $ml->selectrow_hashref("GET status");
    $answer{columns} = scalar @{ $ml->selectall_arrayref("GET columns") };
    # Every text column as an aggregate: its own test-suite does that.
    for my $c (qw(name alias plugin_output perf_data)) {
        $ml->selectall_arrayref("GET hosts\nStats: sum $c");
        $ml->selectall_arrayref("GET hosts\nStats: state = 0\n" .
                                "StatsGroupBy: $c");
    }
    eval { $ml->selectall_arrayref("GET nonsense\nColumns: x") };
    $answer{error} = "$@";
    $answer{code} = $Monitoring::Livestatus::ErrorCode;
    my $now = time;
    $ml->do("COMMAND [$now] ADD_HOST_COMMENT;web01;1;ann;by Perl");
    eval { $ml->do("COMMAND [$now] NO_SUCH_COMMAND;web01") };
    $answer{refused} = "$@";
}
print encode_json(\%answer);
"""


def test_perl(live):
    needs("/usr/share/perl5/Monitoring/Livestatus.pm",
          "libmonitoring-livestatus-perl")
    a = json.loads(run("perl", "-e", PERL, live.path("tmp/run/live"),
                       f"127.0.0.1:{live.tcp}"))
    assert [h["name"] for h in a["hosts"]] == ["db01", "web01", "web02"]
    assert a["hosts"][1]["alias"] == "Wéb server"
    assert a["by_key"]["web02"]["state"] == 2
    assert a["column"] == ["db01", "web01", "web02"]
    assert a["single"] == 1 and a["row"] == [1, 1]
    assert len(a["limited"]) == 2
    assert a["status"]["livestatus_version"].endswith("-naemon")
    assert a["columns"] > 1000
    assert "404" in a["error"] + str(a["code"])
    assert "NO_SUCH_COMMAND" in a["refused"], a["refused"]
    assert live.query("GET comments", "Columns: comment",
                      "Filter: host_name = web01") == [["by Perl"]] * 2


def test_nagvis(live):
    needs("/usr/share/nagvis/share/server/core/classes/"
          "GlobalBackendmklivestatus.php", "nagvis")
    if not shutil.which("php"):
        pytest.skip("php is not there (Debian package php-cli)")
    script = Path(__file__).with_name("nagvis_backend.php")
    for spec in (f"unix:{live.path('tmp/run/live')}",
                 f"tcp:127.0.0.1:{live.tcp}"):
        a = json.loads(run("php", script, spec, ""))
        assert [h["name1"] for h in a["hosts"]] == ["db01", "web01", "web02"]
        assert a["hosts"][1]["name2"] == "Wéb server"
        assert a["groups"] == [{"name1": "web", "name2": "Web servers"}]
        assert a["services"] == [{"name1": "db01", "name2": "Load"}]
        assert a["host"]["web01"][:2] == [10, "up"]
        assert 'déad "x"' in str(a["service"]), a["service"]
        assert set(a["members"]) == {"web01"}
        assert set(a["hostgroup"]) == {"web"}
        assert set(a["servicegroup"]) == {"http"}
        assert sorted(a["no_parent"]) == ["db01", "web02"]
        assert a["children"] == ["web01"]
        assert a["problems"] == ["web02"] or "web02" in a["problems"]
        assert a["start"] == live.query(
            "GET status", "Columns: program_start")[0][0]
        assert a["contacts"]["ann"] == ["team"]
        live.wait_for(lambda: acknowledged(live, "web02"))
        live.command("REMOVE_SVC_ACKNOWLEDGEMENT;web02;HTTP")


NAGSTAMON = r"""
import json, sys
port = sys.argv[1]
sys.argv = ["nagstamon", sys.argv[2]]
from Nagstamon.Servers.Livestatus import LivestatusServer
s = LivestatusServer()
s.name = "site"
s.monitor_url = f"tcp://127.0.0.1:{port}"
s.init_config()
s._get_status()
found = {h.name: [h.status, {v.name: [v.status, v.status_information]
                             for v in h.services.values()}]
         for h in s.new_hosts.values()}
s.set_acknowledge({"host": "db01", "service": "Load", "sticky": True,
                   "notify": False, "persistent": True, "author": "ann",
                   "comment": "by Nagstamon"})
print("\n" + json.dumps(found))
"""


def test_nagstamon(live, tmp_path):
    needs("/usr/lib/python3/dist-packages/Nagstamon/Servers/Livestatus.py",
          "nagstamon")
    out = run("/usr/bin/python3", "-c", NAGSTAMON, live.tcp,
              tmp_path / "conf",
              env={**os.environ, "HOME": str(tmp_path),
                   "QT_QPA_PLATFORM": "offscreen"})
    found = json.loads(out.splitlines()[-1])
    assert found["web02"] == ["DOWN", {"HTTP": ["CRITICAL", 'déad "x"']}]
    assert found["db01"] == ["UP", {"Load": ["WARNING", "high"]}]
    assert "web01" not in found
    live.wait_for(lambda: acknowledged(live, "db01"))
    live.command("REMOVE_SVC_ACKNOWLEDGEMENT;db01;Load")


class Checkmk:
    """The conventions of Checkmk's own client: one kept connection, python3
    or json, fixed16, Localtime with every query, commands without a read."""

    def __init__(self, site):
        self.s = socket.socket(socket.AF_UNIX)
        self.s.settimeout(20)
        self.s.connect(str(site.path("tmp/run/live")))

    def receive(self, n):
        data = b""
        while len(data) < n:
            piece = self.s.recv(n - len(data))
            assert piece, "closed"
            data += piece
        return data

    def query(self, query, form="python3"):
        headers = (f"Localtime: {int(time.time())}\nOutputFormat: {form}\n"
                   "KeepAlive: on\nResponseHeader: fixed16\n")
        self.s.sendall((query.rstrip("\n") + "\n" + headers + "\n").encode())
        head = self.receive(16)
        body = self.receive(int(head[4:15])).decode()
        if head[:3] != b"200":
            raise RuntimeError(int(head[:3]), body.strip())
        return ast.literal_eval(body) if form == "python3" \
            else json.loads(body)

    def command(self, command):
        self.s.sendall(
            f"COMMAND [{int(time.time())}] {command}\n\n".encode())


def test_checkmk_client(live):
    c = Checkmk(live)
    status = c.query("GET status\nColumns: livestatus_version program_version "
                     "program_start num_hosts num_services "
                     "max_long_output_size core_pid edition")[0]
    assert status[3:5] == [3, 3] and status[6] > 0
    for form in ("python3", "json"):
        assert c.query("GET services\nColumns: host_name description state "
                       "plugin_output\nFilter: state = 2", form) == \
            [["web02", "HTTP", 2, 'déad "x"']]
    c.command("ADD_SVC_COMMENT;web01;HTTP;1;ann;semi;colon")
    assert c.query("GET comments\nColumns: comment\n"
                   "Filter: host_name = web01\n"
                   "Filter: service_description = HTTP") == [["semi;colon"]]
    with pytest.raises(RuntimeError, match="404"):
        c.query("GET nonsense")
    with pytest.raises(RuntimeError, match="400"):
        c.query("GET hosts\nFilter: nonsense = 1")
    assert c.query("GET hosts\nColumns: name nonsense\nLimit: 1") == \
        [["db01", None]]
    # The main menu's numbers, a problem view, a performance snap-in.
    assert c.query("GET hosts\nStats: state >= 0\nStats: state > 0\n"
                   "Stats: scheduled_downtime_depth = 0\nStatsAnd: 2\n"
                   "Stats: state > 0\nStats: scheduled_downtime_depth = 0\n"
                   "Stats: acknowledged = 0\nStatsAnd: 3\n"
                   "Stats: host_staleness >= 1.5\n"
                   "Stats: host_scheduled_downtime_depth = 0\nStatsAnd: 2\n"
                   "Filter: custom_variable_names < _REALNAME") == \
        [[3, 1, 1, 0]]
    assert c.query("GET services\nColumns: host_name service_description "
                   "service_state host_labels host_tags service_perf_data "
                   "service_metrics host_filename\nFilter: host_name = web01"
                   "\nFilter: service_description = HTTP")[0][:3] == \
        ["web01", "HTTP", 0]
    row = c.query("GET status\nColumns: average_latency_generic "
                  "helper_usage_fetcher livestatus_usage service_checks_rate "
                  "host_checks_rate external_commands_rate connections_rate "
                  "forks_rate log_messages_rate cached_log_messages")[0]
    assert all(isinstance(x, (int, float)) for x in row)
    assert c.query("GET hosts\nColumns: name\nAuthUser: ann") == \
        [["db01"], ["web01"]]
    c.command("NONSENSE;x")           # its answer would be in the way
    assert c.query("GET hosts\nStats: state = 0") == [[2]]


THRUK_HOST = (
    "accept_passive_checks acknowledged action_url action_url_expanded "
    "active_checks_enabled address alias check_command check_freshness "
    "check_interval check_options check_period check_type checks_enabled "
    "childs comments current_attempt current_notification_number "
    "event_handler event_handler_enabled execution_time "
    "custom_variable_names custom_variable_values first_notification_delay "
    "flap_detection_enabled groups has_been_checked high_flap_threshold "
    "icon_image icon_image_alt icon_image_expanded is_executing is_flapping "
    "last_check last_notification last_state_change latency "
    "low_flap_threshold max_check_attempts name next_check notes "
    "notes_expanded notes_url notes_url_expanded notification_interval "
    "notification_period notifications_enabled num_services_crit "
    "num_services_ok num_services_pending num_services_unknown "
    "num_services_warn num_services obsess_over_host parents "
    "percent_state_change perf_data plugin_output process_performance_data "
    "retry_interval scheduled_downtime_depth state state_type "
    "modified_attributes_list last_time_down last_time_unreachable "
    "last_time_up display_name in_check_period in_notification_period "
    "last_hard_state_change depends_exec depends_notify last_update")


def test_thruk(live):
    def ask(*lines):
        return json.loads(live.ask("\n".join(
            [*lines, "OutputFormat: wrapped_json", "ColumnHeaders: on", "",
             ""])))
    a = ask("GET hosts", f"Columns: {THRUK_HOST}", "Sort: name asc",
            "Offset: 1", "Limit: 1")
    assert a["total_count"] == 3 and len(a["data"]) == 1
    row = dict(zip(a["columns"], a["data"][0]))
    assert a["columns"] == THRUK_HOST.split() and row["name"] == "web01"
    assert row["parents"] == ["db01"] and None not in row.values()
    a = ask("GET services", "Columns: host_name description state",
            "Filter: contacts >= ann", "Filter: host_contacts >= ann", "Or: 2",
            "Sort: state desc", "Sort: host_name asc")
    assert a["data"] == [["db01", "Load", 1], ["web01", "HTTP", 0]]
    a = ask("GET services", "Stats: description !=", "Stats: check_type = 0",
            "Stats: has_been_checked = 0", "Stats: state = 1",
            "Stats: has_been_checked = 1", "StatsAnd: 2",
            "Stats: sum latency", "Stats: max execution_time")
    assert a["data"][0][0] == 3 and a["data"][0][3] == 1
    a = ask("GET log", "Columns: time type message host_name",
            "Filter: time >= 1", f"Filter: time <= {int(time.time()) + 9}",
            "Filter: type = SERVICE ALERT", "Filter: type ~ starting...",
            "Or: 2", "Limit: 5")
    assert {"SERVICE ALERT"} <= {r[1] for r in a["data"]}
    a = ask("GET hosts", "Columns: name", "Filter: last_update >= 1",
            "Filter: custom_variables ~~ LAT ^48", "And: 2")
    assert a["data"] == [["web01"]]
    assert ask("GET contactgroups", "Columns: name",
               "Filter: members >= ann")["data"] == [["team"]]
    assert ask("GET contacts", "Columns: name can_submit_commands",
               "Filter: name = ann")["data"][0][0] == "ann"


def test_openssl_s_client(root):
    """What docs/livestatus.md tells to type."""
    port = free_port()
    site = root.create(
        settings={"fetcher": {"workers": 1}, "listen": {"livestatus": {
            "enabled": True, "port": port, "commands": False,
            "tls": {"clients": "required"}}}}, config=CONFIG, start=True)
    tls = site.path("var/vedette/tls")
    s_client = ["openssl", "s_client", "-connect", f"127.0.0.1:{port}",
                "-CAfile", tls / "ca.pem", "-verify_return_error",
                "-verify_hostname", site.name, "-quiet"]
    request = "GET hosts\nColumns: name\n\n"
    out = run(*s_client, "-cert", tls / "site.pem", "-key", tls / "site.key",
              input=request)
    assert out == "db01\nweb01\nweb02\n"
    out = run(*s_client, "-cert", tls / "site.pem", "-key", tls / "site.key",
              input="COMMAND [1] ADD_HOST_COMMENT;web01;1;ann;x\n"
                    "ResponseHeader: fixed16\n\n" + request)
    assert "listen.livestatus.commands" in out
    done = subprocess.run(list(map(str, s_client)), input=request,
                          capture_output=True, text=True, timeout=60)
    assert "web01" not in done.stdout
