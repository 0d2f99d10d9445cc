#!/usr/bin/env python3
"""Silences on a running engine: nobody is told while one lasts, a kill changes nothing, and once it is lifted all that it held comes
in one message. Routes and quiet hours as the configuration says them."""

import datetime
import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import Engine, Pusher, run_scene, wait_for  # noqa: E402

GAS = "URGENT fuite de gaz rue de la République à {}, ça sent très fort, évacuez"
WATER = "L'eau du robinet est contaminée à {}, ne buvez pas, des enfants malades"
TOWNS = ("silentville", "routeville", "quietville")


class Desk:
    """Receivers over HTTP, one a path."""

    def __init__(self):
        self.got = {}
        desk = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):  # the name is http.server's
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                desk.got.setdefault(self.path[1:], []).append((self.headers["Idempotency-Key"], body))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def keys(self, receiver, town):
        """Of what is about the town."""
        return [key for key, body in self.got.get(receiver, [])
                if town in (body.get("alert") or body["alerts"][0]["alert"])["tenant"]]


class Scene:
    def __init__(self, directory):
        self.desk = Desk()
        receivers = [{"id": name, "type": "webhook", "url": f"{self.desk.url}/{name}"} for name in ("desk", "night", "boss")]
        tenants = [{"id": town, "name": town.capitalize(), "purpose": "test", "legal_basis": "test", "retention_days": 400,
                    "packs": ["municipal_fr"], "variables": {"commune": [town]}, "receivers": ["desk"]} for town in TOWNS]
        self.engine = Engine(directory, tenants=tenants, receivers=receivers, alerting={
            "times": [{"id": "always", "spans": [{}]}],
            "routes": [
                {"id": "water", "tenants": ["routeville"], "topics": ["eau"], "receivers": ["night"], "next": "boss"},
                {"id": "boss", "tenants": ["routeville"], "urgency": "high", "receivers": ["boss"]},
                {"id": "quiet", "tenants": ["quietville"], "receivers": ["desk"], "quiet": "always"},
            ]})
        self.engine.start()
        self.numbers = 0

    def close(self):
        self.engine.kill()

    def push(self, text):
        self.numbers += 1
        status, answer = Pusher(self.engine.port).push([{"id": f"m{self.numbers}", "source": "reseau", "text": text}])
        assert (status, answer["kept"]) == (202, 1), (status, answer)

    def post(self, path, body=None):
        headers = {"Content-Type": "application/json", **self.engine.authorization()}
        status, body, _ = self.engine.ask("POST", f"/api/v1/tenants/{path}", json.dumps(body) if body is not None else None, headers)
        return status, json.loads(body)

    def alerts(self, town):
        return self.engine.api(f"tenants/{town}/alerts")["alerts"]

    def owed(self, town):
        return self.engine.api(f"tenants/{town}/deliveries?state=owed")["deliveries"]

    def audit(self):
        lines = [json.loads(line) for line in self.engine.log.read_text().splitlines() if line.startswith("{")]
        return [(line["actor"], line["action"], line["tenant"]) for line in lines 
                if line["event"] == "audit" and line["result"] == "done"]


def in_hours(hours):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


def bad_silences(scene):
    levels = {"levels": ["high", "critical"]}
    for wanted, status, word in (
            ({"matchers": levels, "reason": "x", "starts_at": in_hours(2), "ends_at": in_hours(1)}, 422, "before it starts"),
            ({"matchers": levels, "reason": "", "ends_at": in_hours(1)}, 422, "reason"),
            ({"matchers": {}, "reason": "x", "ends_at": in_hours(1)}, 422, "at least one"),
            ({"matchers": {"levels": ["enormous"]}, "reason": "x", "ends_at": in_hours(1)}, 400, "matchers"),
            ({"reason": "x"}, 400, "ends_at")):
        got, answer = scene.post("silentville/silences", wanted)
        assert got == status and word in answer["detail"], (wanted, got, answer)
    assert scene.engine.ask("POST", "/api/v1/tenants/silentville/silences", "{}")[0] == 401
    assert scene.audit() == []


def nobody_is_told(scene):
    status, made = scene.post("silentville/silences", {
        "matchers": {"levels": ["high", "critical"]}, "reason": "exercice du plan communal", "ends_at": in_hours(1)})
    assert (status, made["state"], made["author"]) == (201, "active", "api"), made
    scene.push(GAS.format("Silentville"))
    scene.push(WATER.format("Silentville"))
    wait_for("both held", lambda: [d["purpose"] for d in scene.owed("silentville")] == ["held", "held"])
    assert len(scene.alerts("silentville")) == 2, "a silence hides nothing"
    scene.engine.kill()
    scene.engine.start()
    time.sleep(2)
    assert scene.desk.keys("desk", "silentville") == []
    [kept] = scene.engine.api("tenants/silentville/silences?state=active")["silences"]
    assert kept == made, (kept, made)


def lifted_all_comes_at_once(scene):
    [silence] = scene.engine.api("tenants/silentville/silences")["silences"]
    assert scene.post(f"routeville/silences/{silence['number']}/expire")[0] == 404, "another town's"
    assert scene.post(f"silentville/silences/{silence['number']}/expire")[1]["state"] == "ended"
    wait_for("the group", lambda: scene.desk.keys("desk", "silentville"))
    time.sleep(1.5)
    [key] = scene.desk.keys("desk", "silentville")
    assert key.startswith("vigie-g"), key
    [body] = [body for k, body in scene.desk.got["desk"] if k == key]
    assert len(body["alerts"]) == 2 and "2 alertes" in body["headline"], body
    assert scene.owed("silentville") == []
    assert scene.audit() == [("api", "makeSilence", "silentville"), ("api", "expireSilence", "silentville")], scene.audit()


def routes_lead(scene):
    scene.push(WATER.format("Routeville"))
    wait_for("the night", lambda: scene.desk.keys("night", "routeville"))
    wait_for("the boss", lambda: scene.desk.keys("boss", "routeville"))
    scene.push(GAS.format("Routeville"))
    wait_for("the boss again", lambda: len(scene.desk.keys("boss", "routeville")) == 2)
    assert len(scene.desk.keys("night", "routeville")) == 1 and scene.desk.keys("desk", "routeville") == []
    wait_for("nothing more is owed", lambda: scene.owed("routeville") == [])


def quiet_hours_hold_all_but_critical_ones(scene):
    scene.push("Plus d'eau du robinet à Quietville depuis ce matin, il faut une réponse rapidement")
    scene.push("Incendie en cours rue des Lilas à Quietville, des gens sont coincés !")
    levels = {alert["level"] for alert in wait_for("the alerts", lambda: scene.alerts("quietville")[1:] and scene.alerts("quietville"))}
    assert levels == {"high", "critical"}, levels
    wait_for("the critical one", lambda: scene.desk.keys("desk", "quietville"))
    [held] = wait_for("the other held", lambda: scene.owed("quietville"))
    assert held["purpose"] == "held" and len(scene.desk.keys("desk", "quietville")) == 1


TESTS = {
    "a silence that makes no sense is refused with the reason": bad_silences,
    "while it lasts nobody is told, whatever is killed": nobody_is_told,
    "lifted, all that it held comes in one message": lifted_all_comes_at_once,
    "routes lead where they say, and on to the next": routes_lead,
    "quiet hours hold all but critical ones": quiet_hours_hold_all_but_critical_ones,
}


if __name__ == "__main__":
    sys.exit(run_scene(TESTS, Scene))
