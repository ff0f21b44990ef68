# SPDX-License-Identifier: Apache-2.0
"""Several sites in one answer: a site asks itself and two others, one of them
by TLS; one falls silent."""
import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import threading
import time

import pytest
from conftest import VEDETTE, Root, free_port


def passive(*names):
    return {name: {"check": "passive"} for name in names}


class Sites:
    def __init__(self):
        self.root = Root()
        self.port = free_port()
        self.near_port = free_port()
        small = {"fetcher": {"workers": 1}}
        self.near = self.root.create(
            settings={**small, "listen": {"livestatus": {
                "enabled": True, "port": self.near_port, "tls": False}}},
            start=True, config={
                "hosts": passive("n1", "n2"),
                "services": [{"hosts": ["n1", "n2"], "description": "HTTP",
                              "check": "passive"}]})
        self.far = self.root.create(
            settings={**small, "listen": {"livestatus": {
                "enabled": True, "port": self.port}}}, start=True,
            config={"hosts": passive("f1"),
                    "services": [{"hosts": ["f1"], "description": "HTTP",
                                  "check": "passive"}]})
        self.main = self.root.create(
            settings=small, start=True, config=self.main_config())
        self.main.wait_for(lambda: self.states() == {
            self.main.name: "online", self.near.name: "online",
            self.far.name: "online"}, what="all sites online")

    def main_config(self, **far):
        return {
            "hosts": passive("m1", "gate"),
            "sites": {
                self.near.name: {
                    "address": f"127.0.0.1:{self.near_port}",
                    "tls": False, "alias": "Near by", "timeout": "2s"},
                self.far.name: {
                    "address": f"127.0.0.1:{self.port}", "timeout": "1s",
                    "ca": self.far.path("var/vedette/tls/ca.pem").read_text(),
                    **far}}}

    def states(self):
        return dict(self.main.query("GET sites", "Columns: name state"))

    def all(self, *lines):
        """By the socket where all sites are asked."""
        request = "\n".join([*lines, "OutputFormat: json", "", ""])
        return json.loads(self.main.ask(request, "tmp/run/sites"))


@pytest.fixture(scope="module")
def sites():
    s = Sites()
    try:
        yield s
    finally:
        s.root.remove()


def test_merged(sites):
    everything = [["f1"], ["gate"], ["m1"], ["n1"], ["n2"]]
    assert sites.all("GET hosts", "Columns: name") == everything
    assert sites.main.query("GET hosts", "Columns: name",
                            "OnlySites: *") == everything
    # Without a word only the site itself.
    assert sites.main.query("GET hosts", "Columns: name") == \
        [["gate"], ["m1"]]
    assert sites.all("GET hosts", "Columns: name", "OnlySites: .") == \
        [["gate"], ["m1"]]
    far, near, main = sites.far.name, sites.near.name, sites.main.name
    assert sites.all("GET hosts", "Columns: site name",
                     f"OnlySites: {far} {near}") == \
        [[far, "f1"], [near, "n1"], [near, "n2"]]
    assert sites.all("GET hosts", "Columns: site", "Stats: name !=",
                     "Sort: site desc") == sorted(
        [[far, 1], [main, 2], [near, 2]], reverse=True)
    assert sites.all("GET hosts", "Columns: name", "Sort: name desc",
                     "Limit: 2", "Offset: 1") == [["n1"], ["m1"]]
    assert sites.all("GET services", "Stats: state = 0",
                     "Stats: avg state") == [[3, 0]]
    assert sorted(sites.all("GET status", "Columns: site num_services")) == \
        sorted([[far, 1], [main, 0], [near, 2]])
    assert sites.all("GET columns", "Columns: name", "Limit: 1")
    answer = sites.main.ask("GET hosts\nOnlySites: nobody\n\n").decode()
    assert answer.startswith("there is no site 'nobody'"), answer
    # A conversation: several requests on one connection.
    with socket.socket(socket.AF_UNIX) as c:
        c.connect(str(sites.main.path("tmp/run/sites")))
        c.settimeout(20)
        for _ in range(20):
            c.sendall(b"GET hosts\nColumns: name\nKeepAlive: on\n"
                      b"ResponseHeader: fixed16\n\n")
        got = b""
        while len(got) < 20 * (16 + 17):
            got += c.recv(4096)
        assert got == b"200          17\nf1\ngate\nm1\nn1\nn2\n" * 20


