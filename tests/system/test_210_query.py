# SPDX-License-Identifier: Apache-2.0
"""What people type at `vedette query` arrives as they meant it."""
import time


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
        assert done.out.strip(), done
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
