#!/usr/bin/env python3
"""Rules as their authors meet them: every mistake at once with file and line, tests that say what is wrong, and a running
engine that takes new rules over on SIGHUP or keeps the old ones and says why."""

import json
import shutil
import signal
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import ROOT, Engine, Pusher, run_tests, vigie, wait_for  # noqa: E402

FIVE_MISTAKES = """title: Essai
needs: [commune]
rules:
  - {id: un, topic: eau, any: [fuite], al: 3}
  - {id: deux, topic: eau}
  - {id: trois, urgency: 5000, any: [feu]}
  - {id: quatre, watch: true, regex: '('}
  - {id: cinq, topic: parc, any: ["{inconnu}"]}
"""
WORDS = {4: "al", 5: "must say what to look for", 6: "-1000 to 1000", 7: "regular expression", 8: "inconnu"}
PACK = """title: Essai
needs: [commune]
rules:
  - {id: veille, watch: true, any: ["{commune}"]}
  - {id: eau.fuite, topic: eau, any: [fuite]}
"""
MORE = '  - {id: parc.banc, topic: parcs, any: [banc*]}\n'
TESTS_OF_PACK = """variables: {commune: [Techniville]}
tests:
  - {text: "Une fuite à Techniville", matches: [veille, eau.fuite], topics: [eau], alert: false}
"""
WRONG_TEST = '  - {name: le banc, text: "Un banc à Brest", matches: [veille], not: [eau.fuite], topics: [parcs], urgency: high}\n'


class Library:
    """A rules directory of one small pack, with the shipped lexicons."""

    def __init__(self, directory):
        self.path = Path(directory) / "rules"
        (self.path / "packs").mkdir(parents=True)
        shutil.copytree(ROOT / "rules" / "lexicons", self.path / "lexicons")
        self.pack, self.tests = self.path / "packs" / "town.yaml", self.path / "packs" / "town.test.yaml"
        self.write(PACK, TESTS_OF_PACK)

    def write(self, pack, tests=TESTS_OF_PACK):
        self.pack.write_text(pack, encoding="utf-8")
        self.tests.write_text(tests, encoding="utf-8")


def all_mistakes_told(errors, pack):
    for line, word in WORDS.items():
        told = [e for e in errors.splitlines() if e.startswith(f"{pack}:{line}:")]
        assert len(told) == 1 and word in told[0], f"line {line}: {told or errors}"


def five_mistakes(library):
    library.write(FIVE_MISTAKES)
    code, out, errors = vigie("rules", "check", "--rules", library.path)
    assert (code, out) == (2, ""), (code, out)
    all_mistakes_told(errors, library.pack)
    assert "did you mean 'all'" in errors, errors
    assert len(errors.splitlines()) == 5, errors


def without_ids(library):
    rule = "  - {topic: eau, any: [fuite]}\n"
    library.write(PACK + rule + rule)
    code, _, errors = vigie("rules", "check", "--rules", library.path)
    assert code == 2, code
    assert [e.split(":")[1] for e in errors.splitlines()] == ["6", "7"] and errors.count("'id' is missing") == 2, errors


def not_yaml(library):
    for text in ("rules: [", "- a\n- b\n", "", "a: &x [*x]\n", "rules: 7\n"):
        library.write(text)
        code, _, errors = vigie("rules", "check", "--rules", library.path)
        assert code == 2 and errors.startswith(str(library.pack)), f"{text!r}: {code} {errors}"


def good_pack(library):
    library.write(PACK)
    code, out, errors = vigie("rules", "check", "--rules", library.path)
    assert code == 0 and "2 rules, 1 topics" in out and not errors, (code, out, errors)
    code, out, errors = vigie("rules", "test", "--rules", library.path)
    assert (code, out, errors) == (0, "1 passed, 0 failed\n", ""), (code, out, errors)


def wrong_expectation(library):
    library.write(PACK + MORE, TESTS_OF_PACK + WRONG_TEST)
    code, out, errors = vigie("rules", "test", "--rules", library.path)
    assert (code, out) == (1, "1 passed, 1 failed\n"), (code, out)
    for told in ("veille does not match; these do: parc.banc", "urgency is low, not high"):
        assert f'{library.tests}:4: "le banc": {told}' in errors, errors
    assert "topics" not in errors, errors
    code, out, _ = vigie("rules", "test", "--rules", library.path, "--lines")
    assert code == 1 and out == "PASS town Une fuite à Techniville\nFAIL town le banc\n", out


