"""A real engine on real sockets, for the tests written in Python: configuration, start, stop, kill, signed pushes."""

import hashlib
import hmac
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import time
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


class Engine:
    """One `vigie serve` with a data folder of its own under `directory`."""

    def __init__(self, directory, tenants=None, connectors=None, receivers=None, rules=ROOT / "rules"):
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
        }
        hook = {"id": "hook", "type": "webhook", "secret_file": str(secret)}
        self.config.write_text(json.dumps({
            "data_directory": str(self.directory / "data"),
            "rules_directory": str(rules),
            "http": {"host": "127.0.0.1", "port": self.port},
            "receivers": receivers or [],
            "tenants": tenants or [tenant],
            "connectors": [hook] if connectors is None else connectors,
        }, ensure_ascii=False, indent=1), encoding="utf-8")  # YAML contains JSON

    def start(self, limit_s=60):
        with self.log.open("ab") as log:
            self.process = subprocess.Popen([VIGIE, "serve", "--config", self.config], stdout=log, stderr=log)
        deadline = time.monotonic() + limit_s
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"vigie serve ended with {self.process.returncode}:\n{self.log_tail()}")
            try:
                if self.get("/health/ready")[0] == 200:
                    return
            except OSError:
                pass
            time.sleep(0.02)
        raise RuntimeError(f"not ready within {limit_s} s:\n{self.log_tail()}")

    def log_tail(self):
        return self.log.read_text(encoding="utf-8", errors="replace")[-3000:] if self.log.exists() else ""

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self, limit_s=30):
        """Orderly; gives the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(limit_s)

    def first_sign_in(self):
        """account, password and api_token, as the engine handed them over at its first start."""
        lines = (self.directory / "data" / "first-sign-in.yaml").read_text(encoding="utf-8").splitlines()
        return dict(line.split(": ", 1) for line in lines if not line.startswith("#"))

    def get(self, path, headers=None, timeout_s=10):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout_s)
        try:
            connection.request("GET", path, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def query(self, *arguments):
        """`vigie query` on the data folder of a stopped or running engine: parsed NDJSON."""
        run = subprocess.run([VIGIE, "query", "--config", self.config, *arguments], capture_output=True, text=True,
                             check=False)
        if run.returncode != 0:
            raise RuntimeError(f"vigie query ended with {run.returncode}: {run.stderr}")
        return [json.loads(line) for line in run.stdout.splitlines()]


def signature(body, secret=SECRET, at=None):
    at = int(time.time()) if at is None else at
    mac = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={mac}"


class Pusher:
    """A webhook client that keeps its connection and, as the contract asks, retries nothing by itself."""

    def __init__(self, port, path="/hooks/hook"):
        self.port, self.path = port, path
        self.connection = None

    def push(self, mentions, key=None, timeout_s=15):
        """Sends mentions (dicts, or bytes as they are); gives (status, answer as dict)."""
        body = mentions if isinstance(mentions, bytes) else b"".join(
            json.dumps(m, ensure_ascii=False).encode() + b"\n" for m in mentions)
        headers = {"Content-Type": "application/x-ndjson", "X-Vigie-Signature": signature(body)}
        if key:
            headers["Idempotency-Key"] = key
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
        return answer.status, json.loads(data) if data else {}
