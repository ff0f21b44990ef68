# SPDX-License-Identifier: Apache-2.0
"""Throw-away sites and peers for the system tests.

Each test that asks for `site` gets a site of its own below a short folder in
/tmp (sockets allow 107 characters), with a Unix user of its own when the tests
run as root. Afterwards it is removed, and its logs must be free of panics and
of sanitizers' reports. Binaries come from VEDETTE_BUILD (default: build).

Wait for events with wait_for(), never for time.
"""
import atexit
import contextlib
import json
import os
import pathlib
import random
import re
import shutil
import socket
import string
import subprocess
import tempfile
import threading
import time

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]


def reachable_build():
    """The build, or a copy of it if other users cannot reach it (a clone
    below /root): sites' users run its programs."""
    build = pathlib.Path(os.environ.get("VEDETTE_BUILD",
                                        TOP / "build")).resolve()
    if os.geteuid() != 0 or all(p.stat().st_mode & 0o001
                                for p in (build, *build.parents)):
        return build
    folder = pathlib.Path(tempfile.mkdtemp(prefix="vtbuild", dir="/tmp"))
    atexit.register(shutil.rmtree, folder, True)
    folder.chmod(0o755)
    for name in ("bin", "lib", "share"):
        shutil.copytree(build / name, folder / name, symlinks=True)
    os.environ["VEDETTE_BUILD"] = str(folder)   # for the workers of xdist
    return folder


BUILD = reachable_build()
VEDETTE = BUILD / "bin" / "vedette"
ADMIN_PASSWORD = "correct horse"

# What no daemon may ever write into its log.
BAD_WORDS = re.compile(
    r"ERROR: \w*Sanitizer|runtime error:|WARNING: ThreadSanitizer"
    r"|\bpanic\b|does not hold")


def pytest_report_header():
    return f"binaries: {BUILD}/bin"


class Teller:
    """Says at once what failed: a run that is cut off still tells why."""

    def pytest_runtest_logreport(self, report):
        if report.failed:
            print(f"\n== {report.nodeid} ({report.when})\n"
                  f"{report.longreprtext[-6000:]}", flush=True)


def pytest_configure(config):
    """Once for all workers, before the first of them starts."""
    if hasattr(config, "workerinput"):
        return
    config.pluginmanager.register(Teller())
    if not VEDETTE.exists():
        pytest.exit(f"{VEDETTE} is not there: run make first", 3)
    script = BUILD / "share" / "vedette" / "set-capabilities"
    if os.geteuid() == 0 and script.exists():
        subprocess.run([script, BUILD / "bin"], check=False)
    remove_orphans()


def remove_orphans():
    """Sites of runs that were killed: their note names a dead process."""
    for note in pathlib.Path("/tmp").glob("vt?????/.tests"):
        with contextlib.suppress(OSError, ValueError):
            if note.stat().st_uid != os.geteuid() \
                    or pathlib.Path("/proc", note.read_text()).exists():
                continue
            environment = {**os.environ, "VEDETTE_ROOT": str(note.parent)}
            for site in (note.parent / "sites").iterdir():
                subprocess.run([VEDETTE, "rm", site.name, "--yes"],
                               env=environment, check=False)
            shutil.rmtree(note.parent, ignore_errors=True)


# A busy machine delays what a test waits for; only what never comes costs it.
PATIENCE = 3


def wait_for(predicate, timeout=20, what="the condition", interval=0.05):
    """Polls until predicate() is true and returns its value."""
    timeout *= PATIENCE
    end = time.monotonic() + timeout
    last = None
    while True:
        try:
            value = predicate()
            if value:
                return value
            last = value
        except (OSError, ValueError, KeyError, IndexError,
                subprocess.CalledProcessError) as e:
            last = e
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {timeout} s"
                                 f" (last: {last!r})")
        time.sleep(interval)


def free_port(kind=socket.SOCK_STREAM, host="127.0.0.1"):
    with socket.socket(socket.AF_INET, kind) as s:
        s.bind((host, 0))
        return s.getsockname()[1]


def yaml(value):
    """JSON is valid YAML, so configurations are written as JSON."""
    return json.dumps(value, indent=1, ensure_ascii=False)


