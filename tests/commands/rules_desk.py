#!/usr/bin/env python3
"""A town's own rules, written over the API: checked, tried, published, taken back; in force at once and for this town alone, sound
whatever dies when, kept over restarts. And what is found with their language: mentions, counts, CSV, drafts of rules."""

import csv
import io
import json
import random
import shutil
import signal
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import ROOT, Engine, Pusher, run_scene, seed, vigie, wait_for  # noqa: E402

TOWNS = ("techniville", "autreville")
BIKES = """title: "Règles d'ici"
rules:
  - id: velo.garage
    topic: vélo
    any: ["garage à vélos", "parking à vélos"]
tests:
  - {text: "Un garage à vélos, vite", matches: [velo.garage], topics: [vélo]}
  - {text: "Le garage est fermé", not: [velo.garage]}
"""
KNOWN = "local.techniville.velo.garage"


class Scene:
    def __init__(self, directory):
        self.random = random.Random(seed())
        self.directory = Path(directory)
        self.rules = self.directory / "rules"
        shutil.copytree(ROOT / "rules", self.rules, ignore=shutil.ignore_patterns("texts", "guard"))
        tenants = [{"id": town, "name": town.title(), "purpose": "test", "legal_basis": "test", "retention_days": 400,
                    "keep": "all", "packs": ["municipal_fr"], "receivers": [], "variables": {"commune": [town.title()]}}
                   for town in TOWNS]
        self.engine = Engine(directory, tenants=tenants, rules=self.rules)
        self.engine.start()
        self.file = self.directory / "data" / "rules" / "techniville.yaml"
        self.pushed = 0

    def close(self):
        self.engine.kill()

    def ask(self, method, path, body=None, town="techniville"):
        headers = {**self.engine.authorization(), "Content-Type": "application/json"}
        body = None if body is None else json.dumps(body).encode()
        status, answer, head = self.engine.ask(method, f"/api/v1/tenants/{town}/{path}", body=body, headers=headers, timeout_s=30)
        return status, (json.loads(answer) if "json" in head["Content-Type"] else answer.decode()), head

    def good(self, method, path, body=None, town="techniville"):
        status, answer, _ = self.ask(method, path, body, town)
        assert status == 200, (status, path, answer)
        return answer

    def own(self, town="techniville"):
        return self.good("GET", "rules", town=town)["packs"][-1]

    def publish(self, text, reason="pour l'essai", base=None):
        base = self.own()["hash"] if base is None else base
        return self.ask("POST", "rules/publish", {"text": text, "reason": reason, "base": base})[:2]

    def push(self, text, **more):
        """As both towns keep it: their mentions of it."""
        self.pushed += 1
        name = f"m{self.pushed}"
        status, answer = Pusher(self.engine.port).push([{"id": name, "source": "forum", "text": text,
                                                         "created_at": "2026-10-14T06:00:00Z", **more}])
        assert (status, answer["kept"]) == (202, 1), (status, answer)
        return {town: next(m for m in self.good("GET", "mentions?limit=200", town=town)["mentions"] if m["id"] == name)
                for town in TOWNS}


def nothing_of_its_own(scene):
    rules = scene.good("GET", "rules")
    shared, own = rules["packs"]
    assert shared["name"] == "municipal_fr" and not shared["own"] and len(shared["rules"]) > 100, shared["name"]
    assert len(shared["tests"]) > 100 and all(test["passed"] for test in shared["tests"])
    assert own["own"] and own["text"] == own["hash"] == "" and own["rules"] == [], own
    assert "vélo" not in scene.push("Un garage à vélos manque")["techniville"]["topics"]
    assert scene.good("GET", "rules/history") == {"versions": []} and not scene.file.exists()


