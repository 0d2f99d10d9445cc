#!/usr/bin/env python3
"""Sources that are described in the configuration: listed, tried, taken by the service, and shown with their state."""

import http.server
import json
import subprocess
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import VIGIE, Engine, run_scene, wait_for  # noqa: E402

TICKETS = [{"number": n, "body": f"Un nid-de-poule rue {n} à Techniville", "opened": "2026-11-20T08:00:00Z"} for n in range(1, 6)]


class Desk(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.headers.get("X-Key") != "the-key-of-the-desk":
            status, body = 401, {}
        else:
            status, body = 200, {"tickets": TICKETS}
        body = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def desk(name, url, secret_file):
    return {"id": name, "type": "http_json", "api": url, "allow_private": True, "secret_file": str(secret_file),
            "request": {"url": "{api}/tickets", "headers": {"X-Key": "{secret}"}},
            "mentions": [{"items": "/tickets/*", "kind": "request", "id": "/number", "text": "/body", "created_at": "/opened"}]}


class Scene:
    def __init__(self, directory):
        directory = Path(directory)
        self.web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Desk)
        threading.Thread(target=self.web.serve_forever, daemon=True).start()
        for name, key in {"right": "the-key-of-the-desk", "wrong": "some-other-desk's-key"}.items():
            (directory / name).write_text(key)
            (directory / name).chmod(0o600)
        url = f"http://127.0.0.1:{self.web.server_port}"
        self.engine = Engine(directory, connectors=[
            desk("tickets", url, directory / "right"), desk("locked", url, directory / "wrong")])

    def close(self):
        self.engine.kill()

    def connectors(self, *arguments):
        return subprocess.run([VIGIE, "connectors", *arguments[:1], "--config", self.engine.config, *arguments[1:]],
                              capture_output=True, text=True, check=False, timeout=120)


def listed(scene):
    ran = scene.connectors("list")
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines() == ["tickets\thttp_json\thttp_json\ttickets", "locked\thttp_json\thttp_json\tlocked"], ran.stdout


def tried(scene):
    ran = scene.connectors("probe", "tickets")
    assert ran.returncode == 0, ran.stderr
    mentions = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [mention["id"] for mention in mentions] == ["1", "2", "3"], ran.stdout
    assert "5 mentions" in ran.stderr, ran.stderr
    assert not (scene.engine.directory / "data").exists(), "a trial stores nothing"


def refused(scene):
    ran = scene.connectors("probe", "locked")
    assert ran.returncode == 3 and "unauthorised: answered 401" in ran.stderr, (ran.returncode, ran.stderr)
    assert "some-other-desk" not in ran.stderr
    ran = scene.connectors("probe", "nobody")
    assert ran.returncode == 2 and "there is no connector 'nobody'" in ran.stderr, (ran.returncode, ran.stderr)


def taken(scene):
    engine = scene.engine
    engine.start()
    wait_for("the tickets", lambda: engine.metric("vigie_connector_state", connector="tickets", state="active"))
    wait_for("the refusal", lambda: engine.metric("vigie_connector_state", connector="locked", state="unauthorised"))
    assert engine.metric("vigie_connector_up", connector="locked") == 0
    wait_for("five mentions", lambda: engine.metric("vigie_store_mentions") == 5)
    wait_for("the newest one's date", lambda: engine.metric("vigie_connector_newest_timestamp_seconds", connector="tickets") == 1795161600)


TESTS = {
    "the configuration's connectors are listed": listed,
    "a trial shows the first three mentions and stores nothing": tried,
    "a trial says that the source refuses us": refused,
    "the service takes what the description names, and shows each state": taken,
}


if __name__ == "__main__":
    sys.exit(run_scene(TESTS, Scene))
