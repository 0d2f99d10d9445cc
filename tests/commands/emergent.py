#!/usr/bin/env python3
"""Emerging needs as a community manager meets them: the made-up town's fortnight comes in, the need that no rule looks for is asked
for over the API, becomes a rule draft with its tests and backtest, and the draft is put beside the packs."""

import json
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import ROOT, Engine, run_scene, vigie  # noqa: E402

FORTNIGHT = "from=2026-10-05T00:00:00Z&to=2026-10-19T00:00:00Z"
WATCHED = {"id": "techniville", "name": "Techniville", "purpose": "test", "legal_basis": "test", "retention_days": 4000,
           "keep": "watched", "packs": ["municipal_fr"], "receivers": [],
           "variables": {"commune": ["Techniville"], "elus": ["Martin Descombes"], "services": ["régie des eaux"]}}
NEED = ("répar", "atelier", "recharg", "prise", "borne")


class Scene:
    def __init__(self, directory):
        self.directory = Path(directory)
        self.rules = self.directory / "rules"
        shutil.copytree(ROOT / "rules", self.rules, ignore=shutil.ignore_patterns("texts", "guard"))
        self.engine = Engine(directory, tenants=[WATCHED, {**WATCHED, "id": "autre"}], rules=self.rules)
        code, _, errors = vigie("ingest", "--config", self.engine.config, "--mode", "replay", "--input",
                                ROOT / "deploy" / "town" / "mentions.ndjson")
        assert code == 0, errors
        self.engine.start()
        self.study = self.engine.town(f"emergent?{FORTNIGHT}")

    def status(self, path, method="GET", headers=None):
        headers = self.engine.authorization() if headers is None else headers
        return self.engine.ask(method, f"/api/v1/tenants/{path}", headers=headers)[0]

    def close(self):
        self.engine.kill()


def terms(group):
    return [term["term"] for term in group["terms"]]


def the_need_comes_first(scene):
    first = scene.study["groups"][0]
    assert first["kind"] == "need", scene.study["groups"]
    assert any(word.startswith(NEED) for term in terms(first) for word in term.split()), terms(first)
    for group in scene.study["groups"]:
        assert group["kind"] == "event" or "lanterne" not in terms(group), terms(group)
    assert scene.study["dropped"] > 100 and scene.study["kept"] > 10 and scene.study["cold_start"], scene.study


def every_figure_fits(scene):
    for group in scene.study["groups"]:
        assert group["authors_at_least"] >= 3 and len(group["authors_by_day"]) == 14, group
        assert group["days_heard"] == sum(authors > 0 for authors in group["authors_by_day"]), group
        for term in group["terms"]:
            f, b = term["share"], term["background_share"]
            assert abs(term["jlh"] - (f - b) * f / b) < 1e-9 and f > b, term
        for example in group["examples"]:
            assert scene.engine.town(f"mentions/{example['mention']}"), example


def a_restart_changes_nothing(scene):
    scene.engine.stop()
    scene.engine.start()
    assert scene.engine.town(f"emergent?{FORTNIGHT}") == scene.study


def wrong_questions(scene):
    for query in ("from=yesterday", "from=2026-10-19T00:00:00Z&to=2026-10-05T00:00:00Z", "form=2026-10-05T00:00:00Z",
                  "from=2026-01-01T00:00:00Z&to=2026-10-05T00:00:00Z", "to=2026"):
        assert scene.status(f"techniville/emergent?{query}") == 400, query
    assert scene.status("techniville/emergent") == 200
    assert scene.status("nowhere/emergent") == 404
    assert scene.status("techniville/emergent", headers={}) == 401
    first = scene.study["groups"][0]["id"]
    assert scene.status(f"techniville/emergent/{first}/draft?{FORTNIGHT}") == 405
    assert scene.status(f"techniville/emergent/{first}/draft?{FORTNIGHT}", "POST", {}) in (401, 403)
    assert scene.status(f"techniville/emergent/0000/draft?{FORTNIGHT}", "POST") == 404


def a_draft_goes_into_the_towns_own_rules(scene):
    draft = scene.engine.town(f"emergent/{scene.study['groups'][0]['id']}/draft?{FORTNIGHT}", "POST")
    assert draft["own_base"] == "", draft
    status, body, _ = scene.engine.ask("POST", "/api/v1/tenants/techniville/rules/check", body=json.dumps({"text": draft["own_text"]}),
                                       headers={**scene.engine.authorization(), "Content-Type": "application/json"})
    checked = json.loads(body)
    assert status == 200 and checked["problems"] == [] and checked["rules"][0]["id"] == draft["rule"], checked
    assert checked["tests"] and all(test["passed"] for test in checked["tests"]), checked["tests"]


def a_draft_becomes_a_rule(scene):
    group = scene.study["groups"][0]
    draft = scene.engine.town(f"emergent/{group['id']}/draft?{FORTNIGHT}", "POST")
    backtest = draft["backtest"]
    assert backtest["tenant"] == "techniville" and backtest["topics_changed"] >= 1, backtest
    assert backtest["gained"] == backtest["lost"] == 0, "a topic alone tells nobody"
    pack = scene.rules / "packs" / f"{draft['pack']}.yaml"
    pack.write_text(draft["yaml"], encoding="utf-8")
    pack.with_suffix(".test.yaml").write_text(draft["tests_yaml"], encoding="utf-8")
    code, out, errors = vigie("rules", "test", "--rules", scene.rules, "--lines")
    assert code == 0 and f"PASS {draft['pack']} " in out, (out[-500:], errors)
    scene.engine.stop()
    config = json.loads(scene.engine.config.read_text(encoding="utf-8"))
    config["tenants"][0]["packs"].append(draft["pack"])
    scene.engine.config.write_text(json.dumps(config), encoding="utf-8")
    assert vigie("reclassify", "--config", scene.engine.config)[0] == 0
    scene.engine.start()
    after = scene.engine.town(f"emergent?{FORTNIGHT}")["groups"]
    assert group["id"] not in [other["id"] for other in after], "it is looked for now"


TESTS = {
    "the need that no rule looks for comes first, the festival does not": the_need_comes_first,
    "every figure is the one that the formula gives": every_figure_fits,
    "a restart changes nothing": a_restart_changes_nothing,
    "wrong questions, other towns and strangers are refused": wrong_questions,
    "a draft goes into the town's own rules, and its tests pass there": a_draft_goes_into_the_towns_own_rules,
    "a draft passes its tests and, put in force, is news no more": a_draft_becomes_a_rule,
}

if __name__ == "__main__":
    sys.exit(run_scene(TESTS, Scene))
