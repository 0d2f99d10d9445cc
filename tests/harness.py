"""A real engine on real sockets, for the tests written in Python: configuration, start, stop, kill, signed pushes; and how a
suite of tests is run and reported."""

import hashlib
import hmac
import http.client
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import traceback
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VIGIE = Path(os.environ.get("VIGIE", ROOT / "build" / "release" / "vigie"))
SECRET = "0123456789abcdef0123456789abcdef"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def seed():
    """The seed of this run: VIGIE_SEED, or a new one. Printed, so that a failure can be run again."""
    value = int(os.environ.get("VIGIE_SEED") or random.SystemRandom().randrange(1 << 32))
    print(f"seed {value}", flush=True)
    return value


class Skip(Exception):
    """What a test raises that cannot run here; the text says why."""


def run_tests(tests, *arguments):
    """Calls every test of title → function. One that returns has passed, one that raises has not. Gives the exit code."""
    failed = 0
    for title, test in tests.items():
        try:
            test(*arguments)
        except Skip as skip:
            print(f"SKIP {title}: {skip}", flush=True)
        except Exception as error:  # one broken test must not hide the others
            failed += 1
            reason = str(error).strip().splitlines() or [type(error).__name__]
            print(f"FAIL {title}: {reason[0][:500]}", flush=True)
            traceback.print_exc()
        else:
            print(f"PASS {title}", flush=True)
    return 1 if failed else 0


def run_scene(tests, scene_type):
    """Calls every test with one scene, which has a folder of its own; close() ends what it started. Gives the exit code."""
    with tempfile.TemporaryDirectory(prefix="vigie-") as directory:
        scene = scene_type(directory)
        try:
            return run_tests(tests, scene)
        finally:
            scene.close()


def wait_for(what, condition, limit_s=10, pause_s=0.02):
    """What `condition` gives, as soon as it is something; it is asked again after `pause_s`."""
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(pause_s)
    raise AssertionError(f"{what}: not within {limit_s} s")


def vigie(*arguments, data=None):
    """One command, run to its end: (exit code, standard output, standard error)."""
    run = subprocess.run([VIGIE, *arguments], input=data, capture_output=True, timeout=60, check=False)
    return run.returncode, run.stdout.decode(), run.stderr.decode()


def chromium():
    """Debian's Chromium, with what drives it (tests/browser) installed; Skip says why there is none."""
    program = shutil.which("chromium")
    if not program or not shutil.which("node"):
        raise Skip("the browser tests need chromium and node")
    packages = ROOT / "tests" / "browser"
    if not (packages / "node_modules").exists():
        subprocess.run(["npm", "ci", "--silent"], cwd=packages, check=True)
    return program


