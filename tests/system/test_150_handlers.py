# SPDX-License-Identifier: Apache-2.0
"""What the running core starts by itself: handlers, clusters, freshness."""

HOST = {"address": "127.0.0.1", "check": "always_up"}


def configuration(folder):
    """Nodes are UP while a file is there; handlers note what they saw."""
    note = f"/bin/sh -c 'echo $ARG1$ $SERVICESTATE$ $SERVICESTATETYPE$ >>{folder}/$ARG1$'"
    node = {"address": "127.0.0.1", "check_interval": "1s",
            "retry_interval": "1s", "max_check_attempts": 1}
    return {
        "hosts": {
            "h": HOST,
            "n1": {**node, "check": {"command": f"/bin/ls {folder}/n1"}},
            "n2": {**node, "check": {"command": f"/bin/ls {folder}/n2"}},
            "db": {"cluster": {"nodes": ["n1", "n2"]}}},
        "commands": {"note": {"line": note}},
        "services": [
            {"hosts": ["h"], "description": "Handled", "check": "passive",
             "max_check_attempts": 2, "event_handler": "note!event",
             "alert_handler": "note!alert"},
            {"hosts": ["h"], "description": "Fresh",
             "check": {"command": "/bin/echo looked"},
             "active_checks": False, "freshness": True,
             "freshness_threshold": "1s"}]}


def result(site, description, state, text):
    site.command(
        f"PROCESS_SERVICE_CHECK_RESULT;h;{description};{state};{text}")


def test_what_core_starts_by_itself(started):
    folder = started.path("tmp", "seen")
    folder.mkdir()
    folder.chmod(0o777)
    for name in ("n1", "n2"):
        (folder / name).touch()
    started.config(configuration(folder))
    started.activate()
    started.wait_for_host("db", 0)
    the_handlers_run(started, folder)
    a_stale_one_is_checked(started)
    the_cluster_follows_its_nodes(started, folder)


def seen(folder, name):
    path = folder / name
    return path.read_text().splitlines() if path.exists() else []


def the_handlers_run(site, folder):
    """EH-1, EH-2: at a soft problem, the hard one and the recovery."""
    told = ["CRITICAL SOFT", "CRITICAL HARD", "OK HARD"]
    for i, state in enumerate((2, 2, 0), 1):
        result(site, "Handled", state, "x")
        for name in ("event", "alert"):
            site.wait_for(
                lambda: seen(folder, name) ==
                [f"{name} {words}" for words in told[:i]],
                what=f"{name} handler, {told[i - 1]}")
    history = site.wait_for(
        lambda: (text := "\n".join(site.history())).count(
            "ALERT HANDLER STOPPED") == 3
        and text, what="the ends of alert handlers")
    assert history.count("SERVICE EVENT HANDLER: h;Handled;") == 3
    assert history.count("SERVICE ALERT HANDLER STARTED: h;Handled;") == 3
    # Switched off, an event handler does not run, an alert handler does.
    site.command("DISABLE_SVC_EVENT_HANDLER;h;Handled")
    result(site, "Handled", 2, "x")
    site.wait_for(lambda: len(seen(folder, "alert")) == 4,
                  what="the alert handler")
    assert len(seen(folder, "event")) == 3


def a_stale_one_is_checked(site):
    """FR-1: with active checks off, a result that stays away starts one."""
    site.command("ENABLE_SERVICE_FRESHNESS_CHECKS")
    result(site, "Fresh", 1, "passive")
    row = site.wait_for_service(
        "h", "Fresh", 0, columns="state plugin_output check_type")
    assert row["plugin_output"] == "looked" and row["check_type"] == 0


def the_cluster_follows_its_nodes(site, folder):
    """CL-1: UP while one node is; its state comes from their own checks."""
    (folder / "n1").unlink()
    site.wait_for_host("n1", 1)
    assert site.host("db")["state"] == 0
    (folder / "n2").unlink()
    site.wait_for(lambda: site.host("db")["state"] != 0,
                  what="the cluster without a node")
    (folder / "n1").touch()
    site.wait_for_host("db", 0)