def test_commands_find_their_site(sites):
    now = int(time.time())
    for host in ("f1", "n2", "m1"):
        done = sites.main.ask(
            f"COMMAND [{now}] ADD_HOST_COMMENT;{host};1;ann;on {host}\n\n",
            "tmp/run/sites")
        assert done == b"", done
    assert sites.far.query("GET comments", "Columns: comment") == [["on f1"]]
    assert sites.near.query("GET comments", "Columns: comment") == [["on n2"]]
    assert sites.main.query("GET comments", "Columns: comment") == [["on m1"]]
    # By name; and what is refused there is told here.
    sites.main.ask(f"COMMAND [{now}] ADD_HOST_COMMENT;f1;1;ann;two\n"
                   f"OnlySites: {sites.far.name}\n\n")
    assert sites.all("GET comments", "Columns: comment host_name",
                     "Filter: comment = two") == [["two", "f1"]]
    answer = sites.main.ask(
        f"COMMAND [{now}] ADD_HOST_COMMENT;n1;1;ann;x\n"
        f"OnlySites: {sites.far.name}\n\n").decode()
    assert answer.startswith("400: ") and sites.far.name in answer, answer
    assert "n1" not in str(sites.all("GET comments", "Columns: host_name"))
    # The refusal comes before the answer to what is asked behind it.
    answer = sites.main.ask(
        f"COMMAND [{now}] ADD_HOST_COMMENT;nowhere;1;ann;x\n"
        "ResponseHeader: fixed16\n\nGET hosts\nColumns: name\n"
        "ResponseHeader: fixed16\n\n", "tmp/run/sites").decode()
    assert answer.startswith("400 ") and "\n200 " in answer, answer


def test_following_several_sites(sites):
    """Lines of each site behind its name, once."""
    with subprocess.Popen(
            [VEDETTE, "-s", sites.main.name, "query", "--follow", "--sites",
             "*", "Filter: message ~ COMMAND: LOG;follow me"],
            stdout=subprocess.PIPE, cwd="/",
            env={**os.environ, "VEDETTE_ROOT": str(sites.root.path),
                 "ASAN_OPTIONS": "detect_leaks=0"}) as p:
        wanted = {s.name: s for s in (sites.far, sites.main, sites.near)}
        out, lines = b"", []
        try:
            # It shows what comes after its own begin, so say it until then.
            for n in range(60):
                for name, site in wanted.items():
                    if not any(line.startswith(name) for line in lines):
                        site.command(f"LOG;follow me {n}")
                while select.select([p.stdout], [], [], 0.5)[0]:
                    out += os.read(p.stdout.fileno(), 65536)
                    lines = out.decode().splitlines()
                if len({line.split(" ")[0] for line in lines}) == 3:
                    break
        finally:
            p.terminate()
    assert {line.split(" ")[0] for line in lines} == set(wanted), lines
    assert len(set(lines)) == len(lines), "each of them once"
    assert all("follow me" in line for line in lines), lines


def test_waiting_for_any_site(sites):
    with socket.socket(socket.AF_UNIX) as c:
        c.connect(str(sites.main.path("tmp/run/sites")))
        c.settimeout(20)
        c.sendall(b"GET hosts\nColumns: name state\nFilter: name = f1\n"
                  b"Filter: name = m1\nOr: 2\nWaitObject: f1\n"
                  b"WaitCondition: state = 1\nWaitTrigger: state\n"
                  b"WaitTimeout: 15000\n\n")
        sites.far.command("PROCESS_HOST_CHECK_RESULT;f1;1;gone")
        begun = time.monotonic()
        got = b"".join(iter(lambda: c.recv(4096), b""))
        assert got == b"f1;1\nm1;0\n"
        assert time.monotonic() - begun < 10
    sites.far.command("PROCESS_HOST_CHECK_RESULT;f1;0;back")