def test_of_no_rule(library):
    library.write(PACK, TESTS_OF_PACK + '  - {text: "Un banc", not: [parc.bancs]}\n')
    code, _, errors = vigie("rules", "test", "--rules", library.path)
    assert code == 2 and f"{library.tests}:4: there is no rule 'parc.bancs'" in errors, (code, errors)


def shipped_rules(_):
    code, out, errors = vigie("rules", "check", "--rules", ROOT / "rules")
    assert code == 0 and not errors, (code, out, errors)


CARDS = """pack: town
variables: {telephone: ""}
cards:
  - {id: un, title: Un, topics: [parc], facts: ["{telefone}"]}
  - {id: deux, title: Deux, rules: [eau.fuit], links: [{title: L, url: "ftp://x"}]}
"""


def cards_are_checked(library):
    cards = library.path / "cards" / "town.yaml"
    cards.parent.mkdir(exist_ok=True)
    library.write(PACK)
    cards.write_text(CARDS, encoding="utf-8")
    code, out, errors = vigie("rules", "check", "--rules", library.path)
    assert (code, out) == (2, ""), (code, out)
    for line, told in ((4, "no topic 'parc'"), (4, "{telefone}"), (5, "no rule 'eau.fuit'"), (5, "no web address")):
        assert any(e.startswith(f"{cards}:{line}:") and told in e for e in errors.splitlines()), (told, errors)
    cards.write_text("pack: town\ncards:\n  - {id: un, title: Un, topics: [eau], valid_until: 2020-01-31}\n", encoding="utf-8")
    code, out, errors = vigie("rules", "check", "--rules", library.path)
    assert code == 0 and " 1 argument cards," in out, (code, out, errors)
    assert f"warning: {cards}:3:" in errors and "valid until 2020-01-31" in errors, errors
    cards.unlink()


def shipped_cards(_):
    code, out, errors = vigie("rules", "check", "--config", ROOT / "deploy" / "vigie.yaml", "--rules", ROOT / "rules")
    cards = int(out.split(" argument cards")[0].split()[-1]) if code == 0 else 0
    assert code == 0 and cards >= 8, (code, out, errors)


def query_faults(library):
    library.write(PACK + """  - {id: q.un, topic: eau, query: 'fuite AND (eau OR'}
  - {id: q.deux, topic: eau, query: 'éclairage NEAR panne'}
""")
    code, out, errors = vigie("rules", "check", "--rules", library.path)
    assert (code, out) == (2, ""), (code, out)
    lines = errors.splitlines()
    assert lines[0].startswith(f"{library.pack}:6:") and lines[3].startswith(f"{library.pack}:7:"), errors
    assert lines[1:3] == ["    fuite AND (eau OR", "                     ^"], errors
    assert lines[4:6] == ["    éclairage NEAR panne", "              ^"], errors


def hostile_rules(library):
    hostile = {
        "query: '" + "a" * (1 << 20) + "'": "65,536 bytes",
        "any: ['" + "mot " * (1 << 18) + "']": "at most 16 words",
        "regex: '" + "a" * (1 << 20) + "'": "1,000 bytes",
        "query: '" + "(" * 20_000 + "eau" + ")" * 20_000 + "'": "at most 50 deep",
        "regex: '" + "(" * 400 + "eau" + ")" * 400 + "'": "at most 50 deep",
        "regex: 'eau(\\pL{1,100}x){1,9}'": "more than 1 MiB of memory",
        "query: '/eau((a{1,30}){1,30}){1,30}/'": "regular expression",
    }
    for condition, told in hostile.items():
        library.write(PACK + "  - {id: q, topic: eau, " + condition + "}\n")
        code, out, errors = vigie("rules", "check", "--rules", library.path)
        assert (code, out) == (2, ""), (condition[:60], code, errors[:300])
        assert errors.startswith(f"{library.pack}:6:") and told in errors, (condition[:60], errors[:300])
        assert len(errors) < 1_000, "the rule itself is printed"


