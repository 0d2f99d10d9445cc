#!/usr/bin/env python3
"""People correct the engine and it learns: corrections through the API count at once and survive, are exported to train on, new
rules judge what is stored, and a backtest says beforehand what they would change."""

import http.cookies
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import ROOT, VIGIE, Engine, Pusher, run_tests, vigie  # noqa: E402

CALM = "La fontaine de la place est en travaux"


class Scene:
    def __init__(self, directory):
        self.rules = Path(directory) / "rules"
        shutil.copytree(ROOT / "rules", self.rules)
        self.engine = Engine(directory, rules=self.rules)
        self.engine.start()
        texts = {"a": CALM, "b": "Merci @jeanne_s, bravo pour la fête ! https://photos.example/@jeanne_s/1",
                 "c": "Incendie en cours rue des Lilas, des gens sont coincés !", "d": "Le marché est déplacé\tsamedi"}
        status, answer = Pusher(self.engine.port).push([
            {"id": name, "source": "reseau", "text": text, "created_at": "2026-10-14T06:00:00Z"} for name, text in texts.items()])
        assert (status, answer["kept"]) == (202, 4), (status, answer)

    def mentions(self, query=""):
        return {m["id"]: m for m in self.engine.town(f"mentions?{query}")["mentions"]}

    def totals(self):
        return self.engine.town("stats?from=2026-10-14T00:00:00Z&to=2026-10-15T00:00:00Z")["totals"]

    def post(self, name, correction, headers=None):
        ref = name if "-" in name else self.mentions()[name]["ref"]
        body = correction if isinstance(correction, bytes) else json.dumps(correction).encode()
        status, answer, _ = self.engine.ask("POST", f"/api/v1/tenants/techniville/mentions/{ref}/correction", body=body, headers={
            **self.engine.authorization(), "Content-Type": "application/json", **(headers or {})})
        return status, json.loads(answer)

    def correct(self, name, **correction):
        status, answer = self.post(name, correction)
        assert status == 200, (status, answer)
        return answer

    def reclassify(self, *arguments):
        code, out, errors = vigie("reclassify", "--config", self.engine.config, *arguments)
        assert code == 0, (code, errors)
        return out.splitlines()

    def add_rules(self, text, name="essai"):
        """A pack of one more rules file, in force for the town."""
        (self.rules / "packs" / f"{name}.yaml").write_text(text, encoding="utf-8")
        config = json.loads(self.engine.config.read_text(encoding="utf-8"))
        packs = config["tenants"][0]["packs"]
        packs += [] if name in packs else [name]
        self.engine.config.write_text(json.dumps(config, ensure_ascii=False), encoding="utf-8")


def a_corrected_tone_counts(scene):
    before, machine = scene.totals(), scene.mentions()["a"]["sentiment"]["label"]
    assert machine == "neutral", machine
    answer = scene.correct("a", tone="negative", useful=True)
    assert answer["in_force"]["tone"] == "negative" and answer["sentiment"]["label"] == "neutral", answer
    said = answer["correction"]
    assert (said["tone"], said["useful"], said["by"], said["history"]) == ("negative", True, "api", []) and said["at"]
    after = scene.totals()
    assert (after["negative"], after["neutral"]) == (before["negative"] + 1, before["neutral"] - 1), (before, after)
    assert after["mentions"] == before["mentions"]
    assert "a" in scene.mentions("tone=negative") and "a" not in scene.mentions("tone=neutral")


def the_last_one_wins(scene):
    before = scene.totals()
    answer = scene.correct("a", tone="positive")
    assert answer["correction"]["tone"] == "positive" and "useful" not in answer["correction"]
    assert [said["tone"] for said in answer["correction"]["history"]] == ["negative"]
    assert scene.correct("a", tone="positive") == answer, "saying the same again changes nothing"
    assert scene.totals()["positive"] == before["positive"] + 1
    taken_back = scene.correct("a")
    assert taken_back["in_force"]["tone"] == "neutral" and "tone" not in taken_back["correction"]
    scene.correct("a", tone="negative")
    assert scene.totals() == before