def test_a_silent_site_costs_one_timeout(sites):
    pids = sites.far.pids("livestatusd")
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        begun = time.monotonic()
        rest = [["gate"], ["m1"], ["n1"], ["n2"]]
        assert sites.all("GET hosts", "Columns: name") == rest
        assert time.monotonic() - begun < 8      # its time-out is 1 s
        sites.main.wait_for(
            lambda: sites.states()[sites.far.name] == "dead")
        begun = time.monotonic()
        for _ in range(50):                      # nobody waits again
            assert sites.all("GET hosts", "Columns: name") == rest
        assert time.monotonic() - begun < 8
        row = sites.main.query(
            "GET sites", "Columns: state last_error age last_online",
            f"Filter: name = {sites.far.name}")[0]
        assert row[0] == "dead" and "no answer within 1s" in row[1]
        assert row[3] > 0
        wrapped = json.loads(sites.main.ask(
            "GET hosts\nColumns: name\nOutputFormat: wrapped_json\n\n",
            "tmp/run/sites"))
        assert wrapped["total_count"] == 4
        assert "dead for" in wrapped["failed"][sites.far.name]
        answer = sites.main.ask("GET hosts\nResponseHeader: fixed16\n"
                                f"OnlySites: {sites.far.name}\n\n").decode()
        assert answer.startswith("502 ") and "it answered last" in answer
        answer = sites.main.ask(
            "COMMAND [1] ADD_HOST_COMMENT;f1;1;ann;x\n"
            f"OnlySites: {sites.far.name}\n\n").decode()
        assert "dead for" in answer
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
    sites.main.wait_for(lambda: sites.states()[sites.far.name] == "online")
    assert len(sites.all("GET hosts", "Columns: name")) == 5


def test_client_certificates(sites):
    """A site that wants to see who asks."""
    far = sites.far.name
    for name in ("site.pem", "site.key"):   # signed by far's authority
        sites.main.write("etc/" + name, sites.far.path(
            "var/vedette/tls", name).read_text())
    listener = {"enabled": True, "port": sites.port}
    small = {"fetcher": {"workers": 1}}
    sites.far.settings({**small, "listen": {"livestatus": {
        **listener, "tls": {"clients": "required"}}}})
    sites.far.activate()
    # Connections that are open outlive the change; new ones must show it.
    sites.main.config(sites.main_config(timeout="2s"))
    sites.main.activate()
    sites.main.wait_for(lambda: sites.states()[far] == "dead")
    error = sites.main.query("GET sites", "Columns: last_error",
                             f"Filter: name = {far}")[0][0]
    assert "certificate" in error, error
    sites.main.config(sites.main_config(
        cert=str(sites.main.path("etc/site.pem")),
        key=str(sites.main.path("etc/site.key"))))
    sites.main.activate()
    sites.main.wait_for(lambda: sites.states()[far] == "online")
    assert ["f1"] in sites.all("GET hosts", "Columns: name")
    sites.far.settings({**small, "listen": {"livestatus": listener}})
    sites.far.activate()


class Big:
    """A site that passes everything on to another one, but announces 90 MiB
    when it is asked for services, and sends no more of them."""

    def __init__(self, path, behind):
        self.behind, self.announced = behind, threading.Semaphore(0)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        path.chmod(0o777)
        self.listener.listen()
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                c, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.talk, args=(c,), daemon=True).start()

    def talk(self, c):
        with c, contextlib.suppress(OSError):
            while text := c.recv(65536):
                while b"\n\n" not in text:
                    text += c.recv(65536)
                if b"GET services" not in text:
                    c.sendall(self.behind.ask(text))
                    continue
                c.sendall(b"200 %11d\n[" % (90 << 20))
                self.announced.release()


