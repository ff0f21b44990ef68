# SPDX-License-Identifier: Apache-2.0
"""Every way in which an agent's output may come over port 6556, spoken by
agents that share no code with the fetcher, and what is refused of it."""
import socket
import ssl
import time

import pytest
from agent_peers import TlsAgent, encrypted, message, register
from conftest import AGENT_OUTPUT

PASSPHRASE = "Gänsefüßchen 99"


def host(agent, **more):
    return {"address": "127.0.0.1", "check": "always_up",
            "agent": {"kind": "tcp", "port": agent.port, **more}}


@pytest.fixture
def tls_agent(site, tmp_path):
    """tls_agent(payload, ...) registers host `a` and makes its agent."""
    agents = []
    # Any fetch of a TLS agent makes the site's authorities.
    site.config({})

    def make(payload=message(AGENT_OUTPUT), link=True, authority="agents",
             **options):
        if not site.path("var/vedette/tls/agents.pem").exists():
            with socket.create_server(("127.0.0.1", 0)) as s:
                site.config({"hosts": {"x": {
                    "address": "127.0.0.1", "check": "always_up",
                    "agent": {"kind": "tcp", "port": s.getsockname()[1],
                              "uuid": "00000000-0000-4000-8000-000000000000"
                              }}}})
                import threading
                threading.Thread(target=lambda: s.accept()[0].sendall(b"16"),
                                 daemon=True).start()
                site.run("fetch", "x")
        uuid, files = register(site, tmp_path, "a" if link else None,
                               authority=authority)
        agents.append(TlsAgent(site, uuid, files, payload, **options))
        return agents[-1]
    yield make
    for agent in agents:
        agent.close()


def fetched(site, agent, **more):
    site.config({"hosts": {"a": host(agent, **more)}})
    return site.run("fetch", "a")


# --- TLS -----------------------------------------------------------------
@pytest.mark.parametrize("compression", [0, 1])
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2,
                                     ssl.TLSVersion.TLSv1_3])
def test_tls(site, tls_agent, compression, version):
    agent = tls_agent(message(AGENT_OUTPUT, compression),
                      versions=(version, version))
    done = fetched(site, agent)
    assert done.out == AGENT_OUTPUT, done
    assert agent.names == [agent.uuid]
    # One common name, which is the site's and no UUID.
    assert agent.subjects == [{"commonName": site.name}]


def test_tls_over_ipv6_alone(site, tls_agent):
    agent = tls_agent(family=socket.AF_INET6)
    site.config({"hosts": {"a": {**host(agent), "address": "::1"}}})
    assert site.run("fetch", "a").out == AGENT_OUTPUT
    site.config({"hosts": {"a": {**host(agent), "address": "::1",
                                 "family": "4"}}})
    done = site.run("fetch", "a")
    assert done.code == 1 and "::1" in done.err, done


def test_large_output_in_small_records(site, tls_agent):
    big = AGENT_OUTPUT + "<<<big>>>\n" + "0123456789 abcdef\n" * 200000
    data = message(big)

    def dribble(tls):
        for i in range(0, len(data), 999):
            tls.sendall(data[i:i + 999])
    assert fetched(site, tls_agent(dribble)).out == big


def test_encrypted_within_tls(site, tls_agent):
    site.write("etc/secret", PASSPHRASE + "\n", 0o600)
    agent = tls_agent(message(encrypted("04", AGENT_OUTPUT, PASSPHRASE)))
    assert fetched(site, agent, passphrase_file="etc/secret").out \
        == AGENT_OUTPUT
    done = fetched(site, agent)
    assert done.code == 1 and "passphrase" in done.err, done


def test_registered_host_refuses_anything_else(site, tls_agent, fake_agent):
    tls_agent()
    for behave in (AGENT_OUTPUT, encrypted("02", AGENT_OUTPUT, "x")):
        done = fetched(site, fake_agent(behave))
        assert done.code == 1 and "registered for TLS" in done.err, done
        assert "vedette-agent-ctl register --hostname a" in done.err, done