def urgency_is_corrected(scene):
    before = scene.totals()
    assert before["urgent"] == 1 and list(scene.mentions("urgency=high")) == ["c"]
    assert scene.correct("c", urgent=False)["in_force"]["urgency"] == "medium"
    assert scene.totals()["urgent"] == 0 and not scene.mentions("urgency=high")
    assert scene.correct("d", urgent=True)["in_force"]["urgency"] == "high"
    assert scene.totals()["urgent"] == 1 and list(scene.mentions("urgency=high")) == ["d"]
    assert len(scene.engine.town("alerts")["alerts"]) == 1, "a correction raises no alert"


def wrong_corrections(scene):
    for wrong in ({"tone": "angry"}, {"urgent": "yes"}, {"colour": "red"}, b"[]", b"{"):
        status, answer = scene.post("a", wrong)
        assert status == 400, (wrong, status, answer)
    assert scene.post("a", {}, {"Content-Type": "text/plain"})[0] == 415
    assert scene.post("20000-1", {})[0] == 404
    assert scene.post(scene.mentions()["a"]["ref"].replace("-", "-99"), {"tone": "negative"})[0] == 404
    status, _, _ = scene.engine.ask("POST", "/api/v1/tenants/nowhere/mentions/20000-1/correction", body=b"{}",
                                    headers={**scene.engine.authorization(), "Content-Type": "application/json"})
    assert status == 404, status


def strangers_correct_nothing(scene):
    first = scene.engine.first_sign_in()
    ref = scene.mentions()["a"]["ref"]
    path = f"/api/v1/tenants/techniville/mentions/{ref}/correction"
    json_type = {"Content-Type": "application/json"}
    assert scene.engine.ask("POST", path, b"{}", json_type)[0] == 401
    body = json.dumps({"account": first["account"], "password": first["password"]})
    _, answer, headers = scene.engine.ask("POST", "/api/v1/session", body, json_type)
    cookie = http.cookies.SimpleCookie(headers["Set-Cookie"])["vigie"].OutputString([])
    session = {**json_type, "Cookie": cookie}
    assert scene.engine.ask("POST", path, b"{}", session)[0] == 403, "without X-CSRF-Token"
    with_token = {**session, "X-CSRF-Token": json.loads(answer)["csrf"]}
    assert scene.engine.ask("POST", path, b"{}", {**with_token, "Origin": "https://elsewhere.example"})[0] == 403
    status, answer, _ = scene.engine.ask("POST", path, b'{"tone":"negative","useful":false}', with_token)
    assert status == 200 and json.loads(answer)["correction"]["by"] == first["account"], (status, answer)


def rows_to_train_on(scene):
    scene.correct("b", tone="positive", urgent=False)
    code, out, errors = vigie("query", "--config", scene.engine.config, "--corrections", "tone")
    assert code == 0, errors
    assert sorted(out.splitlines()) == [f"negative\t{CALM}", "positive\tMerci @compte, bravo pour la fête ! https://lien"], out
    code, out, _ = vigie("query", "--config", scene.engine.config, "--corrections", "urgency", "--tenant", "techniville")
    rows = dict(line.split("\t")[::-1] for line in out.splitlines())
    assert rows["Le marché est déplacé samedi"] == "urgent" and sorted(rows.values()) == ["non_urgent", "non_urgent", "urgent"]
    assert vigie("query", "--config", scene.engine.config, "--corrections", "colour")[0] == 2


def edits_and_deletions(scene):
    before = scene.totals()
    pusher = Pusher(scene.engine.port)
    edit = {"id": "b", "source": "reseau", "text": "La fête est finie", "edited_at": "2026-10-14T07:00:00Z"}
    assert pusher.push([edit])[0] == 202
    assert "correction" not in scene.mentions()["b"], "people have judged other words"
    scene.correct("b", tone="negative")
    assert pusher.push([{"id": "b", "source": "reseau", "deleted": True}])[0] == 202
    after = scene.totals()
    assert after["mentions"] == before["mentions"] - 1 and after["negative"] == before["negative"], (before, after)
    assert "fête" not in vigie("query", "--config", scene.engine.config, "--corrections", "tone")[1]


