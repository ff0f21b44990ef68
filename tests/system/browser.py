# SPDX-License-Identifier: Apache-2.0
"""The console by HTTP as a script sees it, and in a real Chromium."""
import base64
import http.client
import json
import pathlib
import shutil
import subprocess
import time

from conftest import ADMIN_PASSWORD


class Browser:
    """Cookies and JSON over one site's HTTP port."""

    def __init__(self, site):
        self.port, self.name, self.cookie = site.port(5000), site.name, None

    def ask(self, method, path, body=None, headers=None):
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = dict(headers or {})
        if self.cookie:
            headers["Cookie"] = self.cookie
        c.request(method, path, body, headers)
        answer = c.getresponse()
        data = answer.read()
        if answer.getheader("Set-Cookie"):
            self.cookie = answer.getheader("Set-Cookie").split(";")[0]
        return answer, data

    def get(self, page):
        answer, data = self.ask("GET", f"/{self.name}/console/{page}")
        assert answer.status == 200, (answer.status, data)
        return json.loads(data)

    def list(self, table, columns, **more):
        answer, data = self.ask(
            "POST", f"/{self.name}/console/list",
            json.dumps({"table": table, "columns": columns, **more}),
            {"X-Vedette": "1"})
        assert answer.status == 200, (answer.status, data)
        return json.loads(data)

    def post(self, page, body):
        """The answer and its document."""
        answer, data = self.ask("POST", f"/{self.name}/console/{page}",
                                json.dumps(body), {"X-Vedette": "1"})
        return answer, json.loads(data) if data else None

    def login(self, name="admin", password=ADMIN_PASSWORD):
        return self.ask("POST", f"/{self.name}/console/login", json.dumps(
            {"name": name, "password": password}), {"X-Vedette": "1"})


KEYS = {"Enter": "\ue007", "Tab": "\ue004", "Escape": "\ue00c",
        "Shift": "\ue008", "Control": "\ue009", "Delete": "\ue017", "ArrowUp": "\ue013",
        "ArrowDown": "\ue015", "End": "\ue010", "Home": "\ue011"}


class Driver:
    """As much of WebDriver as these tests need."""

    def __init__(self, folder):
        self.port = None
        while self.port is None:
            # It may end at once: the port that it got for IPv4 was somebody
            # else's for IPv6.
            self.process = subprocess.Popen(
                ["chromedriver", "--port=0"], stdout=subprocess.PIPE,
                text=True)
            for line in self.process.stdout:
                if "started successfully on port" in line:
                    self.port = int(line.rsplit(" ", 1)[1].strip(" .\n"))
                    break
        args = ["--headless", "--no-sandbox", "--disable-gpu",
                "--disable-quic", "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update", "--disable-sync",
                "--disable-dev-shm-usage", f"--user-data-dir={folder}/chrome"]
        self.session = self.ask("POST", "/session", {"capabilities": {
            "alwaysMatch": {"browserName": "chrome", "goog:chromeOptions": {
                "args": args, "binary": shutil.which("chromium")}}}})[
                    "sessionId"]

    def ask(self, method, path, body=None):
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        c.request(method, path, None if body is None else json.dumps(body))
        value = json.loads(c.getresponse().read())["value"]
        assert not (isinstance(value, dict) and "error" in value), value
        return value

    def go(self, url):
        self.ask("POST", f"/session/{self.session}/url", {"url": url})

    def run(self, script):
        return self.ask("POST", f"/session/{self.session}/execute/sync",
                        {"script": script, "args": []})

    def keys(self, *what):
        """Real keys, one after the other: the text of each argument, or a key
        by its name ("Enter"); a tuple is held together."""
        steps = []

        def press(kind, key):
            steps.append({"type": kind, "value": KEYS.get(key, key)})
        for one in what:
            if isinstance(one, tuple):
                for key in one:
                    press("keyDown", key)
                for key in reversed(one):
                    press("keyUp", key)
                continue
            for key in [one] if one in KEYS else one:
                press("keyDown", key)
                press("keyUp", key)
        self.ask("POST", f"/session/{self.session}/actions", {"actions": [
            {"type": "key", "id": "keyboard", "actions": steps}]})

    def go_to(self, address):
        self.run(f"location.hash = {json.dumps(address)}")

    def later(self, script):
        """The value of a promise."""
        return self.ask("POST", f"/session/{self.session}/execute/async", {
            "script": "const done = arguments[arguments.length - 1];"
                      f"({script}).then(done, (e) => done(String(e)));",
            "args": []})

    def login(self, port, name, password):
        self.size(1400, 900)
        self.go(f"http://127.0.0.1:{port}/")
        self.wait("return document.querySelector('.login input') !== null")
        self.run("const f = document.querySelector('.login').elements;"
                 f"f.namedItem('name').value = '{name}';"
                 f"f.namedItem('password').value = '{password}';"
                 "document.querySelector('.login').requestSubmit();")
        self.wait("return document.querySelector('#bar') !== null")

    def size(self, width, height):
        self.ask("POST", f"/session/{self.session}/window/rect",
                 {"width": width, "height": height})

    def cdp(self, name, **parameters):
        return self.ask("POST", f"/session/{self.session}/goog/cdp/execute",
                        {"cmd": name, "params": parameters})

    def dark(self, on):
        self.cdp("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme",
             "value": "dark" if on else "light"}])

    def axe(self, source, options):
        """What axe-core finds wrong on the page: rule, help, places."""
        if not self.run("return typeof axe === 'object'"):
            self.run(source.read_text())
        return self.later(
            f"axe.run(document, {json.dumps(options)}).then((r) => "
            "r.violations.map((v) => [v.id, v.help, v.nodes.slice(0, 3)"
            ".map((n) => n.html.slice(0, 200) + ' ' + n.failureSummary)]))")

    def wait(self, script, timeout=60):
        end = time.monotonic() + timeout
        while not self.run(script):
            assert time.monotonic() < end, (
                script, self.run("return [location.hash, "
                                 "document.getElementById('q')?.value, "
                                 "document.body.innerText]"))
            time.sleep(0.05)

    def screenshot(self, path):
        pathlib.Path(path).write_bytes(base64.b64decode(
            self.ask("GET", f"/session/{self.session}/screenshot")))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.ask("DELETE", f"/session/{self.session}")
        finally:
            self.process.terminate()
            self.process.wait(10)
