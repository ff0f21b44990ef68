# SPDX-License-Identifier: Apache-2.0
"""syslog-ng as a sender: UDP, TCP with both framings, TLS. Its package cannot
be installed beside rsyslog's, so it is unpacked below the build."""
import json
import os
import re
import socket
import subprocess

import pytest
from conftest import TOP, wait_for

SENDERS = {
    "udp": 'network("127.0.0.1" port({p514}) transport("udp") '
           'persist-name("udp"))',
    "lines": 'network("127.0.0.1" port({p514}) transport("tcp") '
             'persist-name("lines"))',
    "frames": 'syslog("127.0.0.1" port({p514}) transport("tcp") '
              'persist-name("frames"))',
    "tls": 'syslog("127.0.0.1" port({p6514}) transport("tls") '
           'tls(ca-file("{ca}") peer-verify(required-trusted)))',
}


@pytest.fixture(scope="module")
def unpacked():
    top = TOP / "build" / "peers" / "syslog-ng"
    done = subprocess.run(
        [TOP / "packaging" / "unpack-packages", top, "syslog-ng-core",
         "libivykis0", "libnet1"], capture_output=True, text=True,
        timeout=300, check=False)
    if done.returncode != 0:
        pytest.skip("no syslog-ng: " + done.stderr.strip())
    return top


def config(site, folder, ca):
    names = {"p514": site.port(514), "p6514": site.port(6514), "ca": ca}
    paths = "".join(
        f'rewrite r_{name} {{ set("{name} $MESSAGE" value("MESSAGE")); }};\n'
        f"log {{ source(s); rewrite(r_{name}); destination {{ "
        f"{how.format(**names)}; }}; }};\n" for name, how in SENDERS.items())
    return f"""@version: 3.38
options {{ stats-freq(0); keep-hostname(yes); use-dns(no); }};
source s {{ unix-dgram("{folder}/log"); }};
{paths}"""


def rows(site, columns, *filters):
    return json.loads(site.events("GET events", f"Columns: {columns}",
                                  *filters, "OutputFormat: json", ""))[1:]


def test_syslog_ng_sends(root, tmp_path, unpacked):
    on = {"enabled": True}
    site = root.create(
        settings={"fetcher": {"workers": 1},
                  "listen": {"syslog_udp": on, "syslog_tcp": on,
                             "syslog_tls": on}},
        config={"event_rules": [{"id": "all", "state": "syslog"}]},
        start=True)
    modules = next((unpacked / "usr/lib/syslog-ng").glob("[0-9]*"))
    (tmp_path / "conf").write_text(
        config(site, tmp_path, site.path("var/vedette/tls/ca.pem")))
    log = open(tmp_path / "err", "w+")
    sender = subprocess.Popen(
        [unpacked / "usr/sbin/syslog-ng", "-F", "--no-caps", "-f",
         tmp_path / "conf", "-R", tmp_path / "persist", "-p",
         tmp_path / "pid", "-c", tmp_path / "ctl",
         f"--module-path={modules}"], stderr=log, env={
             **os.environ, "LD_LIBRARY_PATH":
             f"{unpacked}/usr/lib/syslog-ng:" + ":".join(
                 map(str, unpacked.glob("usr/lib/*-linux-gnu")))})
    try:
        def listens():
            assert sender.poll() is None, (tmp_path / "err").read_text()
            return (tmp_path / "log").exists()
        wait_for(listens, 60, "syslog-ng's socket")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
            s.connect(str(tmp_path / "log"))
            s.send(b"<27>Mar  5 13:59:58 door[7]: opened")
            s.send("<30>Mar  5 13:59:59 door[7]: zu für heute".encode())
        site.wait_for(lambda: len(rows(site, "event_id")) == 8, 60,
                      "eight events")
    finally:
        sender.terminate()
        sender.wait(60)
        log.close()
    for name in SENDERS:
        got = rows(site, "event_text event_application event_pid event_state "
                   "event_facility event_priority",
                   f"Filter: event_text ~ {name} ")
        assert [row[1:] for row in got] == [
            ["door", 7, 2, 3, 3], ["door", 7, 0, 3, 6]], name
        # RFC 5424 brings structured data, which stays before the text.
        before = r"^(\[.*\] )?"
        for row, text in zip(got, ("opened", "zu für heute")):
            assert re.search(f"{before}{name} {text}$", row[0]), row
    counts = json.loads(site.events(
        "GET status", "Columns: status_messages_udp status_messages_tcp "
        "status_messages_tls status_messages_unparsed",
        "OutputFormat: json", ""))[1]
    assert counts == [2, 4, 2, 0]