class Result:
    def __init__(self, done):
        self.code = done.returncode
        self.out = done.stdout
        self.err = done.stderr

    def json(self):
        return json.loads(self.out)

    def __repr__(self):
        return f"exit code {self.code}\n--- out\n{self.out}\n--- err\n{self.err}"


def random_offset():
    """Far from the usual ports, so that tests may run beside sites; sites of
    two workers of xdist never meet, for no two of their ports are equal modulo
    60."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % 3
    return random.randrange(10020, 24700, 60) + 20 * worker


class Root:
    """A VEDETTE_ROOT of its own; makes sites and removes them all."""

    def __init__(self):
        while True:
            self.path = pathlib.Path("/tmp/vt" + "".join(
                random.choices(string.ascii_lowercase, k=5)))
            with contextlib.suppress(FileExistsError):
                self.path.mkdir(mode=0o755)
                break
        self.path.chmod(0o755)
        (self.path / ".tests").write_text(str(os.getpid()))
        self.sites = []

    def run(self, *args, input=None, timeout=90, check=False, env=None,
            before=()):
        """Runs `vedette ARGS` as this user (root names the site itself)."""
        environment = dict(os.environ)
        environment.pop("VEDETTE_SITE", None)
        environment["VEDETTE_ROOT"] = str(self.path)
        environment.setdefault("ASAN_OPTIONS", "detect_leaks=0")
        environment.setdefault("UBSAN_OPTIONS", "print_stacktrace=1")
        environment.update(env or {})
        done = Result(subprocess.run(
            [*before, str(VEDETTE), *map(str, args)], input=input,
            timeout=timeout * PATIENCE,
            stdin=subprocess.DEVNULL if input is None else None,
            capture_output=True, text=True, env=environment, cwd="/"))
        assert not BAD_WORDS.search(done.err), done
        if check and done.code != 0:
            pytest.fail(f"{args}: {done!r}")
        return done

    def create(self, name=None, **options):
        name = name or "vt" + "".join(
            random.choices(string.ascii_lowercase, k=6))
        return Site(self, name, **options)

    def remove(self):
        for site in self.sites:
            with contextlib.suppress(Exception):
                site.remove()
        shutil.rmtree(self.path, ignore_errors=True)


class Site:
    """One site: its command, its files, its sockets, its logs."""

    def __init__(self, root, name, port_offset=None, settings=None,
                 config=None, start=False):
        self.top, self.name = root, name
        self.root = root.path / "sites" / name
        self.created = False
        args = ["--port-offset",
                random_offset() if port_offset is None else port_offset]
        if os.geteuid() != 0:
            import pwd
            args += ["--user", pwd.getpwuid(os.geteuid()).pw_name]
        self.port_offset = int(args[1])
        self.creation = root.run("create", name, "--admin-password",
                                 ADMIN_PASSWORD, *args, check=True)
        self.created = True
        root.sites.append(self)   # removed even if it does not start
        if settings is not None:
            self.settings(settings)
        if config is not None:
            self.config(config)
        if settings is not None or config is not None:
            self.activate()
        if start:
            self.start()

    # --- the command ---------------------------------------------------
    def run(self, *args, **options):
        """`vedette -s NAME ARGS` (also for verbs that want it first)."""
        return self.top.run("-s", self.name, *args, **options)

    def ok(self, *args, **options):
        return self.run(*args, check=True, **options)

    def start(self, daemon=None):
        return self.ok("start", *([daemon] if daemon else []))

    def stop(self, daemon=None):
        return self.ok("stop", *([daemon] if daemon else []))

    def activate(self):
        return self.ok("activate")

    def status(self):
        """{daemon: {state, pid, since}} and the exit code."""
        done = self.run("status", "--json")
        return {row["daemon"]: row for row in done.json()}, done.code

    def pids(self, daemon):
        row = self.status()[0][daemon]
        return [i["pid"] for i in row.get("instances", [row]) if i["pid"]]

    def remove(self):
        if self.created:
            self.top.run("rm", self.name, "--yes")
            self.created = False

    # --- files -----------------------------------------------------------
    def path(self, *parts):
        return self.root.joinpath(*parts)

    def write(self, relative, text, mode=0o640):
        """Writes a file in the site as its owner would."""
        path = self.root / relative
        made = []
        for folder in reversed(path.relative_to(self.root).parents):
            whole = self.root / folder
            if not whole.exists():
                whole.mkdir(mode=0o750)
                made.append(whole)
        path.write_text(text)
        path.chmod(mode)
        st = self.root.stat()
        if os.geteuid() == 0:
            for one in [*made, path]:
                os.chown(one, st.st_uid, st.st_gid)
        return path

    def config(self, value, name="test.yaml"):
        """Writes conf.d/NAME; activate() makes it work."""
        return self.write(f"etc/vedette/conf.d/{name}",
                          value if isinstance(value, str) else yaml(value))

    def settings(self, value):
        return self.write("etc/vedette/site.yaml",
                          value if isinstance(value, str) else yaml(value))

    def log(self, daemon):
        try:
            return self.path("var/log", daemon + ".log").read_text(
                errors="replace")
        except FileNotFoundError:
            return ""

    def logs(self):
        """{name: text} of all logs."""
        return {p.stem: p.read_text(errors="replace")
                for p in sorted(self.path("var/log").glob("*.log"))}

    def history(self):
        """Lines of core's history, oldest first."""
        return [line for p in sorted(self.path("var/history").rglob("*"))
                if p.is_file()
                for line in p.read_text(errors="replace").splitlines()]

    def check_logs(self):
        for name, text in self.logs().items():
            bad = BAD_WORDS.search(text)
            assert not bad, f"{name}.log:\n" + text[max(0, bad.start() - 500):
                                                    bad.start() + 6000]

    # --- ports and sockets -------------------------------------------------
    def port(self, default):
        """The port of this site for one of the contract's table."""
        return default + self.port_offset

    def ask(self, request, socket_path="tmp/run/live", timeout=20):
        """Raw bytes of an answer from a Unix socket of the site."""
        if isinstance(request, str):
            request = request.encode()
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(timeout * PATIENCE)
            s.connect(str(self.path(socket_path)))
            s.sendall(request)
            s.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: s.recv(65536), b""))

    def query(self, *lines):
        """Rows of a Livestatus query, e.g. query("GET hosts",
        "Columns: name state")."""
        text = "\n".join(lines).rstrip("\n")
        if "OutputFormat:" not in text:
            text += "\nOutputFormat: json"
        answer = self.ask(text + "\n\n")
        try:
            return json.loads(answer)
        except ValueError:
            raise ValueError(f"{text!r}: {answer!r}") from None

    def command(self, line):
        """An external command through Livestatus; a refusal raises."""
        answer = self.ask(f"COMMAND [{int(time.time())}] {line}\n\n")
        assert answer == b"", answer

    def surely(self, line, taken, timeout=30):
        """A command that must be taken although daemons are being killed:
        sent again until it is answered, or until taken() sees its effect
        (after a cut connection nobody can say whether it was)."""
        def once():
            try:
                if taken():
                    return True
                return self.ask(f"COMMAND [{int(time.time())}] {line}\n\n") \
                    == b""
            except OSError:
                return False
        self.wait_for(once, timeout, line)
        self.wait_for(taken, timeout, "the effect of " + line)

    def service(self, host, description,
                columns="state plugin_output perf_data"):
        """{column: value} of one service, or None."""
        columns = columns.split()
        rows = self.query("GET services", "Columns: " + " ".join(columns),
                          f"Filter: host_name = {host}",
                          f"Filter: description = {description}")
        return dict(zip(columns, rows[0])) if rows else None

    def host(self, name, columns="state plugin_output"):
        columns = columns.split()
        rows = self.query("GET hosts", "Columns: " + " ".join(columns),
                          f"Filter: name = {name}")
        return dict(zip(columns, rows[0])) if rows else None

    def events(self, *lines):
        """The raw answer of the event console's status socket."""
        return self.ask("\n".join(lines) + "\n", "tmp/run/eventd/status")

    def wait_for(self, predicate, timeout=20, what="the condition"):
        """As wait_for(); a failure shows the ends of all logs."""
        try:
            return wait_for(predicate, timeout, what)
        except AssertionError as e:
            tails = "".join(f"\n--- {name}.log\n" +
                            "\n".join(text.splitlines()[-15:])
                            for name, text in self.logs().items())
            raise AssertionError(str(e) + tails) from None

    def wait_for_service(self, host, description, state=None, timeout=30,
                         check=None, columns="state plugin_output perf_data"):
        """Waits for a checked service (in that state; check(row) true)."""
        wanted = columns + " has_been_checked"

        def look():
            row = self.service(host, description, wanted)
            if not row or not row["has_been_checked"]:
                return None
            if state is not None and row["state"] != state:
                return None
            return row if check is None or check(row) else None
        return self.wait_for(look, timeout, f"{host};{description}"
                             + (f" in state {state}"
                                if state is not None else " checked"))

    def wait_for_host(self, name, state=None, timeout=30):
        def look():
            row = self.host(name, "state plugin_output has_been_checked")
            if not row or not row["has_been_checked"]:
                return None
            return row if state is None or row["state"] == state else None
        return self.wait_for(look, timeout, f"host {name}")


