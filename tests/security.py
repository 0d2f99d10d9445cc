#!/usr/bin/env python3
"""The table of SECURITY.md: what Vigie promises about security and privacy, and whether the tests that show it have passed.

What shows each promise stands in tests/security.txt; how the tests ended is read from the reports that a test run leaves in
build/release/tests. Without arguments the table is compared with what ran, `--write` writes it. A named test that is in no
report fails: it was renamed or removed. Suites that did not run in this build are passed over.
"""

import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROMISES = ROOT / "tests" / "security.txt"
PAGE = ROOT / "SECURITY.md"
REPORTS = ROOT / "build" / "release" / "tests"
HEAD = "| | promise | shown by | |"


def promises():
    """[(number, text, tests, open points)]"""
    found = []
    for line in PROMISES.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if not line.startswith(" "):
            number, text = line.split(" ", 1)
            found.append((int(number), text, [], []))
        elif line.strip().startswith("open: "):
            found[-1][3].append(line.strip().removeprefix("open: "))
        else:
            found[-1][2].append(line.strip())
    return found


def results():
    """test → whether it passed (None: skipped), and the suites that ran."""
    ended, ran = {}, set()
    for report in REPORTS.glob("*_tests.json"):
        for suite in json.loads(report.read_text(encoding="utf-8"))["testsuites"]:
            ran.add(suite["name"])
            for test in suite["testsuite"]:
                skipped = test.get("result") == "SKIPPED"
                ended[f"{suite['name']}.{test['name']}"] = None if skipped else not test.get("failures")
    for report in REPORTS.glob("lines/**/*.txt"):
        suite = str(report.relative_to(REPORTS / "lines")).removesuffix(".txt")
        ran.add(suite)
        for line in report.read_text(encoding="utf-8").splitlines():
            word, _, name = line.partition(" ")
            ended[f"{suite}: {name.split(': ')[0] if word != 'PASS' else name}"] = \
                {"PASS": True, "FAIL": False, "SKIP": None}[word]
    return ended, ran


def suite_of(test):
    return test.split(": ", 1)[0] if ": " in test else test.split(".", 1)[0]


def row(number, text, tests, open_points, failed):
    if any(test in failed for test in tests):
        state = "**fails**"
    elif not tests:
        state = "open"
    else:
        state = "shown, with a reserve" if open_points else "shown"
    cells = [f"`{test}`" for test in tests] + [f"*{point}*" for point in open_points]
    return f"| {number} | {text} | {'<br>'.join(cells)} | {state} |"


def page_with(table):
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(HEAD, 1)
    after = re.sub(r"\A\n(\|.*\n)*", "", rest)
    return before + HEAD + "\n|---|---|---|---|\n" + "\n".join(table) + "\n" + after


def main():
    title = "every promise about security has its tests, and SECURITY.md says so"
    ended, ran = results()
    if not ran:
        print(f"SKIP {title}: no test has been run")
        return 0
    listed = promises()
    named = [test for _, _, tests, _ in listed for test in tests]
    faults = [f"{test} is no test" for test in named if suite_of(test) in ran and test not in ended]
    faults += [f"promise {n} says neither what shows it nor why nothing does" for n, _, tests, points in listed
               if not tests and not points]
    if [n for n, *_ in listed] != list(range(1, len(listed) + 1)):
        faults.append("the promises are not numbered in a row")
    failed = {test for test in named if ended.get(test) is False}
    new = page_with([row(*promise, failed) for promise in listed])
    if sys.argv[1:] == ["--write"] and not faults:
        PAGE.write_text(new, encoding="utf-8")
        return 0
    if new != PAGE.read_text(encoding="utf-8"):
        faults.append("SECURITY.md is not what ran: tests/security.py --write")
    print(f"FAIL {title}: {'; '.join(faults)}" if faults else f"PASS {title}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
