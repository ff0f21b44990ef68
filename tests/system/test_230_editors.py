# SPDX-License-Identifier: Apache-2.0
"""JSON Schemas for editors, the example, and the documentation's examples."""
import json
import re
import subprocess

import pytest
import yaml
from jsonschema import Draft202012Validator

from conftest import TOP, VEDETTE


def schema(name):
    text = subprocess.run([VEDETTE, "config", "schema", name], check=True,
                          capture_output=True, text=True).stdout
    document = json.loads(text)
    Draft202012Validator.check_schema(document)
    return Draft202012Validator(document)


def mistakes(validator, document):
    return [f"{list(e.absolute_path)}: {e.message[:300]}"
            for e in validator.iter_errors(document)]


def example():
    return subprocess.run([VEDETTE, "config", "example"], check=True,
                          capture_output=True, text=True).stdout


def documented():
    """Each ```yaml block of docs/configuring.md with its line."""
    text = (TOP / "docs/configuring.md").read_text()
    for found in re.finditer(r"^```yaml\n(.*?)^```$", text, re.M | re.S):
        yield text.count("\n", 0, found.start()) + 1, found[1]


def test_the_example_is_valid(site):
    site.config(example())
    done = site.run("check-config", "--json")
    assert done.code == 0, done
    assert done.json()["warnings"] == []
    assert mistakes(schema("conf.d"), yaml.safe_load(example())) == []


def test_scenarios_fit_the_schema():
    validator = schema("conf.d")
    seen = 0
    for path in sorted((TOP / "tests/scenarios").glob("*.yaml")):
        played = yaml.safe_load(path.read_text())
        config = played.get("config") if isinstance(played, dict) else None
        if not isinstance(config, dict) or path.stem == "file-mistake":
            continue
        config = {k: v for k, v in config.items() if k != "site"}
        assert mistakes(validator, config) == [], path.name
        seen += 1
    assert seen > 50


@pytest.mark.parametrize("wrong", [
    {"hosts": {"a": {"adress": "x"}}},
    {"hosts": {"a": {"check_interval": "5 parsecs"}}},
    {"hosts": {"a": {"check": {"tcp": 70000}}}},
    {"host": {}},
    {"services": [{"hosts": ["a"], "check": "passive"}]},
    {"rules": [{"ruleset": "nope", "value": 1}]},
    {"rules": [{"ruleset": "host_notifications", "value": 3}]},
    {"rules": [{"ruleset": "filesystem_levels", "value": {"lvl": 1}}]},
    {"contacts": {"a": {"email": 5}}},
    {"notification_rules": [{"method": "slack",
                             "parameters": {"chanel": "x"}}]},
], ids=str)
def test_the_schema_finds(wrong):
    assert mistakes(schema("conf.d"), wrong)


def test_schemas_of_the_other_files():
    folder, site = schema("_folder"), schema("site")
    assert not mistakes(folder, {"title": "Munich", "agent": {"kind": "tcp"}})
    assert mistakes(folder, {"hosts": {}})
    assert not mistakes(site, {"timezone": None, "fetcher": {"workers": 2},
                               "listen": {"http": {"enabled": True}}})
    assert mistakes(site, {"listen": {"htp": {}}})
    assert mistakes(site, {"fetcher": {"worker": 2}})
    assert subprocess.run([VEDETTE, "config", "schema", "x"],
                          capture_output=True, check=False).returncode == 1


TABLES = {"host": "hosts", "contact group": "contact_groups",
          "time period": "timeperiods", "site": "sites",
          "host group": "host_groups"}


def add_missing(stubs, messages):
    """What the block names and does not declare, so that it stands alone."""
    for what, name in re.findall(
            rf"there is no ({'|'.join(TABLES)}) ([\w.-]+)", messages):
        stubs.setdefault(TABLES[what], {})[name] = \
            {"agent": {"kind": "tcp"}} if what == "host" else {}


@pytest.mark.parametrize("line, text", list(documented()),
                         ids=lambda v: str(v) if isinstance(v, int) else "")
def test_documented_examples(site, line, text):
    for name in ("site.yaml", "_folder.yaml"):
        if f"# {name}" in text.splitlines()[0]:
            validator = schema(name.split(".")[0])
            assert mistakes(validator, yaml.safe_load(text)) == []
            return
    stubs = {}
    for _ in range(4):
        site.config(text)
        others = site.path("etc/vedette/conf.d/zz-others.yaml")
        others.write_text(json.dumps(stubs))
        others.chmod(0o644)
        done = site.run("check-config")
        add_missing(stubs, done.err)
        if done.code == 0:
            return
    raise AssertionError(f"line {line}: {done}")
