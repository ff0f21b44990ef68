# SPDX-License-Identifier: Apache-2.0
"""What people type at `vedette query` arrives as they meant it."""
import contextlib
import fcntl
import os
import pty
import re
import select
import struct
import termios
import time

from conftest import VEDETTE


def test_a_command_keeps_the_lines_of_its_output(root):
    site = root.create(start=True, config={
        "hosts": {"h": {"check": "passive"}},
        "services": [{"hosts": ["h"], "description": "S",
                      "check": "passive"}]})
    site.wait_for(lambda: site.service("h", "S"))
    site.ok("query", f"COMMAND [{int(time.time())}] "
            "PROCESS_SERVICE_CHECK_RESULT;h;S;2;one\\ntwo\\nthree|x=1")
    row = site.service("h", "S", "plugin_output long_plugin_output perf_data")
    assert row == {"plugin_output": "one", "long_plugin_output": "two\nthree",
                   "perf_data": "x=1"}


def test_one_argument_may_hold_a_whole_request(started):
    done = started.ok("query", "GET hosts\\nColumns: name\\nColumnHeaders: on")
    assert done.out == "name\n"


def test_a_missing_site_is_named(root):
    for args in (["status", "nosuch"], ["-s", "nosuch", "query", "GET hosts"]):
        done = root.run(*args)
        assert done.code == 1
        assert "nosuch: there is no such site" in done.err, done


def test_what_is_refused_has_exit_code_1(started):
    for line in ("GET nosuch", "COMMAND [0] NO_SUCH_COMMAND",
                 "COMMAND nonsense"):
        done = started.run("query", line)
        assert done.code == 1, done
        assert done.out == "" and "vedette: query: " in done.err, done
    done = started.run("query", "hosts")
    assert done.code == 1 and "begins with GET or COMMAND" in done.err, done
    assert started.ok("query", "GET hosts\\nColumns: name").err == ""


def test_rows_for_people_and_for_programs(started):
    """A table, JSON objects, several sites, and what is refused."""
    started.config({"hosts": {"web01": {"check": "passive"},
                              "db01": {"check": "passive"}}})
    started.activate()
    ask = ["GET hosts", "Columns: name state groups"]
    table = started.ok("query", "--table", *ask).out.splitlines()
    assert table[0].split() == ["NAME", "STATE", "GROUPS"]
    assert [line.split()[0] for line in table[1:]] == ["db01", "web01"]
    assert started.ok("query", "--json", *ask).json() == [
        {"name": "db01", "state": 0, "groups": []},
        {"name": "web01", "state": 0, "groups": []}]
    rows = started.ok("query", "--sites", "*", "--json", "GET hosts",
                      "Columns: site name").json()
    assert rows[0] == {"site": started.name, "name": "db01"}
    done = started.run("query", "--sites", "munich", "--json", *ask)
    assert done.code == 1 and "there is no site 'munich'" in done.err
    done = started.run("query", "--json", "GET nonsense")
    assert done.code == 1 and "nonsense" in done.err


class Terminal:
    """`vedette query`, typed at a terminal of 100 columns."""

    def __init__(self, site, *options):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.pop("VEDETTE_SITE", None)
            os.environ.update(
                VEDETTE_ROOT=str(site.top.path), TERM="xterm", NO_COLOR="1",
                ASAN_OPTIONS="detect_leaks=0")
            os.chdir("/")
            os.execv(VEDETTE, ["vedette", "-s", site.name, "query", *options])
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ,
                    struct.pack("HHHH", 40, 100, 0, 0))
        self.seen = ""

    def type(self, keys):
        os.write(self.fd, keys.encode())

    def until(self, pattern):
        """Reads until `pattern` has come behind what was read before."""
        end = time.monotonic() + 20
        while True:
            found = re.search(pattern, self.seen)
            if found:
                self.seen = self.seen[found.end():]
                return found
            assert time.monotonic() < end, (pattern, self.seen)
            if select.select([self.fd], [], [], 1)[0]:
                self.seen += os.read(self.fd, 65536).decode(errors="replace")
                # Without what places the cursor.
                self.seen = re.sub(r"\x1b\[[0-9;]*[A-Za-z]|\r(?=[^\n])", "",
                                   self.seen)

    def end(self):
        self.type("\x04")
        with contextlib.suppress(OSError):      # that end has been closed
            self.until("there is nothing more to be read")
        _, status = os.waitpid(self.pid, 0)
        os.close(self.fd)
        return os.waitstatus_to_exitcode(status)


def test_typed_at_a_terminal(started):
    """Editing, completion, Ctrl-C, Ctrl-D, and history the next time."""
    prompt = started.name + "> "
    started.config({"hosts": {"web01": {"check": "passive"}}})
    started.activate()
    t = Terminal(started)
    t.until("Ctrl-D ends")
    t.until(prompt)
    t.type("GET hos\t")                     # several tables go on like that
    t.until("GET host")
    t.type("\t")
    t.until("hostsbygroup")
    t.until("GET host")
    t.type("s\n")
    t.until("> ")
    t.type("Colu\t\t")
    t.until("ColumnHeaders")
    t.type("s\t")
    t.until("Columns: ")
    t.type("display_n\tXX\x7f\x7fstate\n")  # with a mistake rubbed out
    t.until("> ")
    t.type("\n")
    t.until(r"DISPLAY NAME +STATE\s+web01 +0\s")
    t.until(prompt)
    t.type("GET hosts\n")
    t.until("  > ")
    t.type("Garba")
    t.until("Garba")
    t.type("\x03")                          # leaves the request
    t.until(r"\^C\s+" + prompt)
    t.type("GET nosuch\n\n")                # a mistake does not end it
    t.until("no such table 'nosuch'")
    t.until(prompt)
    t.type("GET hosts\nWaitTrigger: command\nColumns: name\n\n")
    t.until("Columns: name")
    started.wait_for(                       # ... and we who ask this
        lambda: started.query("GET status",
                              "Columns: livestatus_active_connections")
        == [[2]], what="the waiting query")
    t.type("\x03")                          # ... leaves the answer
    t.until(prompt)
    assert t.end() == 0
    path = started.path("var/vedette/query_history")
    assert path.stat().st_mode & 0o777 == 0o600
    assert "GET nosuch" in path.read_text().splitlines()
    t = Terminal(started, "--json")
    t.until(prompt)
    t.type("\x1b[A")                        # the last line of that day
    t.until("Columns: name")
    t.type("\x15GET hosts\nColumns: name\n\n")
    t.until(r'\{\s*"name": "web01"\s*\}')
    t.until(prompt)
    assert t.end() == 0

