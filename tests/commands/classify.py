#!/usr/bin/env python3
"""`vigie classify` as its users call it: order, determinism, evidence that can be cut out of the text, hostile lines."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import ROOT, VIGIE  # noqa: E402

TOWN = ROOT / "deploy" / "town" / "mentions.ndjson"
REPLAY = ROOT.parent / "shared" / "data" / "replay_fr" / "posts_100k.ndjson.gz"


def classify(data, *arguments):
    run = subprocess.run([VIGIE, "classify", "--rules", ROOT / "rules", *arguments], input=data, capture_output=True,
                         check=False)
    return run.returncode, run.stdout.splitlines(), run.stderr.decode()


def spans_hold(mention, verdict):
    """Every evidence span, cut out of its field by its byte offsets, is the text it names."""
    fields = {name: (mention.get(name) or "").encode() for name in ("text", "title")}
    for evidence in verdict["evidence"]:
        field = fields[evidence.get("field", "text")]
        if field[evidence["start"]:evidence["end"]].decode() != evidence["text"]:
            return False
    return True


def town_keeps_order_and_spans():
    lines = [line for line in TOWN.read_bytes().splitlines() if b'"deleted"' not in line]
    code, verdicts, _ = classify(b"\n".join(lines) + b"\n")
    mentions = [json.loads(line) for line in lines]
    parsed = [json.loads(line) for line in verdicts]
    return (code == 0 and [m["id"] for m in mentions] == [v["id"] for v in parsed]
            and all(spans_hold(m, v) for m, v in zip(mentions, parsed)))


def same_bytes_whatever_the_threads():
    data = TOWN.read_bytes() * 20
    return len({tuple(classify(data, "--threads", str(n))[1]) for n in (1, 2, 5)}) == 1


def verdict_has_the_promised_fields():
    code, lines, _ = classify('{"text":"Incendie en cours rue des Lilas, des gens sont coincés !"}\n'.encode())
    verdict = json.loads(lines[0])
    return (code == 0 and {"id", "lang", "sentiment", "aspects", "urgency", "abuse", "tenants", "evidence", "ruleset",
                           "model"} <= verdict.keys()
            and {"label", "score", "confidence", "uncertain"} <= verdict["sentiment"].keys()
            and verdict["urgency"]["level"] in ("high", "critical") and verdict["tenants"][0]["alert"] is True)


def hostile_lines_do_not_stop_the_flow():
    good = '{"id":"good%d","text":"Merci à la mairie"}\n'
    bad = [b'{"text":"torn', b'{"text":1}', b'{"id":"none"}', b"[" * 2000 + b"]" * 2000,
           b'{"text":"\xff\xfe"}', b'{"text":"raw \x00 nul"}', b"{" + b'"a":{' * 2000 + b"}" * 2001,
           b'{"text":"' + b"a" * 10_000_000 + b'"}', b"null", b"not json"]
    data = b"".join((good % i).encode() + line + b"\n" for i, line in enumerate(bad)) + (good % len(bad)).encode()
    code, lines, errors = classify(data)
    ids = [v.get("id") for v in map(json.loads, lines) if "error" not in v]
    failed = [v for v in map(json.loads, lines) if "error" in v]
    return (code == 1 and ids == [f"good{i}" for i in range(len(bad) + 1)] and len(failed) == len(bad)
            and str(len(bad)) in errors)


def torn_last_line_is_reported():
    code, lines, _ = classify(b'{"id":"a","text":"bonjour"}\n{"id":"b","text":"bonj')
    return code == 1 and json.loads(lines[0])["id"] == "a" and "error" in json.loads(lines[1])


def missing_rules_are_a_clear_error():
    run = subprocess.run([VIGIE, "classify", "--rules", "/nowhere"], input=b"", capture_output=True, check=False)
    return run.returncode == 2 and b"/nowhere" in run.stderr


def hundred_thousand_posts():
    if not REPLAY.exists():
        return None
    data = gzip.decompress(REPLAY.read_bytes())
    mentions = [json.loads(line) for line in data.splitlines()]
    code, first, _ = classify(data, "--threads", "1")
    again = classify(data, "--threads", "2")[1]
    verdicts = [json.loads(line) for line in first]
    return (code == 0 and len(verdicts) == 100_000 and first == again
            and [m["id"] for m in mentions] == [v["id"] for v in verdicts]
            and all(spans_hold(m, v) for m, v in zip(mentions, verdicts)))


TESTS = {
    "order is kept and every span is the text it names": town_keeps_order_and_spans,
    "one, two or five threads give the same bytes": same_bytes_whatever_the_threads,
    "a verdict line has the promised fields": verdict_has_the_promised_fields,
    "hostile lines give an error line each and the rest goes on": hostile_lines_do_not_stop_the_flow,
    "a torn last line is reported": torn_last_line_is_reported,
    "missing rules are a clear error": missing_rules_are_a_clear_error,
    "100,000 real posts: one verdict each, in order, same bytes twice, spans hold": hundred_thousand_posts,
}


def main():
    failed = 0
    for title, test in TESTS.items():
        holds = test()
        if holds is None:
            print(f"SKIP {title}: ../shared/data is not there")
            continue
        print(f"{'PASS' if holds else 'FAIL'} {title}")
        failed += not holds
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
