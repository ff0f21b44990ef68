# SPDX-License-Identifier: Apache-2.0
"""An activation while things go on: connections stay, no check is lost or run
twice, states stay."""
import os
import socket

import pytest


class Connection:
    """One Livestatus connection that asks again and again."""

    def __init__(self, site):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(30)
        self.sock.connect(str(site.path("tmp/run/live")))
        self.file = self.sock.makefile("rb")

    def ask(self, query):
        self.sock.sendall(f"{query}\nKeepAlive: on\nResponseHeader: fixed16\n"
                          "ColumnHeaders: off\n\n".encode())
        head = self.file.read(16)
        assert head[:3] == b"200", head
        return self.file.read(int(head[4:])).decode()


@pytest.fixture(name="plugin")
def _plugin(started):
    """A plugin that notes each run and ends when it is told to."""
    folder = started.path("tmp")
    runs, gate = folder / "runs", folder / "gate"
    os.mkfifo(gate)
    owner = started.path("etc").stat()
    os.chown(gate, owner.st_uid, owner.st_gid)
    script = started.path("local") / "slow"
    script.write_text(f"#!/bin/sh\necho run >>{runs}\nread x <{gate}\n"
                      "echo \"OK - done $x\"\n")
    script.chmod(0o755)
    return script, runs, gate


def lines(path):
    return path.read_text().splitlines() if path.exists() else []


def configuration(script, extra):
    return {"hosts": {"h": {"check": "always_up"},
                      **{name: {"check": "passive"} for name in extra}},
            "services": [
                {"hosts": ["h"], "description": "slow",
                 "check": {"command": str(script)},
                 "check_interval": "1h", "timeout": "5m"},
                {"hosts": ["h"], "description": "sent", "check": "passive",
                 "max_check_attempts": 3}]}


def test_a_running_check_outlives_reloads(started, plugin):
    script, runs, gate = plugin
    started.config(configuration(script, []))
    started.activate()
    started.wait_for(lambda: len(lines(runs)) == 1)
    live = Connection(started)
    assert live.ask("GET hosts\nColumns: name") == "h\n"
    started.command("PROCESS_SERVICE_CHECK_RESULT;h;sent;2;bad")
    sent = ("GET services\nColumns: state current_attempt state_type\n"
            "Filter: description = sent")
    started.wait_for(lambda: live.ask(sent) == "2;1;0\n")
    pids = {d: started.pids(d) for d in ("core", "fetcher", "livestatusd")}
    for i in range(3):
        started.config(configuration(script, [f"new{i}"]))
        started.activate()
        started.wait_for(
            lambda name=f"new{i}": live.ask("GET hosts\nColumns: name")
            == f"h\n{name}\n")
        assert live.ask(sent) == "2;1;0\n"
    gate.write_text("now\n")
    started.wait_for(
        lambda: "done now" in live.ask("GET services\nColumns: plugin_output\n"
                                       "Filter: description = slow"))
    assert lines(runs) == ["run"]
    assert {d: started.pids(d) for d in pids} == pids