def lint(library):
    library.write(PACK + "  - {id: large, topic: eau, any: [eau, de]}\n")
    code, out, errors = vigie("rules", "check", "--rules", library.path)
    assert code == 0 and "3 rules" in out, (code, out)
    assert errors.startswith(f"warning: {library.pack}:6:5: rule 'large' holds for about every text: 'de'"), errors
    library.write(PACK + """  - {id: un, topic: auteurs_musulmans, any: [mosquée]}
  - {id: deux, topic: conseil, title: Militants d'opposition, any: [conseil]}
  - {id: trois, topic: conseil, query: 'conseil author:dupont'}
""")
    code, _, errors = vigie("rules", "check", "--rules", library.path)
    assert code == 2, (code, errors)
    told = [line for line in errors.splitlines() if line.startswith(str(library.pack))]
    assert [line.split(":")[1] for line in told] == ["6", "7", "8"], errors
    assert "article 9" in told[0] and "article 9" in told[1] and "name authors" in told[2], errors


def explain(library):
    library.write(PACK + "  - {id: eau.gaz, topic: eau, query: '(gaz NEAR/2 odeur OR fuite) NOT title:exercice'}\n")
    command = ("rules", "explain", "--rules", library.path, "--variable", "commune=Techniville")
    code, out, errors = vigie(*command, "--text", "Forte odeur de GAZ à Techniville")
    assert (code, errors) == (0, ""), (code, errors)
    assert "veille (watch): holds" in out and 'yes NEAR/2   found: "odeur" text 6-11, "GAZ" text 15-18' in out, out
    assert "eau.fuite" not in out, out
    code, out, _ = vigie(*command, "--rule", "eau.gaz", "--title", "Exercice", "--text", "fuite")
    assert code == 0 and out.startswith("eau.gaz (topic eau): does not hold\n"), out
    assert 'yes title:"exercice"   found: "Exercice" title 0-8' in out and "no  none" in out, out
    mention = json.dumps({"id": "m1", "source": "x", "text": "fuite d'eau"})
    code, out, _ = vigie(*command, "--json", "--input", "-", data=(mention + "\n").encode())
    told = [json.loads(line) for line in out.splitlines()]
    assert [(t["mention"], t["rule"], t["holds"]) for t in told] == [("m1", "eau.fuite", True), ("m1", "eau.gaz", True)]
    assert told[0]["tree"]["children"][0]["found"] == [{"field": "text", "start": 0, "end": 5, "words": "fuite"}], told
    library.write(PACK + "  - {id: eau.sans, topic: eau, distinct_authors: 5, within: 30min, any: [robinet]}\n")
    code, out, _ = vigie(*command, "--rule", "eau.sans", "--text", "le robinet")
    assert out.startswith("eau.sans (topic eau; 5 distinct authors within 30 min are an alert): holds\n"), out
    told = json.loads(vigie(*command, "--json", "--rule", "eau.sans", "--text", "le robinet")[1])
    assert (told["distinct_authors"], told["within_minutes"]) == (5, 30), told
    for wrong, why in (((), "--text"), (("--text", "x", "--rule", "no.rule"), "there is no rule 'no.rule'")):
        code, out, errors = vigie(*command, *wrong)
        assert (code, out) == (2, "") and why in errors, (code, out, errors)


def events(engine, name):
    lines = engine.log.read_text(encoding="utf-8").splitlines()
    return [entry for entry in map(json.loads, lines) if entry["event"] == name]


def topics_of(engine, text):
    topics_of.pushed += 1
    name = f"m{topics_of.pushed}"
    status, answer = Pusher(engine.port).push([{"id": name, "text": text}])
    assert (status, answer["kept"]) == (202, 1), (status, answer)
    return next(m["topics"] for m in engine.query("--limit", "0") if m["id"] == name)


topics_of.pushed = 0