def test_not_registered(site, tls_agent):
    done = fetched(site, tls_agent(link=False))
    assert done.code == 1 and "not registered" in done.err, done
    assert "vedette-agent-ctl register --hostname a" in done.err, done


def test_uuid_by_configuration(site, tls_agent):
    agent = tls_agent(link=False)
    assert fetched(site, agent, uuid=agent.uuid).out == AGENT_OUTPUT
    other = "00000000-0000-4000-8000-000000000001"
    done = fetched(site, agent, uuid=other)
    assert done.code == 1 and other in done.err, done
    assert "register" in done.err


def test_certificate_of_another_authority(site, tls_agent):
    # The site's own authority signs the site, no agents.
    done = fetched(site, tls_agent(authority="ca"))
    assert done.code == 1 and "its certificate is not one" in done.err, done


def test_agent_that_does_not_know_the_site(site, tls_agent):
    agent = tls_agent()
    agent.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    files = agent.files
    agent.context.load_cert_chain(files["pem"], files["key"])
    agent.context.load_verify_locations(files["pem"])
    agent.context.verify_mode = ssl.CERT_REQUIRED
    done = fetched(site, agent)
    assert done.code == 1 and "register" in done.err, done


@pytest.mark.parametrize("payload, words", [
    (b"", "0 bytes came"),
    (message(b"", 0), "empty output"),
    (message(AGENT_OUTPUT, 0, version=7), "version 7"),
    (message(AGENT_OUTPUT, 9), "method 9"),
    (message(AGENT_OUTPUT)[:-9], "ends in the middle"),
    (message(AGENT_OUTPUT) + b"x", "follow the end"),
    (message(b"16" + AGENT_OUTPUT.encode()), "TLS once more"),
    (message(b"hello world, how are you?"), "within TLS begins with"),
    (message(b"<<<" + b"x" * (100 << 20)), "no agent sends that|16 MiB"),
    (b"\0\0\1" + b"no zlib" * 50, "damaged"),
], ids=["nothing", "empty", "version", "method", "cut", "longer", "tls", "text",
        "bomb", "damaged"])
def test_bad_messages(site, tls_agent, payload, words):
    done = fetched(site, tls_agent(payload))
    assert done.code == 1, done
    assert any(w in done.err for w in words.split("|")), done


def test_says_tls_and_speaks_something_else(site, tls_agent, fake_agent):
    tls_agent()
    for behave, words in ((b"16" + AGENT_OUTPUT.encode(), "TLS"),
                          (b"16", "within the TLS handshake")):
        done = fetched(site, fake_agent(behave))
        assert done.code == 1 and words in done.err, done


# --- a passphrase ------------------------------------------------------------
@pytest.mark.parametrize("form", ["00", "02", "03", "04", "05", "99"])
def test_passphrase(site, fake_agent, form):
    site.write("etc/secret", PASSPHRASE + "\n", 0o600)
    agent = fake_agent(encrypted(form, AGENT_OUTPUT, PASSPHRASE))
    done = fetched(site, agent, passphrase_file="etc/secret")
    assert done.out == AGENT_OUTPUT, done
    site.write("etc/secret", "another\n", 0o600)
    done = fetched(site, agent, passphrase_file="etc/secret")
    assert done.code == 1 and "passphrase" in done.err, done
    assert "another" not in done.err.replace("another passphrase", "")


def test_passphrase_files_that_are_none(site, fake_agent):
    agent = fake_agent(encrypted("02", AGENT_OUTPUT, "x"))
    done = fetched(site, agent)
    assert done.code == 1 and "agent.passphrase_file" in done.err, done
    done = fetched(site, agent, passphrase_file="etc/none")
    assert done.code == 1 and "etc/none" in done.err, done
    site.write("etc/secret", "x\n", 0o644)
    done = fetched(site, agent, passphrase_file="etc/secret")
    assert done.code == 1 and "others may read it" in done.err, done


