#!/usr/bin/env python3
"""Learned weights as their makers meet them: trained from a few lines, the same bytes again, refused when worse; broken files are named
and what was in force stays. And every point of more than ten thousand verdicts is accounted for."""

import collections
import gzip
import json
import random
import re
import shutil
import signal
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import ROOT, Engine, run_tests, seed, vigie, wait_for  # noqa: E402

PACK = """title: Essai
needs: [commune]
rules:
  - {id: veille, watch: true, any: ["{commune}"]}
"""
FILLERS = ["rue de la gare", "place du marché", "lundi matin", "devant la maison", "en ville", "à côté"]
# Tables of rules/README.md.
SENTIMENT = [(0, 0), (50, 245), (100, 462), (150, 635), (200, 762), (300, 905), (400, 964), (600, 995), (1000, 1000)]
CUE = [(0, 0), (800, 800), (1200, 900), (2000, 970), (3000, 1000)]
LEVELS = [("critical", 800), ("high", 500), ("medium", 250), ("low", 0)]
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

    def verdict(self, text):
        code, out, _ = vigie("classify", "--rules", self.rules, data=json.dumps({"text": text, "lang": "fr"}).encode())
        assert code == 0
        return json.loads(out)

    def urgency(self, text):
        return self.verdict(text)["urgency"]["score"]


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
def corrections_win(shop):
    """The very texts that were learned from, called otherwise."""
    shop.recipe("sources:\n  - {file: urgency.tsv}\n")
    shop.write("urgency.tsv", [("urgent", "incendie"), ("non_urgent", "kermesse"), ("non_urgent", "barrage")])
    assert shop.train()[0] == 0
    assert shop.urgency("barrage en ville") < 0.5
    texts = (shop.directory / "urgency.tsv").read_text(encoding="utf-8").splitlines()
    corrected = [line.replace("non_urgent", "urgent") for line in texts if "barrage" in line]
    (shop.directory / "corrections.tsv").write_text("\n".join(corrected) + "\n", encoding="utf-8")
    code, _, errors = shop.train("--corrections", shop.directory / "corrections.tsv")
    assert code == 0 and "30 urgency rows of" in errors and "60 urgency rows of" in errors, (code, errors)
    assert shop.urgency("barrage en ville") >= 0.5


@workshop
def two_tasks(shop):
    shop.write("tone.tsv", [("negative", "zurbain"), ("neutral", "zorloge"), ("positive", "zéphir")])
    shop.recipe("sources:\n  - {file: urgency.tsv}\n  - {file: tone.tsv}\n")
    code, _, errors = shop.train()
    assert code == 0 and "no guard set" in errors, (code, errors)
    first = shop.model.read_bytes()
    assert shop.train()[0] == 0 and shop.model.read_bytes() == first
    for word, label in (("zurbain", "negative"), ("zorloge", "neutral"), ("zéphir", "positive")):
        assert shop.verdict(f"{word} en ville")["sentiment"]["label"] == label, word
    assert shop.urgency("incendie en ville") >= 0.5 > shop.urgency("kermesse en ville")
    assert shop.verdict("incendie en ville")["abuse"]["score"] == 0, "nobody taught what abuse is"


@workshop
def numbers_teach_no_words(shop):
    """Tests beside a pack: an alert that only so many people raise says nothing of the words."""
    tests = shop.directory / "essai.test.yaml"
    tests.write_text("""tests:
  - {text: incendie place du marché, alert: true}
  - {text: kermesse place du marché, alert: false}
  - {text: zurbain en ville, said_by: 5, over: 20min, alert: true}
  - {text: zorloge en ville, said_by: 4, over: 20min, alert: false}
""", encoding="utf-8")
    shop.recipe("sources:\n  - {file: urgency.tsv}\n  - {file: essai.test.yaml, weight: 30}\n")
    code, _, errors = shop.train()
    assert code == 0 and f"      2 urgency rows of {tests}" in errors, (code, errors)


def figures(rows, labels):
    """What `model eval` prints, once more, from (truth, called, confidence)."""
    count = collections.Counter((truth, called) for truth, called, _ in rows)
    table, f1s = {}, []
    for label in labels:
        right, called = count[label, label], sum(count[truth, label] for truth in labels)
        there = sum(count[label, other] for other in labels)
        f1 = 2 * right / (there + called) if there + called else 0
        f1s += [f1] if there else []
        table[label] = [right / called * 100 if called else 0, right / there * 100 if there else 0, f1 * 100,
                        *(count[label, other] for other in labels)]
    bins = collections.defaultdict(list)
    for truth, called, confidence in rows:
        bins[min(int(confidence * 10), 9)].append(confidence - (truth == called))
    return table, sum(f1s) / len(f1s) * 100, sum(abs(sum(each)) for each in bins.values()) / len(rows) * 100