def every_problem_at_once(scene):
    text = BIKES.replace("topic: vélo", "topci: vélo").replace('"parking à vélos"', '"{parc}"') + "  - {text: x}\n"
    answer = scene.good("POST", "rules/check", {"text": text})
    places = [(problem["line"], problem["column"]) for problem in answer["problems"]]
    assert places == [(4, 12), (3, 5), (5, 29), (9, 5)] and answer["tests"] == [], answer["problems"]
    assert all("file" not in problem for problem in answer["problems"]), answer["problems"]
    wrong = scene.good("POST", "rules/check", {"text": BIKES + "  - {text: x, matches: [velo.gare]}\n"})["problems"]
    assert [problem["line"] for problem in wrong] == [9] and "velo.gare" in wrong[0]["message"], wrong
    good = scene.good("POST", "rules/check", {"text": BIKES})
    assert good["problems"] == [] and [test["passed"] for test in good["tests"]] == [True, True], good
    assert good["rules"][0]["id"] == "velo.garage" and good["rules"][0]["known_as"] == KNOWN, good["rules"]
    broad = scene.good("POST", "rules/check", {"text": "rules:\n  - {id: a, topic: tout, any: [le, eau]}\n"})
    assert broad["problems"] == [] and broad["doubts"][0]["line"] == 2 and "'le' is enough" in broad["doubts"][0]["message"], broad
    assert not scene.file.exists(), "checking changes nothing"


def what_packs_may_not_do(scene):
    def refused(rule, says):
        status, answer = scene.publish(f"rules:\n  - {rule}\n")
        assert status == 422 and says in json.dumps(answer["problems"]), (rule, status, answer)
    refused("{id: a, topic: \"militants d'opposition\", any: [mairie]}", "article 9")
    refused("{id: a, topic: eau, query: 'eau AND author:marie'}", "only a watch rule may name authors")
    refused("{id: a, urgency: 600, any: [incendie]}", "the same for all towns")
    refused("{id: a, watch: true, query: 'eau AND author:marie'}", "must not follow people")
    refused("{id: a, topic: eau, regex: '.*'}", "requires no literal")
    refused("{id: a, topic: eau, regex: '(fuite){1000}{1000}'}", "regular expression")
    refused("{id: a, topic: eau, any: [\"{inconnu}\"]}", "inconnu")
    many = "lists: {n: [" + ", ".join(f"n{i}" for i in range(1000)) + "]}\nrules:\n  - {id: a, topic: eau, any: ['"
    for path in ("rules/check", "rules/preview", "rules/publish"):
        body = {"text": many + "{n} " * 12 + "']}\n"} | ({"reason": "r", "base": ""} if path.endswith("publish") else {})
        begun = time.monotonic()
        _, answer, _ = scene.ask("POST", path, body)
        assert "more than 20,000 phrases" in json.dumps(answer["problems"]) and time.monotonic() - begun < 5, (path, answer)
    assert not scene.file.exists()


def a_failing_test_is_refused(scene):
    status, answer = scene.publish(BIKES.replace("Un garage à vélos, vite", "Un garage à motos"))
    assert status == 422, (status, answer)
    said = [problem["message"] for problem in answer["problems"]]
    assert any("velo.garage does not match" in text for text in said) and answer["problems"][0]["line"] == 7, answer
    assert not scene.file.exists() and scene.good("GET", "rules/history")["versions"] == []
    assert "vélo" not in scene.push("Un garage à vélos manque encore")["techniville"]["topics"]


def wrong_requests(scene):
    post = {"text": BIKES, "reason": "r", "base": ""}
    for wrong in ({**post, "reason": "  "}, {**post, "reason": "x" * 251}, {"text": BIKES, "reason": "r"}, {**post, "more": 1},
                  {**post, "text": "x" * (256 * 1024 + 1)}, {**post, "text": 3}):
        assert scene.ask("POST", "rules/publish", wrong)[0] == 400, str(wrong)[:80]
    assert scene.ask("POST", "rules/preview", {"text": BIKES, "days": 32})[0] == 400
    assert scene.ask("GET", "rules/history/7")[0] == 404 == scene.ask("GET", "rules/history/x")[0]
    assert scene.ask("POST", "rules/publish", post, town="nowhere")[0] == 404
    assert scene.engine.ask("POST", "/api/v1/tenants/techniville/rules/publish", body=b"{}",
                            headers={"Content-Type": "application/json"})[0] in (401, 403)