# --- what may be accepted ----------------------------------------------------
@pytest.mark.parametrize("mode, plain, symmetric", [
    ("auto", True, True), ("tls", False, False), ("encrypted", False, True),
    ("legacy", False, True), ("plain", True, False)])
def test_policy(site, fake_agent, mode, plain, symmetric):
    site.write("etc/secret", "x\n", 0o600)
    for behave, allowed in ((AGENT_OUTPUT, plain),
                            (encrypted("02", AGENT_OUTPUT, "x"), symmetric)):
        done = fetched(site, fake_agent(behave), encryption=mode,
                       passphrase_file="etc/secret")
        assert (done.code == 0) == allowed, done
        if not allowed:
            assert f'"{mode}"' in done.err, done


def test_policy_by_rule(site, fake_agent):
    """A ruleset sets what the host's own key does not."""
    site.write("etc/secret", "x\n", 0o600)
    agent = fake_agent(encrypted("03", AGENT_OUTPUT, "x"))
    rule = {"ruleset": "host_agent_encryption", "when": {"hosts": ["a"]},
            "value": {"mode": "legacy", "passphrase_file": "etc/secret"}}
    site.config({"hosts": {"a": host(agent)}, "rules": [rule]})
    assert site.run("fetch", "a").out == AGENT_OUTPUT
    agent.behave = AGENT_OUTPUT
    done = site.run("fetch", "a")
    assert done.code == 1 and '"legacy"' in done.err, done
    site.config({"hosts": {"a": host(agent, encryption="plain")},
                 "rules": [rule]})
    assert site.run("fetch", "a").out == AGENT_OUTPUT


def test_mistakes_are_found(site):
    site.config({"hosts": {"a": {"agent": {
        "kind": "tcp", "encryption": "rot13", "uuid": "NO"}}}})
    done = site.run("check-config")
    assert done.code != 0 and "rot13" in done.out + done.err, done
    site.config({"hosts": {"a": {"agent": {"kind": "tcp", "uuid": "NO"}}}})
    done = site.run("check-config")
    assert done.code != 0 and "UUID" in done.out + done.err, done


# --- a running site ----------------------------------------------------------
def test_registration_takes_effect_by_itself(site, tls_agent):
    agent = tls_agent(link=False)
    site.config({"hosts": {"a": host(agent)}, "services": [], "rules": [
        {"ruleset": "service_check_interval", "value": "1s"}]})
    site.settings({"fetcher": {"workers": 1}})
    site.activate()
    site.start()
    row = site.wait_for_service("a", "Check_MK", 2)
    assert "not registered" in row["plugin_output"], row
    (site.path("var/vedette/agents")).mkdir(exist_ok=True)
    (site.path("var/vedette/agents") / agent.uuid).symlink_to("pull/a")
    row = site.wait_for_service("a", "Check_MK", 0)
    assert site.name in agent.subjects[-1]["commonName"]


def test_slow_keys_hinder_nobody(site, fake_agent):
    """Form 05 costs half a second of CPU each: the others stay on time."""
    site.write("etc/secret", "x\n", 0o600)
    slow = fake_agent(encrypted("05", AGENT_OUTPUT, "x"))
    fast = fake_agent()
    site.config({
        "hosts": {**{f"slow{i}": host(slow, passphrase_file="etc/secret")
                     for i in range(8)}, "fast": host(fast)},
        "rules": [{"ruleset": "service_check_interval", "value": "1s"}]})
    site.settings({"fetcher": {"workers": 1}})
    site.activate()
    site.start()
    site.wait_for_service("fast", "Check_MK", 0)
    site.wait_for_service("slow0", "Check_MK", 0)
    before, began = fast.count, time.monotonic()
    site.wait_for(lambda: fast.count >= before + 8, 40, "fast fetches")
    # Counted against the slow ones, not against the clock: eight slow hosts a
    # second cannot be done, one fast one can.
    assert time.monotonic() - began < 20
    for name in ("fetcher-1", "core"):
        assert "x\n" != site.log(name) and "etc/secret" not in site.log(name)