def evaluated():
    guard = ROOT / "rules" / "models" / "guard" / "tone.tsv"
    texts = [line.split("\t") for line in guard.read_text(encoding="utf-8").splitlines() if not line.startswith("label\t")]
    mentions = "".join(json.dumps({"text": row[-1], "lang": "fr"}) + "\n" for row in texts)
    code, out, _ = vigie("classify", "--rules", ROOT / "rules", data=mentions.encode())
    assert code == 0
    sentiments = [json.loads(line)["sentiment"] for line in out.splitlines()]
    rows = [(row[0], said["label"], said["confidence"]) for row, said in zip(texts, sentiments, strict=True)]
    labels = ["negative", "neutral", "positive"]
    table, macro_f1, error = figures(rows, labels)
    code, out, errors = vigie("model", "eval", "--rules", ROOT / "rules", guard)
    assert (code, errors) == (0, ""), (code, errors)
    head, names, *lines = out.splitlines()
    told = re.fullmatch(re.escape(f"{guard}: tone, {len(rows)} rows, ") +
                        r"macro-F1 ([\d.]+) \(95 %: ([\d.]+) to ([\d.]+)\), calibration error ([\d.]+)", head)
    assert told, head
    f1, low, high, told_error = map(float, told.groups())
    assert abs(f1 - macro_f1) <= 0.051 and low < f1 < high and abs(told_error - error) <= 0.051, (head, macro_f1, error)
    assert names.split() == ["precision", "recall", "F1", "called", *labels], names
    assert [line.split()[0] for line in lines] == labels, lines
    for line in lines:
        label, *numbers = line.split()
        assert all(abs(float(number) - wanted) <= 0.051 for number, wanted in zip(numbers, table[label], strict=True)), line


@workshop
def eval_refuses(shop):
    assert shop.train()[0] == 0
    wrong = shop.directory / "wrong.tsv"
    wrong.write_text("urgent\tau feu\nurgent sans tabulation\n", encoding="utf-8")
    half = shop.directory / "half.model"
    half.write_bytes(shop.model.read_bytes()[:1000])
    good = shop.directory / "guard.tsv"
    for arguments, word in (((wrong,), "wrong.tsv:2: no tab"), (("--model", half, good), "half.model: "),
                            (("--model", shop.model, "--language", "en", good), "fr.model is a model of 'fr'"),
                            (("--model", good, good), "guard.tsv: is not a model"), ((shop.directory / "absent.tsv",), "absent.tsv"),
                            ((), "files")):
        code, out, errors = vigie("model", "eval", "--rules", shop.rules, *arguments)
        assert (code, out) == (2, "") and word in errors, (arguments, code, errors)


@workshop
def broken_model_is_no_rules_directory(shop):
    assert shop.train()[0] == 0
    assert vigie("rules", "check", "--rules", shop.rules)[0] == 0
    whole = shop.model.read_bytes()
    for broken, word in ((whole[:-1], "cut off"), (whole + b"x" * (2 << 20), "larger than a model may be"),
                         (whole.replace(b"vigie-model 1", b"vigie-model 9", 1), "format 9"), (b"", "is not a model"),
                         (whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:], "damaged")):
        shop.model.write_bytes(broken)
        for command in (("rules", "check"), ("classify",)):
            code, out, errors = vigie(*command, "--rules", shop.rules, data=b"")
            assert (code, out) == (2, "") and "fr.model" in errors and word in errors, (command, code, errors)
    shop.model.rename(shop.model.with_name("en.model"))
    (shop.rules / "models" / "en.model").write_bytes(whole)
    code, _, errors = vigie("rules", "check", "--rules", shop.rules)
    assert code == 2 and "en.model: is a model of language 'fr'" in errors, (code, errors)