def reload_on_signal(library):
    library.write(PACK)
    with tempfile.TemporaryDirectory(prefix="vigie-reload-") as directory:
        tenant = {"id": "techniville", "purpose": "test", "legal_basis": "test", "retention_days": 400, "keep": "all",
                  "packs": ["town"], "variables": {"commune": ["Techniville"]}}
        engine = Engine(directory, tenants=[tenant], rules=library.path)
        engine.start()
        try:
            first = engine.api("rules")
            assert first["packs"][0]["rules"] == 2 and topics_of(engine, "Un banc près de la fuite") == ["eau"]

            library.write(PACK + MORE)
            engine.process.send_signal(signal.SIGHUP)
            wait_for("the new rules", lambda: engine.api("rules")["packs"][0]["rules"] == 3)
            second = engine.api("rules")
            assert second["ruleset"] != first["ruleset"]
            assert events(engine, "rules_reloaded")[0]["ruleset"] == second["ruleset"]
            assert topics_of(engine, "Un banc près de la fuite") == ["eau", "parcs"]
            assert engine.metric("vigie_ruleset_info", ruleset=second["ruleset"]) == 1
            assert engine.metric("vigie_ruleset_info") == 1, "the old rule set still stands in the metrics"

            library.write(FIVE_MISTAKES)
            engine.process.send_signal(signal.SIGHUP)
            wait_for("the refusal", lambda: events(engine, "rules_kept"))
            assert events(engine, "rules_kept")[0]["problems"] == 5
            all_mistakes_told("\n".join(e["message"] for e in events(engine, "rules_refused")), library.pack)
            assert engine.api("rules")["ruleset"] == second["ruleset"]
            assert topics_of(engine, "Un banc près de la fuite") == ["eau", "parcs"]
            assert engine.metric("vigie_ruleset_reloads_total", result="ok") == 1
            assert engine.metric("vigie_ruleset_reloads_total", result="refused") == 1

            library.write(PACK, TESTS_OF_PACK + WRONG_TEST)
            engine.process.send_signal(signal.SIGHUP)
            wait_for("the refusal of rules whose own test fails", lambda: len(events(engine, "rules_kept")) == 2)
            last = events(engine, "rules_refused")[-1]["message"]
            assert last.startswith(f"{library.tests}:4:") and "Un banc à Brest" in last, last
            assert engine.api("rules")["ruleset"] == second["ruleset"]

            library.pack.unlink()
            engine.process.send_signal(signal.SIGHUP)
            wait_for("the third refusal", lambda: len(events(engine, "rules_kept")) == 3)
            library.write(PACK)
            engine.process.send_signal(signal.SIGHUP)
            wait_for("the first rules again", lambda: engine.api("rules")["ruleset"] == first["ruleset"])
            old = [m for m in engine.town("mentions")["mentions"] if m["ruleset"] == second["ruleset"]]
            assert len(old) == 2 and all(m["topics"] == ["eau", "parcs"] for m in old), "old verdicts lost their topics"
            assert engine.stop() == 0, engine.log_tail()
        finally:
            if engine.process.poll() is None:
                engine.kill()
        library.write(FIVE_MISTAKES)
        code, _, errors = vigie("serve", "--config", engine.config)
        assert code == 2, code
        all_mistakes_told(errors.replace("vigie: ", ""), library.pack)


TESTS = {
    "five mistakes in one file are told at once, with file and line": five_mistakes,
    "rules without an id are told, all of them": without_ids,
    "what is no pack at all is told with its file": not_yaml,
    "a good pack passes check and test": good_pack,
    "a wrong expectation fails, and says what came instead": wrong_expectation,
    "a test that names no rule is a mistake, not a pass": test_of_no_rule,
    "a query that cannot be read is shown with a mark under the place": query_faults,
    "rules made to hurt are refused in a sentence": hostile_rules,
    "rules too broad are doubted; sorting authors by what the law protects is refused": lint,
    "explain says what holds, and where": explain,
    "the shipped rules are without mistake": shipped_rules,
    "argument cards are checked with file and line, and doubted once they expired": cards_are_checked,
    "the shipped argument cards are without mistake, and eight or more": shipped_cards,
    "SIGHUP takes good rules over, refuses bad ones and says why": reload_on_signal,
}


def main():
    with tempfile.TemporaryDirectory(prefix="vigie-rules-") as directory:
        return run_tests(TESTS, Library(directory))


if __name__ == "__main__":
    sys.exit(main())
