# SPDX-License-Identifier: Apache-2.0
"""Livestatus: listeners that follow the configuration, TCP and TLS, the
protocol as clients in the field speak it."""
import http.client
import socket

from conftest import free_port


def console_answers(site, port, address="127.0.0.1"):
    try:
        c = http.client.HTTPConnection(address, port, timeout=5)
        c.request("GET", f"/{site.name}/")
        return c.getresponse().status == 200
    except OSError:
        return False


# --- listeners follow `vedette activate` -----------------------------------
def test_console_moves(started):
    old = started.port(5000)
    new = free_port()
    assert console_answers(started, old)
    kept = http.client.HTTPConnection("127.0.0.1", old, timeout=20)
    kept.request("GET", f"/{started.name}/")
    kept.getresponse().read()
    started.ok("config", "set", "listen.http.port", new)
    started.activate()
    assert console_answers(started, new)
    # A connection that was there goes on; the socket is gone.
    kept.request("GET", f"/{started.name}/")
    assert kept.getresponse().read()
    kept.close()
    started.wait_for(lambda: not console_answers(started, old))
    # The same port on all addresses, and back.
    started.ok("config", "set", "listen.http.address", "0.0.0.0")
    started.activate()
    assert console_answers(started, new)
    assert console_answers(started, new, "127.0.0.2")
    started.ok("config", "set", "listen.http.address", "127.0.0.1")
    started.activate()
    assert console_answers(started, new)
    assert not console_answers(started, new, "127.0.0.2")
    # Off and on again.
    started.ok("config", "set", "listen.http.enabled", "false")
    started.activate()
    assert not console_answers(started, new)
    started.ok("config", "set", "listen.http.enabled", "true")
    started.activate()
    assert console_answers(started, new)


def test_port_in_use_is_refused(started):
    old = started.port(5000)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        started.ok("config", "set", "listen.livestatus.tls", "off")
        for listener in ("http", "livestatus"):
            started.ok("config", "set", f"listen.{listener}.enabled", "true")
            started.ok("config", "set", f"listen.{listener}.port", taken)
            done = started.run("activate")
            assert done.code != 0
            assert f"listen.{listener}" in done.out + done.err, done
            assert str(taken) in done.out + done.err, done
            assert console_answers(started, old)
            started.ok("config", "set", f"listen.{listener}.enabled",
                       "true" if listener == "http" else "false")
            started.ok("config", "set", f"listen.{listener}.port",
                       old if listener == "http" else free_port())
            started.activate()
            assert console_answers(started, old)
