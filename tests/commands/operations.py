#!/usr/bin/env python3
"""What the ops team is told: when a source was blind and why, over outages and a kill; what it cost and who pays for what; where
its data goes. A real engine and a real source on sockets."""

import csv
import datetime
import http.server
import io
import json
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import VIGIE, Engine, run_scene, wait_for  # noqa: E402

TEXTS = ["Un nid-de-poule rue Haute à Techniville", "Plus d'eau à Techniville", "Fuite place du marché à Autreville", "Il pleut ailleurs"]
TICKETS = [{"number": n, "body": text, "opened": "2026-11-20T08:00:00Z"} for n, text in enumerate(TEXTS, 1)]
EUROS_PER_READ = 0.005


class Desk(http.server.BaseHTTPRequestHandler):
    status = 200
    asked = 0

    def do_GET(self):
        Desk.asked += self.path == "/tickets"
        body = json.dumps({"tickets": TICKETS if Desk.status == 200 else []}).encode()
        self.send_response(Desk.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def tenant(name):
    return {"id": name.lower(), "name": name, "purpose": "test", "legal_basis": "test", "retention_days": 400,
            "packs": ["municipal_fr"], "variables": {"commune": [name]}}


class Scene:
    def __init__(self, directory):
        self.web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Desk)
        threading.Thread(target=self.web.serve_forever, daemon=True).start()
        desk = {"id": "desk", "type": "http_json", "api": f"http://127.0.0.1:{self.web.server_port}", "allow_private": True,
                "interval_s": 5, "cents_per_1000_reads": 500, "country": "FR", "legal_note": "Convention de 2026",
                "request": {"url": "{api}/tickets"},
                "mentions": [{"items": "/tickets/*", "kind": "request", "id": "/number", "text": "/body", "created_at": "/opened"}]}
        self.engine = Engine(directory, tenants=[tenant("Techniville"), tenant("Autreville")], connectors=[desk])
        self.engine.start()

    def close(self):
        self.engine.kill()

    def intervals(self):
        sources = self.engine.town("coverage")["sources"]
        return sources[0]["intervals"] if sources else []

    def wait_until(self, sight):
        return wait_for(f"to be {sight}", lambda: (self.intervals() or [{}])[-1].get("sight") == sight, limit_s=60)

    def table(self, path):
        status, body = self.engine.get(f"/api/v1/{path}", self.engine.authorization())
        assert status == 200, (status, body)
        return list(csv.DictReader(io.StringIO(body.decode())))


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def outage(scene):
    scene.wait_until("clear")
    Desk.status = 503
    scene.wait_until("blind")
    broken = scene.intervals()[-1]
    assert broken["state"] == "waiting" and "503" in broken["reason"], broken
    time.sleep(2)
    Desk.status = 200
    scene.wait_until("clear")
    coverage = scene.engine.town("coverage")
    source = coverage["sources"][0]
    assert source["source"] == "desk" and source["blind_s"] >= 2, source
    assert 0 < coverage["healthy_share"] < 1, coverage
    assert any(why["state"] == "waiting" and "503" in why["reason"] for why in source["reasons"]), source["reasons"]
    intervals = source["intervals"]
    assert all(a["to"] == b["from"] for a, b in zip(intervals, intervals[1:])), "there are no holes"


def killed(scene):
    before = [i for i in scene.intervals() if i["state"] == "waiting"]
    scene.engine.kill()
    killed_at = time.time()
    time.sleep(3)
    started_at = time.time()
    scene.engine.start()
    scene.wait_until("clear")
    intervals = scene.intervals()
    assert [i for i in intervals if i["state"] == "waiting"] == before, (before, intervals)
    stopped = [i for i in intervals if i["state"] == "stopped"]
    assert len(stopped) == 1 and stopped[0]["sight"] == "blind", intervals
    assert moment(stopped[0]["from"]) <= killed_at and moment(stopped[0]["to"]) >= started_at, (stopped, killed_at, started_at)
    assert killed_at - moment(stopped[0]["from"]) < 12, "the last sign of life is at most ten seconds old"


