#!/usr/bin/env python3
"""Learned weights as their makers meet them: trained from a few lines, the same bytes again, refused when worse; broken files are named
and what was in force stays. And every point of ten thousand verdicts is accounted for."""

import collections
import gzip
import json
import re
import shutil
import signal
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import ROOT, Engine, run_tests, vigie, wait_for  # noqa: E402

PACK = """title: Essai
needs: [commune]
rules:
  - {id: veille, watch: true, any: ["{commune}"]}
"""
FILLERS = ["rue de la gare", "place du marché", "lundi matin", "devant la maison", "en ville", "à côté"]
# Tables of rules/README.md.
SENTIMENT = [(0, 0), (50, 245), (100, 462), (150, 635), (200, 762), (300, 905), (400, 964), (600, 995), (1000, 1000)]
CUE = [(0, 0), (800, 800), (1200, 900), (2000, 970), (3000, 1000)]
POSTS = ROOT.parent / "shared" / "data" / "replay_fr" / "posts_100k.ndjson.gz"
TOWN = ROOT / "deploy" / "town" / "mentions.ndjson"


class Workshop:
    """A rules directory of one small pack, with the shipped lexicons and no model; a recipe and its texts."""

    def __init__(self, directory):
        self.directory = Path(directory)
        self.rules = self.directory / "rules"
        (self.rules / "packs").mkdir(parents=True)
        (self.rules / "models").mkdir()
        (self.rules / "packs" / "essai.yaml").write_text(PACK, encoding="utf-8")
        shutil.copytree(ROOT / "rules" / "lexicons", self.rules / "lexicons")
        self.model = self.rules / "models" / "fr.model"
        self.write("urgency.tsv", [("urgent", "incendie"), ("non_urgent", "kermesse")])
        self.write("guard.tsv", [("urgent", "un incendie chez nous"), ("non_urgent", "la kermesse arrive")], 1)
        self.recipe("sources:\n  - {file: urgency.tsv}\nguard: [guard.tsv]\n")

    def write(self, name, rows, times=30):
        lines = [f"{label}\t{word} {FILLERS[i % len(FILLERS)]} {i}" for i in range(times) for label, word in rows]
        (self.directory / name).write_text("\n".join(lines) + "\n", encoding="utf-8")

    def recipe(self, text):
        (self.directory / "recipe.yaml").write_text("language: fr\npull: {urgency: 0.1}\n" + text, encoding="utf-8")

    def train(self, *more):
        return vigie("model", "train", "--recipe", self.directory / "recipe.yaml", "--rules", self.rules, "--out", self.model, *more)

    def urgency(self, text):
        code, out, _ = vigie("classify", "--rules", self.rules, data=json.dumps({"text": text, "lang": "fr"}).encode())
        assert code == 0
        return json.loads(out)["urgency"]["score"]


def workshop(test):
    def run():
        with tempfile.TemporaryDirectory(prefix="vigie-model-") as directory:
            test(Workshop(directory))
    return run


@workshop
def trained_and_again(shop):
    assert shop.urgency("incendie en ville") == 0
    code, _, errors = shop.train()
    assert code == 0 and "held out: urgency" in errors and "guard" in errors, (code, errors)
    first = shop.model.read_bytes()
    assert shop.urgency("incendie en ville") >= 0.5 > shop.urgency("kermesse en ville")
    assert shop.train()[0] == 0 and shop.model.read_bytes() == first
    code, out, _ = vigie("model", "eval", "--rules", shop.rules, shop.directory / "urgency.tsv")
    assert code == 0 and "macro-F1 100.0" in out and "precision" in out and "recall" in out, out


@workshop
def worse_is_not_taken(shop):
    assert shop.train()[0] == 0
    good = shop.model.read_bytes()
    shop.write("urgency.tsv", [("urgent", "kermesse"), ("non_urgent", "incendie")])
    code, _, errors = shop.train()
    assert code == 1 and "worse" in errors and shop.model.read_bytes() == good, (code, errors)
    assert shop.train("--force")[0] == 0 and shop.model.read_bytes() != good


@workshop
def corrections_teach(shop):
    assert shop.train()[0] == 0
    before = shop.urgency("barrage en ville")
    shop.write("corrections.tsv", [("urgent", "barrage")])
    assert shop.train("--corrections", shop.directory / "corrections.tsv")[0] == 0
    assert shop.urgency("barrage en ville") > max(before, 0.4)


