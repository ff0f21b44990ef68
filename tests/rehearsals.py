# SPDX-License-Identifier: Apache-2.0
"""The rehearsals of docs/simulate.md: each file that the page shows is played
with the command that it shows, and prints what it shows.

A rehearsal is a ```yaml block, then a ``` block that begins with "$ COMMAND".
"""
import os
import re
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
PAGE = os.path.join(os.path.dirname(HERE), "docs", "simulate.md")
BLOCKS = re.compile(r"```yaml\n(.*?)```\n.*?```\n\$ (.*?)\n(.*?)```", re.S)


def played(binary, text, command):
    """What the command prints where the file is."""
    name = re.search(r"(\S+\.yaml)", command).group(1)
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
            f.write(text)
        path = os.path.dirname(binary) + os.pathsep + os.environ["PATH"]
        run = subprocess.run(["sh", "-c", command], cwd=folder, text=True,
                             env={**os.environ, "PATH": path}, timeout=60,
                             capture_output=True)
    return run.stdout + run.stderr


def all_of_them():
    """Pairs of a title and a function that says what is wrong."""
    with open(PAGE, encoding="utf-8") as f:
        page = f.read()
    parts = re.split(r"^### ", page, flags=re.M)[1:]
    for part in parts:
        title = part.partition("\n")[0]
        found = BLOCKS.search(part)
        if not found:
            yield title, lambda binary: ["the page shows no play"]
            continue
        text, command, expected = found.groups()

        def check(binary, text=text, command=command, expected=expected):
            got = played(binary, text, command)
            if got == expected:
                return []
            return ["docs/simulate.md shows other lines than: " + got]
        yield title, check