def costs(scene):
    wait_for("the traffic to be written", lambda: scene.engine.api("costs")["total"]["requests"] > 0, limit_s=30)
    told = scene.engine.api("costs")
    source = told["sources"][0]
    assert source["source"] == "desk" and source["kept"] == 3, source
    assert source["total"]["reads"] == len(TICKETS), ("what is unchanged is not read again, not even after a kill", source)
    shares = {one["tenant"]: (one["kept"], one["share"]["euros"]) for one in source["tenants"]}
    assert shares == {"techniville": (2, 2 * EUROS_PER_READ), "autreville": (1, EUROS_PER_READ)}, shares
    assert source["unkept"]["euros"] == EUROS_PER_READ and told["total"]["euros"] == 4 * EUROS_PER_READ, told
    parts = [source["unkept"], *(one["share"] for one in source["tenants"])]
    for what in ("reads", "requests", "bytes"):
        assert sum(part[what] for part in parts) == source["total"][what], (what, source)


def traffic(scene):
    def written():
        """What the desk was asked, by itself and by the engine, as of an orderly stop."""
        assert scene.engine.stop() == 0
        asked = Desk.asked
        scene.engine.start()
        return asked, scene.engine.api("costs")["sources"][0]

    asked, first = written()
    wait_for("another two polls", lambda: Desk.asked >= asked + 2, limit_s=30)
    asked_since, then = written()
    requests = then["total"]["requests"] - first["total"]["requests"]
    # A poll of the new process may be among the first ones already.
    assert abs(requests - (asked_since - asked)) <= 1, (asked, first, asked_since, then)
    received, sent = then["bytes_received"] - first["bytes_received"], then["bytes_sent"] - first["bytes_sent"]
    body = len(json.dumps({"tickets": TICKETS}))
    assert (requests - 1) * body < received < (requests + 1) * (body + 400), (requests, received)
    assert requests * 50 < sent < (requests + 1) * 400, (requests, sent)


def tables(scene):
    rows = scene.table("tenants/techniville/coverage.csv")
    assert {"active", "waiting", "stopped"} <= {row["state"] for row in rows}, rows
    assert all(row["source"] == "desk" and row["from"] <= row["to"] for row in rows), rows
    paid = {row["tenant"]: row["euros"] for row in scene.table("costs.csv")}
    assert paid == {"techniville": "0.010000", "autreville": "0.005000", "(unkept)": "0.005000"}, paid


def disclosed(scene):
    scene.wait_until("clear")
    shown = scene.engine.api("connectors")["connectors"][0]
    listed = subprocess.run([VIGIE, "connectors", "list", "--json", "--config", scene.engine.config], capture_output=True,
                            text=True, check=True, timeout=60)
    for one in (shown, json.loads(listed.stdout)):
        assert (one["hosts"], one["country"], one["legal_note"]) == (["127.0.0.1"], "FR", "Convention de 2026"), one
        assert one["sends"] == ["user_agent", "query"] and one["is_pushed"] is False, one
    assert [host["host"] for host in shown["contacted"]] == ["127.0.0.1"], shown
    assert shown["contacted"][0]["requests"] >= 1 and shown["contacted"][0]["bytes_received"] > 100, shown


def left_alone(scene):
    """`vigie ingest` on the stopped engine's folder watches nothing: it must not say that it did, nor that sources went."""
    assert scene.engine.stop() == 0
    at = time.time()
    config = scene.engine.config
    ran = subprocess.run([VIGIE, "ingest", "--config", config], input=b'{"id":"i1","text":"Merci Techniville"}\n', capture_output=True,
                         check=False, timeout=60)
    assert ran.returncode == 0, ran.stderr
    time.sleep(1)
    scene.engine.start()
    scene.wait_until("clear")
    states = [i for i in scene.intervals() if moment(i["to"]) > at]
    assert states[0]["state"] == "stopped" and "removed" not in {i["state"] for i in states}, states


def bad_country(scene):
    config = json.loads(Path(scene.engine.config).read_text(encoding="utf-8"))
    config["connectors"][0]["country"] = "France"
    other = Path(scene.engine.directory) / "other.yaml"
    other.write_text(json.dumps(config), encoding="utf-8")
    ran = subprocess.run([VIGIE, "config", "check", "--config", other], capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 2 and "ISO 3166" in ran.stderr, (ran.returncode, ran.stderr)


TESTS = {
    "an outage is a blind interval with its reason": outage,
    "what a killed engine did not see is blind, and what it had seen is still told": killed,
    "a read is paid once, by those who keep it, and the unkept stands apart": costs,
    "requests and bytes outlive the process": traffic,
    "coverage and costs as tables": tables,
    "where data goes stands in the API and in the list": disclosed,
    "an ingest beside the service changes nothing about its coverage": left_alone,
    "a country that is none is refused": bad_country,
}


if __name__ == "__main__":
    sys.exit(run_scene(TESTS, Scene))