class Engine:
    """One `vigie serve` with a data folder of its own under `directory`. `more`: further sections of its configuration."""

    def __init__(self, directory, tenants=None, connectors=None, receivers=(), rules=ROOT / "rules", **more):
        self.directory = Path(directory)
        self.port = free_port()
        self.config = self.directory / "vigie.yaml"
        self.log = self.directory / "vigie.log"
        self.process = None
        secret = self.directory / "hook.secret"
        secret.write_text(SECRET)
        secret.chmod(0o600)
        tenant = {
            "id": "techniville", "name": "Techniville", "purpose": "test", "legal_basis": "test", "retention_days": 400,
            "keep": "all", "packs": ["municipal_fr"],
            "variables": {"commune": ["Techniville"], "elus": ["Martin Descombes"], "services": ["régie des eaux"]},
            "receivers": [receiver["id"] for receiver in receivers],
        }
        hook = {"id": "hook", "type": "webhook", "secret_file": str(secret)}
        self.config.write_text(json.dumps({
            "data_directory": str(self.directory / "data"),
            "rules_directory": str(rules),
            "http": {"host": "127.0.0.1", "port": self.port, "public_url": f"http://127.0.0.1:{self.port}"},
            "receivers": list(receivers),
            "tenants": tenants or [tenant],
            "connectors": [hook] if connectors is None else connectors,
            **more,
        }, ensure_ascii=False, indent=1), encoding="utf-8")  # YAML contains JSON

    def is_ready(self):
        return self.get("/health/ready")[0] == 200

    def start(self, limit_s=60, around=(), is_up=None, **environment):
        """Until it is ready, or `is_up`. `around`: a command that runs it, and its arguments."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen([*around, VIGIE, "serve", "--config", self.config], stdout=log, stderr=log,
                                            env={**os.environ, **environment})
        deadline = time.monotonic() + limit_s
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"vigie serve ended with {self.process.returncode}:\n{self.log_tail()}")
            try:
                if (is_up or self.is_ready)():
                    return
            except OSError:
                pass
            time.sleep(0.02)
        raise RuntimeError(f"not ready within {limit_s} s:\n{self.log_tail()}")

    def log_tail(self):
        return self.log.read_text(encoding="utf-8", errors="replace")[-3000:] if self.log.exists() else ""

    def kill(self):
        """At once, if it runs."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    close = kill

    def stop(self, limit_s=30):
        """Orderly; gives the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(limit_s)

    def first_sign_in(self):
        """account, password and api_token, as the engine handed them over at its first start."""
        lines = (self.directory / "data" / "first-sign-in.yaml").read_text(encoding="utf-8").splitlines()
        return dict(line.split(": ", 1) for line in lines if not line.startswith("#"))

    def ask(self, method, path, body=None, headers=None, timeout_s=10):
        """(status, body, headers); header names in any case."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout_s)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read(), answer.headers
        finally:
            connection.close()

    def get(self, path, headers=None, timeout_s=10):
        return self.ask("GET", path, headers=headers, timeout_s=timeout_s)[:2]

    def authorization(self):
        return {"Authorization": f"Bearer {self.first_sign_in()['api_token']}"}

    def api(self, path, method="GET"):
        """What /api/v1/… answers to whoever has the token."""
        status, body, _ = self.ask(method, f"/api/v1/{path}", headers=self.authorization())
        if status != 200:
            raise RuntimeError(f"{method} /api/v1/{path} answered {status}: {body[:500]!r}")
        return json.loads(body)

    def town(self, path, method="GET", town="techniville"):
        return self.api(f"tenants/{town}/{path}", method)

    def metric(self, name, **labels):
        """The sum of this metric's samples that have these labels."""
        total = 0.0
        for line in self.get("/metrics")[1].decode().splitlines():
            sample, _, value = line.rpartition(" ")
            if (sample.split("{")[0] == name
                    and all(f'{label}="{wanted}"' in sample for label, wanted in labels.items())):
                total += float(value)
        return total

    def query(self, *arguments):
        """`vigie query` on the data folder of a stopped or running engine: parsed NDJSON."""
        run = subprocess.run([VIGIE, "query", "--config", self.config, *arguments], capture_output=True, check=False)
        if run.returncode != 0:
            raise RuntimeError(f"vigie query ended with {run.returncode}: {run.stderr.decode()}")
        return [json.loads(line) for line in run.stdout.decode().split("\n") if line]


def signature(body, secret=SECRET, at=None):
    at = int(time.time()) if at is None else at
    mac = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={mac}"


def signed(body, key=None, **how):
    """The headers of a push."""
    headers = {"Content-Type": "application/x-ndjson", "X-Vigie-Signature": signature(body, **how)}
    return {**headers, "Idempotency-Key": key} if key else headers


class Pusher:
    """A webhook client that keeps its connection and, as the contract asks, retries nothing by itself. `clock_s`: what its
    clock shows, in Unix seconds."""

    def __init__(self, port, path="/hooks/hook", clock_s=time.time):
        self.port, self.path, self.clock_s = port, path, clock_s
        self.connection = None
        self.headers = {}  # of the last answer

    def push(self, mentions, key=None, timeout_s=15):
        """Sends mentions (dicts, or bytes as they are); gives (status, answer as dict)."""
        body = mentions if isinstance(mentions, bytes) else b"".join(
            json.dumps(m, ensure_ascii=False).encode() + b"\n" for m in mentions)
        headers = signed(body, key, at=int(self.clock_s()))
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout_s)
        try:
            self.connection.request("POST", self.path, body=body, headers=headers)
            answer = self.connection.getresponse()
            data = answer.read()
        except (OSError, http.client.HTTPException):
            self.connection.close()
            self.connection = None
            raise
        self.headers = answer.headers
        return answer.status, json.loads(data) if data else {}