def help_is_given():
    for command, words in ((("model",), ("train", "eval")),
                           (("model", "train"), ("--recipe", "--data", "--rules", "--out", "--corrections", "--force")),
                           (("model", "eval"), ("--rules", "--model", "--language", "files"))):
        code, out, errors = vigie(*command, "--help")
        assert (code, errors) == (0, "") and all(word in out for word in words), (command, code, out)
    for command in (("model",), ("model", "train"), ("model", "train", "--recipe", "/nowhere.yaml", "--out", "/tmp/x")):
        code, out, errors = vigie(*command)
        assert (code, out) == (2, "") and errors, (command, code, errors)


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
                         ("sources:\n  - {file: urgency.tsv, weight: beaucoup}\n", "weight"),
                         ("unscaled: [ton]\nsources:\n  - {file: urgency.tsv}\n", "'unscaled' lists"),
                         ("sources:\n  - {file: urgency.tsv, folds: run}\n", "recipe.yaml:4:5: 'folds' is pairs or runs"),
                         ("by_kind: [tone]\nsources:\n  - {file: urgency.tsv}\n", "recipe.yaml:3:10: 'by_kind' lists urgency, abuse"),
                         ("even: {tones: 1}\nsources:\n  - {file: urgency.tsv}\n", "tones"),
                         ("least_texts: {urgency: 0}\nsources:\n  - {file: urgency.tsv}\n", "urgency"),
                         ("least_texts: {urgence: 2}\nsources:\n  - {file: urgency.tsv}\n", "urgence"),
                         ("odds: {tone: 1}\nsources:\n  - {file: urgency.tsv}\n", "tone"),
                         ("odds: {abuse: 2}\nsources:\n  - {file: urgency.tsv}\n", "'abuse' is a number from 0 to 1")):
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


def read_posts():
    source = gzip.open(POSTS, "rb") if POSTS.is_file() else open(TOWN, "rb")
    with source:
        posts = [json.loads(line) for line, _ in zip(source, range(10_000))]
    return [{"id": str(i), "title": post.get("title", ""), "text": post["text"]} for i, post in enumerate(posts) if "text" in post]


def mixed_posts(posts, count=10_000):
    """Texts and titles made of pieces of others."""
    drawn = random.Random(seed())
    words = [word for post in posts for word in post["text"].split(" ")]
    for i in range(count):
        text, title = (" ".join(drawn.choices(words, k=drawn.randrange(most))) for most in (50, 8))
        yield {"id": str(i), "title": title if i % 3 == 0 else "", "text": text}


def check_sums(post, verdict):
    """Every span is the text it names, and the evidence of each axis adds up to what the verdict says. Gives how many words are named."""
    fields, sums = {name: post[name].encode() for name in ("text", "title")}, collections.Counter()
    for evidence in verdict["evidence"]:
        sums[evidence["axis"]] += evidence["weight"]
        field = fields[evidence.get("field", "text")]
        assert field[evidence["start"]:evidence["end"]].decode() == evidence["text"], (post, evidence)
        assert (evidence["rule"] == "model.rest") == (evidence["end"] == 0), (post, evidence)
        assert evidence["end"] <= len(field), (post, evidence)
    sentiment, tone, opinion = verdict["sentiment"], sums["sentiment"], sums["opinion"]
    score = calibrate(SENTIMENT, abs(tone)) * (1 if tone >= 0 else -1)
    assert round(sentiment["score"] * 1000) == score, (post, sentiment, tone)
    label = "neutral" if opinion + abs(tone) <= 0 else "negative" if tone < 0 else "positive"
    assert sentiment["label"] == label, (post, sentiment, tone, opinion)
    for axis in ("urgency", "abuse"):
        assert round(verdict[axis]["score"] * 1000) == calibrate(CUE, max(sums[axis], 0)), (post, verdict[axis], sums)
    level = next(name for name, least in LEVELS if verdict["urgency"]["score"] * 1000 >= least)
    assert verdict["urgency"]["level"] == level, (post, verdict["urgency"])
    return sum(evidence["rule"] == "model.words" for evidence in verdict["evidence"])


def all_adds_up():
    posts = read_posts()
    for each in (posts, list(mixed_posts(posts))):
        code, out, _ = vigie("classify", "--rules", ROOT / "rules", data="".join(json.dumps(post) + "\n" for post in each).encode())
        assert code == 0
        named = [check_sums(post, json.loads(line)) for post, line in zip(each, out.splitlines(), strict=True)]
        assert sum(named) > len(each) / 2, (sum(named), len(each))


TESTS = {
    "a model is learned from labelled lines, and the same lines give the same bytes": trained_and_again,
    "a model that is worse on the guard set is not taken, unless forced": worse_is_not_taken,
    "what people corrected is learned too": corrections_teach,
    "of a text that is known already, people have the last word": corrections_win,
    "two tasks are learned at once, a third that nobody taught is silent": two_tasks,
    "a pack's test that several people must say teaches nothing of its words": numbers_teach_no_words,
    "eval prints what can be counted from the verdicts": evaluated,
    "eval refuses wrong lines, wrong models and other languages": eval_refuses,
    "no rules directory has a broken model": broken_model_is_no_rules_directory,
    "--help tells, and what is missing is asked for": help_is_given,
    "a wrong line, label, key or file is named; the model in force stays": wrong_files_are_named,
    "SIGHUP takes a good model over and refuses half of one": reloaded,
    "of more than ten thousand verdicts every point is accounted for": all_adds_up,
}

if __name__ == "__main__":
    sys.exit(run_tests(TESTS))