def beside_a_running_engine(scene):
    code, _, errors = vigie("reclassify", "--config", scene.engine.config)
    assert code == 3 and "another process has the data folder" in errors, (code, errors)


def new_rules_judge_what_is_stored(scene):
    alerts = len(scene.engine.town("alerts")["alerts"])
    assert scene.engine.stop() == 0
    assert scene.reclassify()[0] == ("techniville: 0 of 3 mentions judged anew; tone of 0, urgency of 0, "
                                     "topics of 0 changed")
    scene.add_rules("title: Essai\nrules:\n"
                    "  - {id: essai.fontaine, topic: fontaine, any: [fontaine]}\n"
                    "  - {id: essai.joie, tone: 900, any: [travaux, marché]}\n"
                    "  - {id: essai.alerte, urgency: 900, any: [travaux]}\n")
    assert scene.reclassify()[0] == ("techniville: 3 of 3 mentions judged anew; tone of 2, urgency of 1, "
                                     "topics of 1 changed")
    for again in ([], ["--all"]):
        assert scene.reclassify(*again)[0].endswith("tone of 0, urgency of 0, topics of 0 changed")
    scene.engine.start()
    mentions, totals = scene.mentions(), scene.totals()
    fountain, market = mentions["a"], mentions["d"]
    assert "fontaine" in fountain["topics"] and fountain["sentiment"]["label"] == "positive", fountain
    assert fountain["in_force"] == {"tone": "negative", "urgency": "critical"}, "people have the last word"
    assert (market["in_force"]["tone"], market["in_force"]["urgency"]) == ("positive", "high"), market
    counted = {tone: sum(m["in_force"]["tone"] == tone for m in mentions.values())
               for tone in ("negative", "neutral", "positive")}
    assert {tone: totals[tone] for tone in counted} == counted, (totals, counted)
    assert (totals["mentions"], totals["urgent"]) == (3, 2), totals
    assert len(scene.engine.town("alerts")["alerts"]) == alerts, "judging anew raises no alert"


def what_is_told_next(scene):
    """What new rules made urgent was announced to nobody: the next one is."""
    alerts = len(scene.engine.town("alerts")["alerts"])
    assert Pusher(scene.engine.port).push([{"id": "e", "source": "reseau", "text": CALM + " encore"}])[0] == 202
    assert len(scene.engine.town("alerts")["alerts"]) == alerts + 1


def killed_on_the_way(scene):
    """Wherever it is killed the store is sound, and the next call ends the work."""
    mentions = [{"id": f"many{i}", "source": "reseau", "text": f"Le marché numéro {i}", "created_at": "2026-10-14T06:00:00Z"}
                for i in range(20000)]
    for start in range(0, len(mentions), 1000):
        assert Pusher(scene.engine.port).push(mentions[start:start + 1000])[0] == 202
    assert scene.engine.stop() == 0
    begun = time.monotonic()
    scene.reclassify("--all")
    takes_s = time.monotonic() - begun
    for part, tone in ((0.5, -900), (0.7, 900), (0.8, -900), (0.9, 900)):
        scene.add_rules(f"title: Essai\nrules:\n  - {{id: essai.ton, tone: {tone}, any: [marché]}}\n")
        running = subprocess.Popen([VIGIE, "reclassify", "--config", scene.engine.config], stdout=subprocess.DEVNULL)
        time.sleep(part * takes_s)
        running.kill()
        running.wait()
        assert len(scene.engine.query("--limit", "0")) == 20000 + 4
    scene.reclassify()
    assert scene.reclassify()[0].startswith("techniville: 0 of ")
    scene.engine.start()
    totals = scene.totals()
    assert totals["positive"] == 20000 + 1 and totals["mentions"] == 20003, totals