@pytest.fixture
def root():
    """A VEDETTE_ROOT; root.create(...) makes sites in it."""
    r = Root()
    try:
        yield r
        for site in r.sites:
            if site.created:
                site.check_logs()
    finally:
        r.remove()


@pytest.fixture
def site(root):
    """A site that is created and not started."""
    return root.create()


@pytest.fixture
def started(root):
    """A site that runs, with two workers and without hosts."""
    return root.create(settings={"fetcher": {"workers": 2}}, start=True)


# --- peers -----------------------------------------------------------------
AGENT_OUTPUT = """<<<check_mk>>>
Version: 2.2.0p1
AgentOS: linux
Hostname: fake
<<<uptime>>>
123456.78 234567.89
<<<cpu>>>
0.50 0.40 0.30 2/345 6789 2
<<<mem>>>
MemTotal:        8000000 kB
MemFree:         4000000 kB
MemAvailable:    6000000 kB
Buffers:          100000 kB
Cached:          1900000 kB
SwapTotal:       1000000 kB
SwapFree:        1000000 kB
<<<df_v2>>>
/dev/sda1 ext4 10000000 4000000 6000000 40% /
[df_inodes_start]
/dev/sda1 ext4 1000000 100000 900000 10% /
[df_inodes_end]
<<<local:sep(0)>>>
0 Local_one count=5;10;20 all is well
"""