@workshop
def wrong_files_are_named(shop):
    assert shop.train()[0] == 0
    good = shop.model.read_bytes()
    texts = shop.directory / "urgency.tsv"
    sound = texts.read_bytes()
    for line, word in ((b"urgent sans tabulation\n", "no tab"), (b"panique\ttexte\n", "'panique' is none of"),
                       (b"negative\ttexte\n", "label of tone"), (b"urgent\tferm\xe9\n", "UTF-8")):
        texts.write_bytes(sound + line)
        code, _, errors = shop.train()
        assert code == 2 and "urgency.tsv:61" in errors and word in errors, (code, errors)
    texts.write_bytes(sound)
    for recipe, word in (("sources:\n  - {file: absent.tsv}\n", "absent.tsv: cannot be read"), ("source: []\n", "source"),
                         ("sources:\n  - {file: urgency.tsv, rules: hiden}\n", "seen or hidden"),
                         ("sources:\n  - {file: urgency.tsv, weight: beaucoup}\n", "weight")):
        shop.recipe(recipe)
        code, _, errors = shop.train()
        assert code == 2 and word in errors, (code, errors)
    assert shop.model.read_bytes() == good


def model_in_force(engine):
    metrics = engine.get("/metrics")[1].decode()
    return re.search(r'vigie_ruleset_info{[^}]*model="(\w+)"', metrics)[1]


@workshop
def reloaded(shop):
    assert shop.train()[0] == 0
    engine = Engine(shop.directory, rules=shop.rules,
                    tenants=[{"id": "essai", "name": "Essai", "purpose": "test", "legal_basis": "test", "retention_days": 400,
                              "packs": ["essai"], "variables": {"commune": ["Essai"]}}])
    engine.start()
    try:
        first, whole = model_in_force(engine), shop.model.read_bytes()
        assert first != "none"
        shop.model.write_bytes(whole[:len(whole) // 2])
        engine.process.send_signal(signal.SIGHUP)
        wait_for("the refusal", lambda: "fr.model" in engine.log_tail() and "cut off" in engine.log_tail())
        assert model_in_force(engine) == first
        shop.model.write_bytes(whole)
        shop.write("urgency.tsv", [("urgent", "incendie"), ("non_urgent", "kermesse"), ("urgent", "crue")])
        assert shop.train()[0] == 0
        engine.process.send_signal(signal.SIGHUP)
        wait_for("the new model", lambda: model_in_force(engine) != first)
    finally:
        engine.stop()


def calibrate(table, total):
    for (low, low_score), (high, high_score) in zip(table, table[1:]):
        if total < high:
            return low_score + (total - low) * (high_score - low_score) // (high - low)
    return table[-1][1]


def all_adds_up():
    source = gzip.open(POSTS, "rb") if POSTS.is_file() else open(TOWN, "rb")
    with source:
        posts = [json.loads(line) for line, _ in zip(source, range(10_000))]
    lines = [{"id": str(i), "text": post["text"]} for i, post in enumerate(posts)]
    code, out, _ = vigie("classify", data="".join(json.dumps(line) + "\n" for line in lines).encode())
    assert code == 0
    verdicts = [json.loads(line) for line in out.splitlines()]
    assert len(verdicts) == len(lines)
    named = 0
    for line, verdict in zip(lines, verdicts):
        text, sums = line["text"].encode(), collections.Counter()
        for evidence in verdict["evidence"]:
            sums[evidence["axis"]] += evidence["weight"]
            assert text[evidence["start"]:evidence["end"]].decode() == evidence["text"], (text, evidence)
            assert (evidence["rule"] == "model.rest") == (evidence["end"] == 0), evidence
            named += evidence["rule"] == "model.words"
        sentiment, tone, opinion = verdict["sentiment"], sums["sentiment"], sums["opinion"]
        score = calibrate(SENTIMENT, abs(tone)) * (1 if tone >= 0 else -1)
        assert round(sentiment["score"] * 1000) == score, (sentiment, tone)
        label = "neutral" if opinion + abs(tone) <= 0 else "negative" if tone < 0 else "positive"
        assert sentiment["label"] == label, (sentiment, tone, opinion)
        for axis in ("urgency", "abuse"):
            assert round(verdict[axis]["score"] * 1000) == calibrate(CUE, max(sums[axis], 0)), (verdict[axis], sums)
    assert named > len(lines)


TESTS = {
    "a model is learned from labelled lines, and the same lines give the same bytes": trained_and_again,
    "a model that is worse on the guard set is not taken, unless forced": worse_is_not_taken,
    "what people corrected is learned too": corrections_teach,
    "a wrong line, label, key or file is named; the model in force stays": wrong_files_are_named,
    "SIGHUP takes a good model over and refuses half of one": reloaded,
    "of ten thousand verdicts every point is accounted for": all_adds_up,
}

if __name__ == "__main__":
    sys.exit(run_tests(TESTS))