def backtest(scene):
    assert scene.engine.stop() == 0
    with tempfile.TemporaryDirectory(prefix="vigie-backtest-") as directory:
        engine = Engine(directory, connectors=[])
        town = ROOT / "deploy" / "town" / "mentions.ndjson"
        assert vigie("ingest", "--config", engine.config, "--input", town, "--mode", "replay")[0] == 0
        new = Path(directory) / "new"
        shutil.copytree(ROOT / "rules", new)

        def run(*arguments):
            code, out, errors = vigie("rules", "backtest", "--config", engine.config, "--rules", new, *arguments)
            assert code == 0, (code, errors)
            return out
        same = json.loads(run("--json"))
        assert same["kept_mentions"] > 300 and same["alerts_before"] == same["alerts_after"] > 3, same
        assert same["gained"] == same["lost"] == same["tone_changed"] == same["urgency_changed"] == 0
        raised = [alert for alert in engine.query("--alerts", "--limit", "0") if alert["news"] != "closed"]
        assert same["alerts_before"] >= len(raised) - 2, (same["alerts_before"], len(raised))

        pack = new / "packs" / "municipal_fr.yaml"
        rules = pack.read_text(encoding="utf-8")
        lost_rule, subject = next((reason["rule"], alert["subject"]) for alert in raised for reason in alert["reasons"]
                                  if not reason["rule"].startswith("model."))
        begin = rules.index(f"  - {{id: {lost_rule},")
        end = rules.index("\n  - {", begin) + 1
        rules = rules[:begin] + rules[end:] + "\n  - {id: essai.marche, urgency: 900, any: [marché]}\n"
        pack.write_text(rules, encoding="utf-8")
        cards = new / "cards" / "municipal_fr.yaml"  # a card that names a rule which is gone is a mistake
        cards.write_text(re.sub(rf"\b{re.escape(lost_rule)}(, )?", "", cards.read_text(encoding="utf-8")),
                         encoding="utf-8")
        other = json.loads(run("--json", "--seconds-per-alert", "60"))
        assert lost_rule in [rule for alert in other["lost_alerts"] for rule in alert["rules"]], (lost_rule, other)
        assert subject in [alert["subject"] for alert in other["lost_alerts"]]
        assert other["gained"] > 0 and any("essai.marche" in alert["rules"] for alert in other["gained_alerts"]), other
        assert other["alerts_after"] - other["alerts_before"] == other["gained"] - other["lost"]
        assert other["extra_reading_minutes"] == other["gained"] - other["lost"]
        assert other["newly_urgent"] > 0 and other["no_longer_urgent"] > 0
        text = run()
        assert text.startswith("Kept mentions only") and "gained:" in text and "lost:" in text, text
        assert json.loads(run("--json", "--since", "2026-10-15"))["kept_mentions"] < same["kept_mentions"]
        code, _, errors = vigie("rules", "backtest", "--config", engine.config, "--rules", new, "--since", "soon",
                                "--tenant", "nowhere")
        assert code == 2 and "--since" in errors and "--tenant" in errors, (code, errors)
        pack.write_text("rules: 3\n", encoding="utf-8")
        code, _, errors = vigie("rules", "backtest", "--config", engine.config, "--rules", new)
        assert code == 2 and "municipal_fr.yaml" in errors, (code, errors)


TESTS = {
    "a corrected tone is what lists and statistics show, beside the engine's": a_corrected_tone_counts,
    "the last correction wins, and can be taken back": the_last_one_wins,
    "a corrected urgency counts and raises no alert": urgency_is_corrected,
    "wrong corrections are refused": wrong_corrections,
    "whoever is not signed in corrects nothing": strangers_correct_nothing,
    "corrections become rows to train on, without names": rows_to_train_on,
    "a correction ends with the words it was about": edits_and_deletions,
    "a running engine's store is not judged anew": beside_a_running_engine,
    "new rules judge what is stored, once": new_rules_judge_what_is_stored,
    "what new rules made urgent silences nothing": what_is_told_next,
    "a reclassification may be killed at any time": killed_on_the_way,
    "a backtest tells alerts gained and lost": backtest,
}


def main():
    with tempfile.TemporaryDirectory(prefix="vigie-learning-") as directory:
        return run_tests(TESTS, Scene(directory))


if __name__ == "__main__":
    sys.exit(main())