def tried_before_it_is_published(scene):
    answer = scene.good("POST", "rules/preview", {"text": BIKES, "days": 7})
    found = answer["backtest"]
    assert found["topic_gained"] == 2 == len(found["topics_gained"]) and found["topic_lost"] == 0, found
    assert "vélo" in found["topics_gained"][0]["after"] and not found["is_cut"], found
    assert found["gained"] == found["lost"] == 0 and found["kept_mentions"] == 2, found
    crowd = BIKES.replace("    any:", "    distinct_authors: 2\n    within: 1h\n    any:")
    for author in ("a1", "a2", "a3"):
        scene.push("Toujours pas de garage à vélos", author={"id": author, "handle": f"@{author}"},
                   created_at=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))
    found = scene.good("POST", "rules/preview", {"text": crowd})["backtest"]
    assert found["gained"] == 1 and found["extra_reading_minutes"] == 2, found
    assert scene.ask("POST", "rules/preview", {"text": "rules: 3"})[0] == 422
    assert not scene.file.exists(), "trying changes nothing"


def published_and_in_force_at_once(scene):
    before = scene.good("GET", "rules")["ruleset"]
    status, answer = scene.publish(BIKES, "les cyclistes le demandent")
    assert status == 200 and answer["number"] == 1 and answer["ruleset"] != before, (status, answer)
    mention = scene.push("Il faut un garage à vélos à la gare")["techniville"]
    assert "vélo" in mention["topics"] and mention["ruleset"] == answer["ruleset"], mention["topics"]
    assert KNOWN in [evidence["rule"] for evidence in mention["evidence"]]
    own = scene.own()
    assert own["text"] == BIKES and own["hash"] == answer["hash"] and own["tests"][0]["passed"], own
    assert scene.file.read_text(encoding="utf-8") == BIKES and scene.file.stat().st_mode & 0o777 == 0o600
    version, = scene.good("GET", "rules/history")["versions"]
    assert (version["number"], version["reason"], version["in_force"]) == (1, "les cyclistes le demandent", True), version
    assert scene.good("GET", "rules/history/1")["text"] == BIKES
    entries = scene.engine.api("audit?limit=50")["entries"]
    made = [entry for entry in entries if entry["action"] == "publishRules" and entry["result"] == "done"]
    assert len(made) == 1 and "les cyclistes le demandent" in made[0]["object"], made
    assert not [entry for entry in entries if entry["action"] in ("checkRules", "previewRules")]


def another_town_sees_nothing(scene):
    mention = scene.push("Le garage à vélos du lycée")["autreville"]
    assert "vélo" not in mention["topics"] and KNOWN not in json.dumps(mention), mention["evidence"]
    everything = json.dumps(scene.good("GET", "rules", town="autreville"))
    assert "velo.garage" not in everything and "local.techniville" not in everything
    assert scene.good("GET", "rules/history", town="autreville")["versions"] == []
    assert scene.ask("GET", "rules/history/1", town="autreville")[0] == 404
    same = scene.ask("POST", "rules/publish", {"text": BIKES, "reason": "eux aussi", "base": ""}, town="autreville")
    assert same[0] == 200, same
    assert "vélo" in scene.push("Encore un garage à vélos")["autreville"]["topics"]
    gone = scene.ask("POST", "rules/publish", {"text": "", "reason": "finalement non", "base": same[1]["hash"]}, town="autreville")
    assert gone[0] == 200 and scene.own("autreville")["text"] == "", gone
    assert "vélo" not in scene.push("Toujours ce garage à vélos")["autreville"]["topics"]


