#!/usr/bin/env python3
"""What the service shows of itself to those who run it: its metrics, its headers and refusals, its files, a port that is taken."""

import http.server
import json
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import VIGIE, Engine, Pusher, free_port, run_scene, wait_for  # noqa: E402

URGENT = "URGENT fuite de gaz rue de la République à Techniville, ça sent très fort, évacuez"


class Gone(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(410)
        self.end_headers()

    def log_message(self, *_):
        pass


class Scene:
    def __init__(self, directory):
        self.directory = Path(directory)
        self.web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Gone)
        threading.Thread(target=self.web.serve_forever, daemon=True).start()
        port = free_port()
        self.engine = Engine(directory, http={"port": port, "trusted_proxies": ["127.0.0.1"]}, connectors=[
            {"id": "hook", "type": "webhook", "secret_file": "hook.secret", "owned_by": ["techniville"]},
            {"id": "gone", "type": "feed", "url": f"http://127.0.0.1:{self.web.server_port}/", "allow_private": True}])
        self.engine.port = port
        self.engine.start()

    def close(self):
        self.engine.kill()


def version_is_told(scene):
    version = subprocess.run([VIGIE, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    assert scene.engine.metric("vigie_build_info", version=version) == 1


def retired_is_not_up(scene):
    wait_for("the 410", lambda: scene.engine.metric("vigie_connector_state", connector="gone", state="retired"))
    assert scene.engine.metric("vigie_connector_state", connector="gone") == 1, "in two states at once"
    assert scene.engine.metric("vigie_connector_up", connector="gone") == 0
    assert scene.engine.metric("vigie_connector_up", connector="hook") == 1
    assert "vigie_connector_lag_bytes{" in scene.engine.get("/metrics")[1].decode()
    assert "vigie_store_stalled 0" in scene.engine.get("/metrics")[1].decode()


def what_waits_is_measured(scene):
    engine, pusher = scene.engine, Pusher(scene.engine.port)
    assert engine.metric("vigie_urgent_unhandled", tenant="techniville") == 0
    for _ in range(2):  # the second is a duplicate
        pusher.push([{"id": "gas", "text": URGENT}])
    pusher.push([{"id": "bad", "text": "Quelle honte, la mairie de Techniville est nulle, service lamentable et scandaleux"}])
    wait_for("the alert", lambda: engine.metric("vigie_urgent_unhandled", tenant="techniville") == 1, 20)
    assert engine.metric("vigie_alerts", tenant="techniville", state="new") == 1
    age = engine.metric("vigie_oldest_urgent_age_seconds", tenant="techniville")
    assert 0 < age < 60, age
    assert engine.metric("vigie_mentions_matched_total", connector="hook") == 3, "a duplicate was matched too"
    assert -1 <= engine.metric("vigie_net_sentiment", tenant="techniville", window="24h") < 0
    engine.town("alerts/1/take", method="POST")
    wait_for("the taking", lambda: engine.metric("vigie_alerts", tenant="techniville", state="taken") == 1, 20)
    assert engine.metric("vigie_urgent_unhandled", tenant="techniville") == 0
    assert engine.town("summary")["taken_alerts"] == 1


def scheme_in_any_case(scene):
    token = scene.engine.first_sign_in()["api_token"]
    for scheme in ("Bearer", "bearer", "BEARER"):
        assert scene.engine.get("/api/v1/tenants", {"Authorization": f"{scheme} {token}"})[0] == 200, scheme
    assert scene.engine.get("/api/v1/tenants", {"Authorization": f"Basic {token}"})[0] == 401


def misspelt_queries(scene):
    token = scene.engine.authorization()
    for path, word in (("tenants/techniville/mentions?q=%zz", "escape"), ("tenants/techniville/mentions?urgncy=high", "urgncy"),
                       ("tenants/techniville/alerts?%zz=1", "escape"), ("dead-letters?max=3", "limit"), ("tenants?x=1", "")):
        status, body, _ = scene.engine.ask("GET", f"/api/v1/{path}", headers=token)
        assert status == 400 and word in json.loads(body)["detail"], f"{path}: {status} {body}"
    assert scene.engine.get("/api/v1/tenants/techniville/mentions?q=gaz&limit=5", token)[0] == 200


def guessers_are_told_apart(scene):
    def sign_in(address):
        return scene.engine.ask("POST", "/api/v1/session", json.dumps({"account": f"a{address}", "password": "guess"}),
                                {"Content-Type": "application/json", "X-Forwarded-For": f"1.2.3.4, {address}"})[0]

    answers = []
    while len(answers) < 40 and 429 not in answers[-1:]:
        answers.append(sign_in("192.0.2.7"))
        time.sleep(0.25)
    assert answers[-1] == 429, answers
    assert sign_in("192.0.2.8") == 401, "one guesser locks out others"


def unknown_hook(scene):
    status, body, _ = scene.engine.ask("POST", "/hooks/nobody", b"{}")
    assert status == 404 and json.loads(body)["error"], body


def files_are_private(scene):
    data = scene.directory / "data"
    for path in (data, *data.rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, f"{path} may be read by others"


def busy_port(scene):
    """Nothing is read and nobody is told anything by a service that cannot answer."""
    with tempfile.TemporaryDirectory(prefix="vigie-busy-") as directory:
        inbox = Path(directory) / "inbox"
        inbox.mkdir()
        (inbox / "a.ndjson").write_text('{"id":"1","source":"x","text":"Techniville"}\n')
        second = Engine(directory, connectors=[{"id": "drop", "type": "file", "path": "inbox", "owned_by": ["techniville"]}])
        with socket.create_server(("127.0.0.1", second.port)):
            run = subprocess.run([VIGIE, "serve", "--config", second.config], capture_output=True, text=True, check=False,
                                 timeout=60)
        assert run.returncode == 3 and str(second.port) in run.stderr, run.stderr
        assert second.query() == [], "mentions were read"


def tls_is_held_on_to(scene):
    assert "Strict-Transport-Security" not in scene.engine.ask("GET", "/health/live")[2]
    with tempfile.TemporaryDirectory(prefix="vigie-tls-") as directory:
        port = free_port()
        engine = Engine(directory, http={"port": port, "public_url": "https://Vigie.example:443/"})
        engine.port = port
        engine.start()
        try:
            headers = engine.ask("GET", "/nothing")[2]
            assert headers["Strict-Transport-Security"].startswith("max-age="), headers
            credentials = json.dumps({"account": "nobody", "password": "x"})
            for origin, wanted in (("https://vigie.example", 401), ("https://other.example", 403)):
                status, _, _ = engine.ask("POST", "/api/v1/session", credentials,
                                          {"Content-Type": "application/json", "Origin": origin})
                assert status == wanted, f"{origin}: {status}"
        finally:
            engine.kill()


def operators_apart(scene):
    with tempfile.TemporaryDirectory(prefix="vigie-operators-") as directory:
        port, inside = free_port(), free_port()
        engine = Engine(directory, http={"port": port, "operations": {"port": inside}})
        engine.port = inside
        engine.start()
        try:
            def status(at, path):
                engine.port = at
                return engine.get(path)[0]

            for path in ("/metrics", "/health/live", "/health/ready"):
                assert (status(inside, path), status(port, path)) == (200, 404), path
            for path in ("/api/v1/session", "/hooks/hook", "/"):
                assert status(inside, path) == 404, f"{path} is answered at the operators' address"
            assert status(port, "/") == 200
            assert engine.stop() == 0
        finally:
            engine.kill()


TESTS = {
    "operators have an address of their own where one is given: metrics and health, and nothing else": operators_apart,
    "the version is told": version_is_told,
    "a retired source is not up": retired_is_not_up,
    "what waits for somebody is measured": what_waits_is_measured,
    "the scheme's name may be written in any case": scheme_in_any_case,
    "a misspelt query is refused": misspelt_queries,
    "behind a proxy a guesser slows only itself down": guessers_are_told_apart,
    "an unknown hook is refused with a reason": unknown_hook,
    "no file is for others": files_are_private,
    "a port that is taken is told before anything is read": busy_port,
    "behind TLS browsers are told to keep to it, and our own pages are known": tls_is_held_on_to,
}


if __name__ == "__main__":
    sys.exit(run_scene(TESTS, Scene))
