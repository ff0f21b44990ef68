# SPDX-License-Identifier: Apache-2.0
"""docs/ says what the programs say ("make docs" writes it anew)."""
import pytest

from conftest import BUILD, TOP

TOPICS = ("settings configuration rulesets messages checks columns"
          " commands methods").split()


@pytest.mark.parametrize("topic", TOPICS)
def test_docs_are_what_the_programs_print(root, topic):
    printed = root.run("reference", topic, check=True).out
    assert len(printed) > 500
    assert (TOP / "docs" / f"{topic}.md").read_text() == printed


def test_the_man_page_is_the_table_of_verbs(root):
    printed = root.run("reference", "man", check=True).out
    assert (TOP / "packaging/man/vedette.1").read_text() == printed


def test_topics_are_listed(root):
    listed = root.run("reference", check=True).out
    for topic in [*TOPICS, "verbs", "man"]:
        assert f"\n{topic} " in "\n" + listed
    done = root.run("reference", "nosuch")
    assert done.code == 1 and "unknown topic" in done.err
