#!/usr/bin/env python3
"""The table of connectors/README.md that says which facts about each source its tests have shown.

It is made from the report that `tests/run connectors` leaves (build/release/tests/connectors_tests.json): a test says what it
shows (tests/connectors/facts.h), and counts once it has passed. Without arguments the table is compared with what was shown,
`--write` writes it. A source of which nothing was run, because its server is not installed, is left as it stands.
"""

import collections
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "connectors" / "README.md"
REPORT = ROOT / "build" / "release" / "tests" / "connectors_tests.json"
FACTS = "takes resumes cut limited refused trickle malformed edit deletion".split()
HEAD = f"| source | {' | '.join(FACTS)} |"
SHOWN, FAILED, UNTOLD, UNKNOWN = "✓", "✗", "–", " "


def shown(report):
    """source → fact → cell"""
    table = collections.defaultdict(dict)
    for suite in report["testsuites"]:
        for test in suite["testsuite"]:
            source, _, facts = test.get("shows", "").partition(": ")
            for fact in facts.split(", ") if facts else ():
                untold, name = fact.startswith("no "), fact.removeprefix("no ")
                if name not in FACTS:
                    raise ValueError(f"{test['name']}: there is no fact '{name}'")
                cell = FAILED if test.get("failures") else UNTOLD if untold else SHOWN
                if table[source].get(name) != FAILED:
                    table[source][name] = cell
    return table


def cells(line):
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def old_rows(lines, first):
    """source → fact → cell, as the README has it, and the line behind the table."""
    table, end = {}, first
    while end < len(lines) and lines[end].startswith("|"):
        source, *marks = cells(lines[end])
        table[source.strip("`")] = {fact: mark for fact, mark in zip(FACTS, marks) if mark}
        end += 1
    return table, end


def written(text, table):
    lines = text.split("\n")
    head = lines.index(HEAD)
    old, end = old_rows(lines, head + 2)
    rows = []
    for source in sorted({*old, *table}):
        known = table.get(source) or old[source]
        rows.append(f"| `{source}` | {' | '.join(known.get(fact, UNKNOWN) for fact in FACTS)} |")
    return "\n".join(lines[:head + 2] + rows + lines[end:])


def main():
    title = "the table of what each source's tests show is up to date"
    if not REPORT.exists():
        print(f"SKIP {title}: the connectors' tests have not been run")
        return 0
    text = README.read_text(encoding="utf-8")
    table = shown(json.loads(REPORT.read_text(encoding="utf-8")))
    new = written(text, table)
    if sys.argv[1:] == ["--write"]:
        README.write_text(new, encoding="utf-8")
        return 0
    print(f"PASS {title}" if new == text else f"FAIL {title}: tests/facts.py --write")
    return 0 if new == text else 1


if __name__ == "__main__":
    sys.exit(main())