class FakeAgent:
    """Listens on loopback and treats each connection as `behave` says:

    bytes or str: sends it and closes; "silent": sends nothing and waits;
    ("half", data): sends data and waits; ("garbage", n): n random bytes;
    ("dribble", data, seconds): a byte at a time; a callable gets the socket.
    `behave` may be changed at any time; `count` is the connections so far.
    """

    def __init__(self, behave=AGENT_OUTPUT):
        self.behave = behave
        self.count = 0
        self.open = set()
        self.closing = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                conn, _ = self.listener.accept()
            except OSError:
                return
            self.count += 1
            self.open.add(conn)
            threading.Thread(target=self._serve, args=(conn,),
                             daemon=True).start()

    def _wait_for_end(self, conn):
        conn.settimeout(0.2)
        while not self.closing.is_set():
            try:
                if conn.recv(4096) == b"":
                    return
            except socket.timeout:
                continue

    def _serve(self, conn):
        with contextlib.suppress(OSError), conn:
            self._speak(conn, self.behave)
        self.open.discard(conn)

    def _speak(self, conn, behave):
        if callable(behave):
            behave(conn)
        elif behave == "silent":
            self._wait_for_end(conn)
        elif isinstance(behave, (str, bytes)):
            conn.sendall(behave.encode() if isinstance(behave, str)
                         else behave)
        elif behave[0] == "half":
            conn.sendall(behave[1])
            self._wait_for_end(conn)
        elif behave[0] == "garbage":
            left = behave[1]
            block = random.Random(1).randbytes(65536)
            while left > 0 and not self.closing.is_set():
                left -= conn.send(block[:left])
        elif behave[0] == "dribble":
            for byte in behave[1]:
                conn.sendall(bytes([byte]))
                if self.closing.wait(behave[2]):
                    return

    def close(self):
        self.closing.set()
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for conn in list(self.open):
            with contextlib.suppress(OSError):
                conn.close()


