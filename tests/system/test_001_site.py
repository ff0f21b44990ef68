# SPDX-License-Identifier: Apache-2.0
"""Making and removing sites, and the command line itself."""
import os
import pwd
import re
import socket
import stat
import subprocess

import pytest

from conftest import ADMIN_PASSWORD, BUILD, Site, VEDETTE, wait_for

ROOT = os.geteuid() == 0
as_root = pytest.mark.skipif(not ROOT, reason="needs root")

VERBS = """create rm start stop restart reload status sites config su query
discover activate check-config fetch check version reference help""".split()


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(root, verb):
    done = root.run(verb, "--help", check=True)
    assert done.out.startswith(f"Usage: vedette {verb}")
    assert done.err == ""
    assert root.run("help", verb, check=True).out == done.out


def test_help_lists_the_verbs(root):
    done = root.run("help", check=True)
    for verb in VERBS:
        assert re.search(rf"^  {verb} ", done.out, re.M)
    bare = root.run()
    assert bare.code == 1 and "Verbs:" in bare.out


def test_version_is_one_word(root):
    version = root.run("version", check=True).out
    assert re.fullmatch(r"\S+\n", version)
    assert root.run("--version", check=True).out == version


@pytest.mark.parametrize("args, words", [
    (["frobnicate"], "unknown verb"),
    (["status", "--frob"], "unknown option"),
    (["create"], "argument is missing"),
    (["create", "9lives"], "begins with a letter"),
    (["create", "a-b"], "letters, digits"),
    (["create", "x" * 17], "at most 16"),
    (["create", "vtx", "--port-offset", "99999"], "--port-offset"),
    (["create", "vtx", "--user", "no_such_user"], "no user"),
    (["status", "nosuch"], ""),
    (["-s", "nosuch", "query"], "no such site"),
])
def test_mistakes_say_what_to_do(root, args, words):
    done = root.run(*args)
    assert done.code == 1
    assert done.out == ""
    assert re.match(r"vedette: \S.*: \S", done.err), done
    assert words in done.err
    assert not (root.path / "sites" / "vtx").exists()


def test_create_makes_the_house(root):
    site = root.create()
    for name in "etc var tmp local".split():
        assert site.path(name).is_dir() and not site.path(name).is_symlink()
    for name in "bin lib share version".split():
        assert site.path(name).is_symlink()
    assert site.path("version").resolve() == BUILD
    assert os.access(site.path("bin/vedette-core"), os.X_OK)
    assert (site.path("var/vedette/port_offset").read_text().strip()
            == str(site.port_offset))
    assert ADMIN_PASSWORD not in site.creation.out
    users = site.path("etc/vedette/conf.d/users.yaml")
    assert stat.S_IMODE(users.stat().st_mode) == 0o600
    assert "$y$" in users.read_text()
    assert ADMIN_PASSWORD not in users.read_text()
    # The first configuration is active already.
    assert site.path("var/vedette/snapshots/current").exists()


def test_create_shows_a_random_password_once(root):
    name = "vtpassword"
    args = [] if ROOT else ["--user", pwd.getpwuid(os.geteuid()).pw_name]
    done = root.run("create", name, *args, "--port-offset", "40040",
                    check=True)
    try:
        password = re.search(r"^  password +(\S+)", done.out, re.M)[1]
        assert len(password) >= 16
        for path in (root.path / "sites" / name).rglob("*"):
            if path.is_file() and not path.is_symlink() \
                    and "version" not in path.parts:
                assert password.encode() not in path.read_bytes(), path
    finally:
        root.run("rm", name, "--yes", check=True)


@as_root
def test_create_and_rm_make_and_remove_the_user(root):
    site = root.create()
    user = pwd.getpwnam(site.name)
    assert user.pw_dir == str(site.root)
    assert site.root.stat().st_uid == user.pw_uid
    for path in site.root.rglob("*"):
        assert path.lstat().st_uid == user.pw_uid, path
    site.ok("rm", "--yes")
    site.created = False
    assert not site.root.exists()
    with pytest.raises(KeyError):
        pwd.getpwnam(site.name)
    assert subprocess.run(["getent", "group", site.name]).returncode != 0


@as_root
def test_create_takes_an_existing_user(root):
    done = root.run("create", "vtnobody", "--user", "nobody", "--port-offset",
                    "40060", "--admin-password", "x", check=True)
    home = root.path / "sites" / "vtnobody"
    assert home.stat().st_uid == pwd.getpwnam("nobody").pw_uid
    assert "vtnobody" in done.out
    root.run("rm", "vtnobody", "--yes", check=True)
    assert not home.exists()
    pwd.getpwnam("nobody")
    refused = root.run("create", "vtroot", "--user", "root")
    assert refused.code == 1 and "root" in refused.err


