#!/usr/bin/env python3
"""What citizens say at the counter, as the town's people record it: through a session and with the token, stored before it is
answered, kept by this town only."""

import json
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import Engine, run_scene, vigie  # noqa: E402

SAID = "Le trottoir de la rue des Lilas est cassé devant l'école, c'est dangereux"
TOWNS = ["techniville", "autreville"]
TENANTS = [{"id": town, "name": town, "purpose": "test", "legal_basis": "test", "retention_days": 30, "keep": "all",
            "packs": ["municipal_fr"], "variables": {"commune": [town]}} for town in TOWNS]
COUNTER = {"id": "accueil", "type": "accueil", "owned_by": ["techniville"]}


class Scene:
    def __init__(self, directory):
        self.engine = Engine(directory, tenants=TENANTS, connectors=[COUNTER])
        self.engine.start()

    def close(self):
        self.engine.kill()

    def record(self, entry, headers=None, town="techniville"):
        headers = {"Content-Type": "application/json", **(self.engine.authorization() if headers is None else headers)}
        status, body, _ = self.engine.ask("POST", f"/api/v1/tenants/{town}/accueil", json.dumps(entry).encode(), headers)
        return status, json.loads(body)

    def mentions(self, town="techniville"):
        return self.engine.api(f"tenants/{town}/mentions")["mentions"]

    def log_lines(self, event):
        lines = self.engine.log.read_text(encoding="utf-8").splitlines()
        return [line for line in lines if f'"{event}"' in line]


def entry(key, **fields):
    return {"channel": "counter", "key": key, "text": SAID, **fields}


def is_stored_when_it_is_answered(scene):
    status, answer = scene.record(entry("entry-0001", subject="Trottoir", place="rue des Lilas", said_at=at(-3600)))
    assert status == 201 and answer == {"id": "counter/entry-0001", "source": "accueil", "known": False}, (status, answer)
    [mention] = scene.mentions()
    assert (mention["source"], mention["id"], mention["text"]) == ("accueil", "counter/entry-0001", SAID), mention
    assert mention["title"] == "Trottoir" and mention["place"]["name"] == "rue des Lilas", mention
    assert mention["created_at"] == at(-3600) and "author" not in mention, mention
    assert mention["sentiment"]["label"] and mention["evidence"], "it did not go the way of every mention"


def outlives_a_kill(scene):
    assert scene.record(entry("entry-0002", channel="phone"))[0] == 201
    scene.engine.kill()
    scene.engine.start()
    assert {m["id"] for m in scene.mentions()} == {"counter/entry-0001", "phone/entry-0002"}


def the_same_key_is_stored_once(scene):
    status, answer = scene.record(entry("entry-0001", subject="Trottoir", place="rue des Lilas", said_at=at(-3600)))
    assert status == 201 and answer["known"], answer
    assert len(scene.mentions()) == 2


def nobody_else_keeps_it(scene):
    assert scene.mentions("autreville") == [], "the neighbour keeps everything, but not what is said at this counter"
    status, answer = scene.record(entry("entry-0009"), town="autreville")
    assert status == 409 and "accueil" in answer["detail"], answer
    assert scene.record(entry("entry-0009"), town="nulle-part")[0] == 404
    towns = {town["id"]: town["counter"] for town in scene.engine.api("tenants")["tenants"]}
    assert towns == {"techniville": True, "autreville": False}, towns


def only_who_is_signed_in(scene):
    engine = scene.engine
    assert scene.record(entry("entry-0003"), headers={})[0] == 401
    secrets = engine.first_sign_in()
    credentials = json.dumps({"account": secrets["account"], "password": secrets["password"]}).encode()
    status, body, headers = engine.ask("POST", "/api/v1/session", credentials, {"Content-Type": "application/json"})
    assert status == 200, body
    session = {"Cookie": headers["Set-Cookie"].split(";")[0], "Origin": f"http://127.0.0.1:{engine.port}"}
    assert scene.record(entry("entry-0003"), headers=session)[0] == 403, "without X-CSRF-Token"
    session["X-CSRF-Token"] = json.loads(body)["csrf"]
    assert scene.record(entry("entry-0003"), headers={**session, "Origin": "https://elsewhere.example"})[0] == 403
    assert scene.record(entry("entry-0003"), headers=session)[0] == 201
    assert engine.ask("POST", "/hooks/accueil", SAID.encode(), {"Content-Type": "application/json"})[0] == 404


def what_is_wrong_is_said(scene):
    before = len(scene.mentions())
    cases = [({"text": "  "}, 400, "'text'"), ({"text": "a" * 10_001}, 400, "'text'"), ({"channel": "fax"}, 400, "'channel'"),
             ({"key": "short"}, 400, "'key'"), ({"key": "../../../etc"}, 400, "'key'"), ({"said_at": "hier"}, 400, "RFC 3339"),
             ({"said_at": at(86_400)}, 400, "future"), ({"said_at": at(-40 * 86_400)}, 422, "older"),
             ({"author": "Jeanne"}, 400, "author"), ({"place": 7}, 400, "'place'"), ({"subject": "a" * 201}, 400, "'subject'")]
    for change, wanted, word in cases:
        status, answer = scene.record(entry("entry-0004", **change) if "key" not in change else {**entry(""), **change})
        assert status == wanted and word in answer["detail"], (change, status, answer)
    assert scene.record(entry("entry-0004"), headers={**scene.engine.authorization(), "Content-Type": "text/plain"})[0] == 415
    assert len(scene.mentions()) == before


def each_entry_leaves_a_line(scene):
    lines = [json.loads(line) for line in scene.log_lines("counter_entry")]
    assert {line["mention"] for line in lines} >= {"counter/entry-0001", "phone/entry-0002", "counter/entry-0003"}, lines
    assert all(line["tenant"] == "techniville" and line["account"] for line in lines), lines
    assert "trottoir" not in scene.engine.log.read_text(encoding="utf-8").lower(), "what was said stands in the log"


def a_counter_belongs_to_one_town(_):
    with tempfile.TemporaryDirectory(prefix="vigie-counter-") as directory:
        for owners in ([], TOWNS):
            engine = Engine(directory, tenants=TENANTS, connectors=[{**COUNTER, "owned_by": owners}])
            code, _, errors = vigie("config", "check", "--config", str(engine.config))
            assert code == 2 and "one tenant" in errors, (code, errors)


def at(seconds_from_now, start=int(time.time())):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(start + seconds_from_now))


TESTS = {
    "an entry is stored when it is answered, as every mention is": is_stored_when_it_is_answered,
    "an entry that was answered outlives a kill": outlives_a_kill,
    "the same key is stored once": the_same_key_is_stored_once,
    "what is said at a counter is kept by its own town only": nobody_else_keeps_it,
    "only people who are signed in record, from our own pages": only_who_is_signed_in,
    "what is wrong with an entry is said, and nothing stored": what_is_wrong_is_said,
    "each entry leaves a line in the log, without what was said": each_entry_leaves_a_line,
    "a counter belongs to one town": a_counter_belongs_to_one_town,
}


if __name__ == "__main__":
    sys.exit(run_scene(TESTS, Scene))
