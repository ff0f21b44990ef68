# SPDX-License-Identifier: Apache-2.0
"""Every example of docs/notify-methods.md is taken as it stands there."""
import re

from conftest import TOP

CONTACT = ("contacts: {ann: {email: ann@example.com}}\n")


def test_examples_of_methods_are_valid(root):
    text = (TOP / "docs/notify-methods.md").read_text()
    blocks = re.findall(r"^```yaml\n(.*?)^```$", text, re.S | re.M)
    assert len(blocks) >= 10
    site = root.create()
    site.path("etc/vedette/conf.d/lab").mkdir(mode=0o755)
    site.write("etc/vedette/conf.d/lab/x.yaml",
               "hosts: {lab1: {check: passive, contacts: [ann]}}\n" + CONTACT)
    for block in blocks:
        if block.startswith("# site.yaml"):
            site.settings(block)
            site.config("{}")
        else:
            site.config(block)
        done = site.run("check-config")
        assert done.code == 0, (block, done)
        for line in (done.out + done.err).splitlines():
            assert "warning" not in line or "my_script" in line, (block, line)