@as_root
def test_a_name_that_is_taken_is_refused(root):
    done = root.run("create", "nobody")
    assert done.code == 1 and "exists already" in done.err
    site = root.create()
    again = root.run("create", site.name)
    assert again.code == 1 and "already" in again.err
    assert site.path("etc/vedette/site.yaml").exists()


def test_rm_asks_before_it_removes(site):
    done = site.run("rm")
    assert done.code == 1 and "--yes" in done.err
    assert site.root.is_dir()


def test_rm_does_not_follow_links(root, site, tmp_path):
    keep = tmp_path / "keep"
    keep.mkdir()
    (keep / "file").write_text("x")
    os.symlink(keep, site.path("var/link"))
    site.ok("rm", "--yes")
    site.created = False
    assert (keep / "file").exists()


def test_sites_lists_them(root):
    assert root.run("sites", "--json", check=True).json() == []
    one, two = root.create(), root.create()
    rows = {r["site"]: r for r in root.run("sites", "--json",
                                           check=True).json()}
    assert set(rows) == {one.name, two.name}
    row = rows[one.name]
    assert row["state"] == "stopped"
    assert row["console"] == f"http://127.0.0.1:{one.port(5000)}/"
    text = root.run("sites", check=True).out
    assert text.startswith("SITE") and two.name in text


def test_offsets_do_not_meet(root):
    """Without --port-offset no port of a new site belongs to another one,
    nor is in use."""
    args = [] if ROOT else ["--user", pwd.getpwuid(os.geteuid()).pw_name]
    names = ["vtone", "vttwo", "vtthree"]
    ports = {}
    try:
        for name in names:
            root.run("create", name, "--admin-password", "x", *args,
                     check=True)
            rows = root.run("config", name, "show", "--json",
                            check=True).json()
            ports[name] = {r["value"] for r in rows
                           if r["key"].endswith(".port")
                           and r["key"].startswith("listen.")}
        for a in names:
            for b in names:
                assert a == b or not ports[a] & ports[b], (a, b)
    finally:
        for name in names:
            root.run("rm", name, "--yes")


def test_a_port_in_use_is_avoided(root):
    args = [] if ROOT else ["--user", pwd.getpwuid(os.geteuid()).pw_name]

    def offset_of(name):
        root.run("create", name, "--admin-password", "x", *args, check=True)
        path = root.path / "sites" / name / "var/vedette/port_offset"
        offset = int(path.read_text())
        root.run("rm", name, "--yes", check=True)
        return offset

    first = offset_of("vtports")
    with socket.create_server(("127.0.0.1", 5000 + first)):
        assert offset_of("vtports") != first


def test_a_given_offset_with_conflicts_warns(root):
    site = root.create()
    args = [] if ROOT else ["--user", pwd.getpwuid(os.geteuid()).pw_name]
    done = root.run("create", "vtwarn", "--admin-password", "x",
                    "--port-offset", site.port_offset, *args, check=True)
    root.run("rm", "vtwarn", "--yes", check=True)
    assert "warning" in done.err and site.name in done.err


@as_root
def test_su_is_the_site_user(root, site):
    done = root.run("su", site.name, 'id -un; pwd; echo "$VEDETTE_SITE '
                    '$VEDETTE_ROOT $HOME"; command -v vedette; umask',
                    check=True)
    lines = done.out.split("\n")
    assert lines[0] == site.name
    assert lines[1] == str(site.root)
    assert lines[2] == f"{site.name} {root.path} {site.root}"
    assert lines[3] == str(site.path("bin/vedette"))


@as_root
def test_the_site_user_names_no_site(root, site):
    done = root.run("su", site.name, "vedette status; echo $?", check=True)
    assert "stopped" in done.out and done.out.rstrip().endswith("1")
    done = root.run("su", site.name, "unset VEDETTE_SITE; cd /; vedette"
                    " config get fetcher.workers", check=True)
    assert done.out == "0\n"


def test_unit_and_man_page_are_in_the_tree(root):
    man = (BUILD / "share/man/man1/vedette.1").read_text()
    assert man == root.run("reference", "man", check=True).out
    assert (BUILD / "share/bash-completion/completions/vedette").exists()


def test_completion_offers_verbs_and_options(root):
    script = BUILD / "share/bash-completion/completions/vedette"

    def complete(*words):
        code = (f"source {script}; COMP_WORDS=({' '.join(words)} '');"
                f" COMP_CWORD={len(words)}; _vedette;"
                " printf '%s\\n' \"${COMPREPLY[@]}\"")
        return subprocess.run(
            ["bash", "-c", code], capture_output=True, text=True,
            env={**os.environ, "VEDETTE_ROOT": str(root.path)},
            check=True).stdout.split()

    assert {"create", "status", "check-config"} <= set(complete(str(VEDETTE)))
    assert "core" in complete(str(VEDETTE), "-s", "x", "start", "x")
    assert "zpool_status" in complete(str(VEDETTE), "checks", "show")