def test_large_answers(sites):
    """Memory is promised to an answer before it comes: a third one that is
    as large is refused at once, and nobody takes its site for dead."""
    paths = [sites.main.path(f"tmp/big{i}") for i in range(3)]
    big = [Big(path, sites.near) for path in paths]
    config = sites.main_config()
    for i in range(3):
        config["sites"][f"big{i}"] = {"address": str(paths[i]),
                                      "timeout": "60s"}
    sites.main.config(config)
    sites.main.activate()

    def online():
        states = sites.states()
        return all(states.get(f"big{i}") == "online" for i in range(3))
    sites.main.wait_for(online, what="the large sites")

    def ask(name):
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(60)
        s.connect(str(sites.main.path("tmp/run/live")))
        s.sendall(f"GET services\nColumns: description\nOnlySites: {name}\n"
                  "OutputFormat: json\nResponseHeader: fixed16\n\n".encode())
        s.shutdown(socket.SHUT_WR)
        return s
    first = [ask("big0"), ask("big1")]
    for b in big[:2]:
        assert b.announced.acquire(timeout=60)
    refused = b"".join(iter(lambda s=ask("big2"): s.recv(65536), b""))
    assert refused.startswith(b"413 ") and b"too many large" in refused
    # Nobody waits for them any more: there is room again.
    for s in first:
        s.close()

    def granted():
        with ask("big2") as s:
            s.settimeout(0.5)
            try:
                return not s.recv(65536).startswith(b"413")
            except TimeoutError:
                return True  # it waits for the answer
    sites.main.wait_for(granted, what="room for a large answer")
    assert online()
    for b in big:
        b.listener.close()
    sites.main.config(sites.main_config())
    sites.main.activate()
    sites.main.wait_for(lambda: sites.states() == {
        s.name: "online" for s in (sites.main, sites.near, sites.far)})


def test_the_configuration_changes(sites):
    far = sites.far.name
    # Behind a status host that is DOWN nobody asks.
    sites.main.config(sites.main_config(
        status_host={"site": sites.main.name, "host": "gate"}))
    sites.main.activate()
    sites.main.wait_for(lambda: sites.states()[far] == "waiting")
    for code, state in ((1, "down"), (0, "online")):
        sites.main.command(f"PROCESS_HOST_CHECK_RESULT;gate;{code};x")
        sites.main.wait_for(lambda: sites.states()[far] == state, what=state)
    # Behind a router that is DOWN the status host is UNREACHABLE.
    config = sites.main_config(
        status_host={"site": sites.main.name, "host": "gate"})
    config["hosts"]["gate"]["parents"] = ["m1"]
    sites.main.config(config)
    sites.main.activate()
    sites.main.command("PROCESS_HOST_CHECK_RESULT;m1;1;x")
    sites.main.command("PROCESS_HOST_CHECK_RESULT;gate;1;x")
    sites.main.wait_for(lambda: sites.states()[far] == "unreach")
    assert "is UNREACHABLE" in sites.main.query(
        "GET sites", "Columns: last_error", f"Filter: name = {far}")[0][0]
    for host in ("m1", "gate"):
        sites.main.command(f"PROCESS_HOST_CHECK_RESULT;{host};0;x")
    sites.main.wait_for(lambda: sites.states()[far] == "online")
    # ... that another site monitors.
    sites.main.config(sites.main_config(
        status_host={"site": sites.near.name, "host": "gate"}))
    sites.main.activate()
    sites.main.wait_for(lambda: sites.states()[far] == "unknown")
    sites.main.config(sites.main_config(disabled=True))
    sites.main.activate()
    sites.main.wait_for(lambda: sites.states()[far] == "disabled")
    assert len(sites.all("GET hosts", "Columns: name")) == 4
    # An authority that has not signed it.
    stranger = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:P-256", "-nodes", "-keyout", "/dev/null",
         "-subj", "/CN=stranger"], capture_output=True, text=True,
        check=True).stdout
    sites.main.config(sites.main_config(ca=stranger))
    sites.main.activate()
    sites.main.wait_for(lambda: sites.states()[far] == "dead")
    error = sites.main.query("GET sites", "Columns: last_error",
                             f"Filter: name = {far}")[0][0]
    assert "certificate" in error, error
    sites.main.config(sites.main_config(persist=False))
    sites.main.activate()
    sites.main.wait_for(lambda: sites.states()[far] == "online")
    assert len(sites.all("GET hosts", "Columns: name")) == 5