def two_at_the_same_time(scene):
    base = scene.own()["hash"]
    answers = []
    texts = [BIKES + f"# {name}\n" for name in ("marie", "paul")]
    threads = [threading.Thread(target=lambda text=text: answers.append(scene.publish(text, base=base))) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(status for status, _ in answers) == [200, 409], answers
    assert scene.publish(BIKES, base=base)[0] == 409, "what was edited is no longer in force"
    assert scene.own()["text"] in texts and len(scene.good("GET", "rules/history")["versions"]) == 2


def taken_back(scene):
    other = BIKES.replace("parking à vélos", "local à vélos")
    assert scene.publish(other)[0] == 200
    assert "vélo" not in scene.push("Un parking à vélos plein")["techniville"]["topics"]
    status, answer, _ = scene.ask("POST", "rules/history/1/restore", {"reason": "retour"})
    assert status == 200 and scene.own()["text"] == BIKES, answer
    assert "vélo" in scene.push("Un parking à vélos bien plein")["techniville"]["topics"]
    versions = scene.good("GET", "rules/history")["versions"]
    assert [version["number"] for version in versions] == [4, 3, 2, 1] and versions[0]["reason"] == "retour"
    assert [version["in_force"] for version in versions] == [True, False, False, False]
    assert scene.ask("POST", "rules/history/99/restore", {"reason": "r"})[0] == 404


def files_of_the_server(scene):
    pack = scene.rules / "packs" / "municipal_fr.yaml"
    text = pack.read_text(encoding="utf-8")
    pack.write_text(text + "# changed\n", encoding="utf-8")
    assert scene.publish(BIKES + "# x\n")[0] == 409, "a town's publication puts no other file in force"
    loaded = scene.good("GET", "rules")["loaded_at"]
    scene.engine.process.send_signal(signal.SIGHUP)
    wait_for("the reload", lambda: scene.good("GET", "rules")["loaded_at"] != loaded, 30)
    assert scene.own()["text"] == BIKES and scene.publish(BIKES + "# x\n")[0] == 200
    scene.file.write_text(BIKES, encoding="utf-8")
    assert scene.publish(BIKES + "# y\n")[0] == 409, "what was written on the server is not overwritten"
    loaded = scene.good("GET", "rules")["loaded_at"]
    scene.engine.process.send_signal(signal.SIGHUP)
    wait_for("the reload", lambda: scene.good("GET", "rules")["loaded_at"] != loaded, 30)
    assert scene.own()["text"] == BIKES
    scene.file.write_text(BIKES.replace("velo.garage], topics", "velo.garage], tone: positive, topics"), encoding="utf-8")
    scene.engine.process.send_signal(signal.SIGHUP)
    wait_for("the refusal", lambda: scene.own()["problems"], 30)
    own = scene.own()
    assert own["text"] == BIKES, "a failing test keeps what was in force"
    assert own["problems"][0]["line"] == 7 and "tone: positive" in own["refused_text"], own
    assert "own_pack_refused" in scene.engine.log_tail() and "rules_kept" not in scene.engine.log_tail()
    code, out, errors = vigie("rules", "test", "--config", scene.engine.config, "--lines")
    assert code == 1 and "FAIL own/techniville Un garage à vélos, vite" in out and "techniville.yaml:7" in errors, (code, errors)
    scene.file.write_text("rules: [", encoding="utf-8")
    code, _, errors = vigie("config", "check", "--config", scene.engine.config)
    assert code == 2 and "techniville.yaml:1" in errors, (code, errors)
    scene.engine.stop()
    scene.engine.start()
    own = scene.own()
    assert own["text"] == own["hash"] == "" and own["problems"][0]["line"] == 1 and own["refused_text"] == "rules: [", own
    assert scene.own("autreville")["problems"] == [], "one town's mistake is not another's"
    assert 'vigie_own_pack_refused{tenant="techniville"} 1' in scene.engine.get("/metrics")[1].decode()
    assert scene.publish(BIKES)[0] == 200, "it mends that by itself"
    assert scene.own()["problems"] == [] and 'vigie_own_pack_refused{tenant="techniville"} 0' in scene.engine.get("/metrics")[1].decode()
    numbers = [version["number"] for version in scene.good("GET", "rules/history")["versions"]]
    assert numbers == sorted(set(numbers), reverse=True), numbers
    for command in (("config", "check"), ("rules", "check"), ("rules", "test")):
        code, _, errors = vigie(*command, "--config", scene.engine.config)
        assert code == 0, (command, errors)
    code, out, errors = vigie("classify", "--config", scene.engine.config,
                              data=json.dumps({"id": "1", "text": "Un garage à vélos"}).encode())
    assert code == 0 and KNOWN in out, (code, errors, out)
    code, out, errors = vigie("rules", "explain", "--config", scene.engine.config, "--tenant", "techniville", "--rule", KNOWN,
                              "--text", "Un garage à vélos")
    assert code == 0 and "garage à vélos" in out, (code, errors, out)


def kept_over_a_restart_and_a_restore(scene):
    before = scene.good("GET", "rules")
    scene.engine.stop()
    scene.engine.start()
    after = scene.good("GET", "rules")
    assert after["ruleset"] == before["ruleset"] and after["packs"] == before["packs"]
    backups = scene.directory / "backups"
    code, _, errors = vigie("backup", "--config", scene.engine.config, backups)
    assert code == 0, errors
    config = json.loads(scene.engine.config.read_text(encoding="utf-8"))
    config["data_directory"] = str(scene.directory / "elsewhere")
    other = scene.directory / "other.yaml"
    other.write_text(json.dumps(config), encoding="utf-8")
    code, _, errors = vigie("restore", "--config", other, backups)
    assert code == 0, errors
    for name in ("techniville.yaml", "techniville.history"):
        restored = scene.directory / "elsewhere" / "rules" / name
        assert restored.read_bytes() == scene.file.with_name(name).read_bytes(), name


def killed_whenever(scene):
    for number in range(8):
        texts = {scene.own()["text"], BIKES + f"# {number}\n"}
        thread = threading.Thread(target=lambda text=BIKES + f"# {number}\n": quietly(lambda: scene.publish(text, f"essai {number}")))
        thread.start()
        time.sleep(scene.random.uniform(0, 0.6))
        scene.engine.kill()
        thread.join()
        scene.engine.start()
        own = scene.own()
        assert own["text"] in texts and scene.file.read_text(encoding="utf-8") == own["text"], own["text"]
        versions = scene.good("GET", "rules/history")["versions"]
        numbers = [version["number"] for version in versions]
        assert numbers == sorted(numbers, reverse=True) and versions[0]["in_force"], versions[:2]
        assert scene.good("GET", f"rules/history/{numbers[0]}")["text"] == own["text"]


def quietly(act):
    try:
        act()
    except Exception:  # the engine died meanwhile, as it was to
        pass


def looked_for_with_the_language_of_rules(scene):
    scene.push("=2+2 fuite d'eau chez @marie_d, rue des Lilas")
    scene.push("Une fuite de gaz", title="Alerte")
    answer = scene.good("GET", "explore?query=fuite%20NEAR/2%20(eau%20OR%20gaz)")
    assert answer["total"] == 2 == len(answer["mentions"]) and answer["complete"] and answer["next"] is None, answer
    first = answer["mentions"][1]
    spans = [first["mention"]["text"].encode()[m["start"]:m["end"]].decode() for m in first["matched"]]
    assert spans == ["fuite", "eau"] and "@marie" not in json.dumps(answer), spans
    assert sum(one["mentions"] for one in answer["by_time"]) == 2 and answer["unit"] == "day"
    assert {one["name"]: one["mentions"] for one in answer["by_source"]} == {"forum": 2}
    everything = scene.good("GET", "explore?limit=3")
    assert everything["total"] == scene.pushed and len(everything["mentions"]) == 3 and everything["next"], everything["total"]
    seen = []
    cursor = ""
    while cursor is not None:
        page = scene.good("GET", f"explore?limit=3{cursor and '&before=' + cursor}")
        seen += [one["mention"]["ref"] for one in page["mentions"]]
        cursor = page["next"]
    assert len(seen) == len(set(seen)) == scene.pushed, (len(seen), scene.pushed)
    topics = scene.good("GET", "explore?topic=v%C3%A9lo")
    assert 0 < topics["total"] < scene.pushed and all("vélo" in one["mention"]["topics"] for one in topics["mentions"])
    assert scene.good("GET", "explore?query=commune")["total"] == 0
    assert scene.good("GET", "explore?query=vélos&from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z".replace("é", "%C3%A9"))["total"] == 0
    for query, column in (("eau%20AND%20(gaz", 9), ("%C3%A9t%C3%A9%20AND%20*eau", 9), ("NOT%20eau", 1), ("eau%20AND%20author:marie", 9)):
        status, refused, _ = scene.ask("GET", f"explore?query={query}")
        assert status == 422 and refused["problems"][0]["column"] == column, (query, refused)
    for wrong in ("tone=bad", "limit=201", "form=x", "from=2026-01-01T00:00:00Z", "before=x", "query=" + "x" * 2001):
        assert scene.ask("GET", f"explore?{wrong}")[0] == 400, wrong


def saved_as_a_table(scene):
    status, text, head = scene.ask("GET", "explore.csv?query=fuite")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert status == 200 and len(rows) == 2 and "attachment" in head["Content-Disposition"], (status, text)
    assert rows[1]["text"].startswith("'=2+2") and "@marie" not in text and rows[1]["matched"] == "fuite", rows
    status, text, head = scene.ask("GET", "explore.csv?limit=1")
    assert len(list(csv.DictReader(io.StringIO(text)))) == 1 and head["X-Vigie-Next"], head


def what_was_deleted_is_not_found(scene):
    mention = scene.push("Une phrase unique: tournevis")["techniville"]
    assert scene.good("GET", "explore?query=tournevis")["total"] == 1
    Pusher(scene.engine.port).push([{"id": mention["id"], "source": "forum", "deleted": True}])
    assert scene.good("GET", "explore?query=tournevis")["total"] == 0


def a_search_becomes_a_rule(scene):
    draft = scene.good("POST", "explore/draft", {"query": "fuite* NEAR/3 (eau OR canalisation)", "topic": "Fuites d'eau"})
    assert draft["rule"] == "recherche.fuites_d_eau" and draft["text"].startswith(scene.own()["text"].rstrip().split("tests:")[0].rstrip())
    assert "Lilas" not in draft["tests_yaml"] and draft["base"] == scene.own()["hash"], draft
    checked = scene.good("POST", "rules/check", {"text": draft["text"]})
    assert checked["problems"] == [] and len(checked["tests"]) == 4 and all(test["passed"] for test in checked["tests"]), checked
    status, answer = scene.publish(draft["text"], base=draft["base"])
    assert status == 200, answer
    assert "Fuites d'eau" in scene.push("Une fuite sur la canalisation")["techniville"]["topics"]
    again = scene.good("POST", "explore/draft", {"query": "fuite", "topic": "Fuites d'eau"})
    assert again["rule"] == "recherche.fuites_d_eau_2", again
    assert scene.ask("POST", "explore/draft", {"query": "(", "topic": "x"})[0] == 422
    assert scene.ask("POST", "explore/draft", {"query": "eau", "topic": ""})[0] == 400


TESTS = {
    "a town has no rules of its own at first, and reads the shared ones with their tests": nothing_of_its_own,
    "every problem of a text is told at once, with its place, and nothing is changed": every_problem_at_once,
    "own rules may not do what packs may not do, nor weigh for other towns": what_packs_may_not_do,
    "a failing test is refused and the old rules stay in force": a_failing_test_is_refused,
    "wrong requests are refused": wrong_requests,
    "a text is tried on the kept mentions: topics and alerts gained": tried_before_it_is_published,
    "what is published judges the next mention, and is in the history and the audit with its reason": published_and_in_force_at_once,
    "another town sees nothing of it": another_town_sees_nothing,
    "of two who publish at the same time one is told so": two_at_the_same_time,
    "an earlier version is put in force again": taken_back,
    "files that changed on the server are neither put in force nor overwritten by a publication": files_of_the_server,
    "a restart keeps them, a backup holds them": kept_over_a_restart_and_a_restore,
    "killed whenever, the text is the old or the new one, whole, and the history fits": killed_whenever,
    "mentions are looked for with the language of rules, counted and paged": looked_for_with_the_language_of_rules,
    "what was found is saved as a table without formulas": saved_as_a_table,
    "what was deleted is not found": what_was_deleted_is_not_found,
    "a search becomes a rule draft whose tests pass": a_search_becomes_a_rule,
}

if __name__ == "__main__":
    sys.exit(run_scene(TESTS, Scene))