@pytest.fixture
def fake_agent():
    """fake_agent(behave) makes an agent; all are closed afterwards."""
    agents = []

    def make(behave=AGENT_OUTPUT):
        agents.append(FakeAgent(behave))
        return agents[-1]
    yield make
    for agent in agents:
        agent.close()


class FakeSmtp:
    """A mail server that keeps what it gets.

    `answers` maps a verb (HELO EHLO MAIL RCPT DATA END) to another answer,
    for example {"RCPT": "550 no such user"}.
    """

    def __init__(self, answers=None):
        self.answers = answers or {}
        self.mails = []  # (sender, [recipients], text)
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                conn, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(conn,),
                             daemon=True).start()

    def _serve(self, conn):
        with contextlib.suppress(OSError), conn, \
                conn.makefile("rwb", buffering=0) as f:
            f.write(b"220 fake ESMTP\r\n")
            sender, recipients = None, []
            for line in iter(f.readline, b""):
                line = line.decode(errors="replace").strip()
                verb = line.split(" ")[0].split(":")[0].upper()
                answer = self.answers.get(verb)
                if verb == "MAIL":
                    sender, recipients = line.split(":", 1)[1], []
                elif verb == "RCPT":
                    recipients.append(line.split(":", 1)[1].strip(" <>"))
                elif verb == "DATA" and not answer:
                    f.write(b"354 go on\r\n")
                    text = b""
                    for part in iter(f.readline, b""):
                        if part.rstrip(b"\r\n") == b".":
                            break
                        text += part
                    answer = self.answers.get("END")
                    if not answer:
                        with self.lock:
                            self.mails.append((sender, recipients,
                                               text.decode(errors="replace")))
                elif verb == "QUIT":
                    f.write(b"221 bye\r\n")
                    return
                f.write((answer or "250 ok").encode() + b"\r\n")

    def close(self):
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


@pytest.fixture
def fake_smtp():
    """fake_smtp(answers) makes a mail server on loopback."""
    servers = []

    def make(answers=None):
        servers.append(FakeSmtp(answers))
        return servers[-1]
    yield make
    for server in servers:
        server.close()


# --- two machines ----------------------------------------------------------
def ip(*args):
    subprocess.run(["ip", *args], check=True, capture_output=True)


@pytest.fixture
def line():
    """A network namespace behind a veth pair: our address and theirs, cut,
    heal, how a command begins that runs there (`before`: as nobody)."""
    name = f"vt{os.getpid()}"
    # several test runs share a machine
    net, low = os.getpid() // 64 % 256, os.getpid() % 64 * 4
    ours, theirs = f"10.251.{net}.{low + 1}", f"10.251.{net}.{low + 2}"
    if os.geteuid() != 0 or not shutil.which("ip"):
        pytest.skip("needs root and iproute2 to make a network namespace")
    try:
        ip("netns", "add", name)
        ip("link", "add", name + "a", "type", "veth", "peer", "name",
           name + "b", "netns", name)
    except subprocess.CalledProcessError as e:
        subprocess.run(["ip", "netns", "del", name], check=False,
                       capture_output=True)
        pytest.skip(f"no network namespaces here: {e.stderr.decode()}")
    ip("addr", "add", f"{ours}/30", "dev", name + "a")
    ip("link", "set", name + "a", "up")
    ip("-n", name, "addr", "add", f"{theirs}/30", "dev", name + "b")
    ip("-n", name, "link", "set", name + "b", "up")
    ip("-n", name, "link", "set", "lo", "up")

    class Line:
        inside = ["ip", "netns", "exec", name]
        before = [*inside, "setpriv", "--reuid=nobody", "--regid=nogroup",
                  "--clear-groups"]

        @staticmethod
        def cut():
            ip("-n", name, "link", "set", name + "b", "down")

        @staticmethod
        def heal():
            ip("-n", name, "link", "set", name + "b", "up")
    Line.ours, Line.theirs = ours, theirs
    yield Line
    ip("netns", "del", name)
