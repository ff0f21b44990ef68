# SPDX-License-Identifier: Apache-2.0
"""What a user sees who owns no site here."""
import json
import os
import subprocess

import pytest

from conftest import VEDETTE

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="becomes nobody")


def as_nobody(root, *args):
    return subprocess.run([VEDETTE, *args], user="nobody", group="nogroup",
                          extra_groups=[], capture_output=True, text=True,
                          env={"VEDETTE_ROOT": str(root.path),
                               "PATH": os.environ["PATH"]}, cwd="/")


def test_other_peoples_sites_are_unknown(root):
    site = root.create()
    rows = json.loads(as_nobody(root, "sites", "--json").stdout)
    assert [(r["site"], r["state"], r["console"]) for r in rows] == [
        (site.name, "unknown", None)]


def test_create_says_what_to_do_without_permission(root):
    root.create()
    done = as_nobody(root, "create", "vtnobody", "--user", "nobody")
    assert done.returncode == 1
    assert "Permission denied (run it as root" in done.stderr
