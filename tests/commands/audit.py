#!/usr/bin/env python3
"""The audit trail of a real engine: what people do is in it, it survives kill -9, and whatever is done to it is found out."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import Engine, run_scene, vigie  # noqa: E402

TENANTS = [{"id": "techniville", "name": "Techniville", "purpose": "test", "legal_basis": "test", "retention_days": 30,
            "keep": "all", "packs": ["municipal_fr"], "variables": {"commune": ["Techniville"]}}]
PASSWORD = "correct horse battery staple"


class Scene:
    def __init__(self, directory):
        self.engine = Engine(directory, tenants=TENANTS, connectors=[])
        self.engine.start()
        self.trail = self.engine.directory / "data" / "audit"

    def close(self):
        self.engine.kill()

    def sign_in(self, account, password):
        body = json.dumps({"account": account, "password": password})
        return self.engine.ask("POST", "/api/v1/session", body, {"Content-Type": "application/json"})[0]

    def silence(self, reason):
        headers = {"Content-Type": "application/json", **self.engine.authorization()}
        wanted = {"matchers": {"levels": ["high"]}, "reason": reason, "ends_at": "2099-01-01T00:00:00Z"}
        return self.engine.ask("POST", "/api/v1/tenants/techniville/silences", json.dumps(wanted), headers)

    def entries(self):
        return self.engine.api("audit?limit=500")["entries"]

    def verify(self, *more):
        return vigie("audit", "verify", "--config", self.engine.config, *more)

    def segment(self):
        [path] = self.trail.glob("*.ndjson")
        return path


def what_people_do_is_written_down(scene):
    assert scene.sign_in("admin", "wrong") == 401
    assert scene.sign_in(PASSWORD, "admin") == 401
    assert scene.silence("exercice")[0] == 422, "a silence of 73 years"
    assert scene.engine.ask("POST", "/api/v1/tenants/techniville/silences", "{}", {"Authorization": "Bearer guessed"})[0] == 401
    seen = [(e["actor"], e["action"], e.get("object", ""), e["result"]) for e in reversed(scene.entries())]
    assert seen == [("admin", "signIn", "", "refused 401"), ("", "signIn", "", "refused 401"),
                    ("api", "makeSilence", "", "refused 422"), ("", "makeSilence", "", "refused 401")], seen
    assert all(e["address"] == "127.0.0.1" for e in scene.entries())
    everything = scene.segment().read_text() + scene.engine.log.read_text()
    assert PASSWORD not in everything and "guessed" not in everything


def it_survives_a_kill_and_can_be_read_beside_the_engine(scene):
    before = scene.entries()
    scene.engine.kill()
    scene.engine.start()
    assert scene.sign_in("admin", "wrong again") == 401
    after = scene.entries()
    assert after[1:] == before and after[0]["number"] == len(after), after[0]
    code, out, err = scene.verify()
    assert code == 0 and f"{len(after)} entries" in out and "nothing was changed" in out, (out, err)
    _, shown, _ = vigie("audit", "show", "--config", scene.engine.config, "--limit", "2")
    assert [json.loads(line) for line in shown.splitlines()] == after[:2], shown


def the_log_remembers_what_the_trail_was(scene):
    lines = [json.loads(line) for line in scene.engine.log.read_text().splitlines() if '"audit"' in line]
    mark = lines[-1]["mark"]
    assert scene.verify("--mark", mark)[0] == 0
    number, digits = mark.split(":")
    code, _, err = scene.verify("--mark", f"{number}:{digits[::-1]}")
    assert code == 1 and "not the one that was remembered" in err, err
    code, _, err = scene.verify("--mark", "twelve")
    assert code == 2 and "NUMBER:CODE" in err, err


def tampering_is_found_with_its_line(scene):
    path = scene.segment()
    whole = path.read_text()
    path.write_text(whole.replace('"actor":"api"', '"actor":"bob"', 1))
    code, out, err = scene.verify()
    assert code == 1 and f"audit/{path.name}:3: entry 3 was changed" in err, err
    assert "NOT as they were written" in out, out
    lines = whole.splitlines(keepends=True)
    path.write_text("".join(lines[:2] + lines[3:]))
    assert "entry 3 should stand here, not 4" in scene.verify()[2]
    path.write_text("".join(lines[:-1]))
    assert "the newest that was written, is missing" in scene.verify()[2]
    path.write_text(whole)
    assert scene.verify()[0] == 0


def an_engine_does_not_start_without_the_trails_key(scene):
    scene.engine.kill()
    key = scene.trail / "key"
    content = key.read_text()
    key.write_text("damaged\n")
    code, _, err = vigie("serve", "--config", scene.engine.config)
    assert code == 3 and "audit/key is damaged" in err, err
    key.write_text(content)
    scene.engine.start()
    assert scene.entries()


TESTS = {
    "what people do is written down, and no secret": what_people_do_is_written_down,
    "it survives a kill and can be read beside the engine": it_survives_a_kill_and_can_be_read_beside_the_engine,
    "the log remembers what the trail was": the_log_remembers_what_the_trail_was,
    "tampering is found with its line": tampering_is_found_with_its_line,
    "an engine does not start without the trail's key": an_engine_does_not_start_without_the_trails_key,
}


if __name__ == "__main__":
    sys.exit(run_scene(TESTS, Scene))
