#!/usr/bin/env python3
"""Runs every test suite of the release build and adds up what they say.

A suite is a program. GoogleTest programs report through their JSON output; every other suite prints one line per test:
`PASS name`, `FAIL name …` or `SKIP reason`. What a failing suite printed is shown. What the suites of tests/faults say of each
fault (tests/oracle.py) is put together in a table. The last line is `N passed, N failed`; the line above it counts the skips.
"""

import argparse
import concurrent.futures
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build" / "release"
# The tests use Debian's python3-aiosmtpd, which no other Python that may stand first in the PATH can see.
DEBIANS_PYTHON = Path("/usr/bin/python3")
PYTHON = DEBIANS_PYTHON if DEBIANS_PYTHON.exists() else Path(sys.executable)


FAULT_FIGURES = ("survived", "tried", "acknowledged", "lost", "doubled")
FAULT_LINE = re.compile(r"FAULT (.+): tried (\d+), survived (\d+), acknowledged (\d+), lost (\d+), doubled (\d+)")


class Tally:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.faults = {}  # title → its FAULT_FIGURES

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        for title, figures in other.faults.items():
            self.add_fault(title, figures)

    def add_fault(self, title, figures):
        self.faults[title] = [a + b for a, b in zip(figures, self.faults.get(title, [0] * len(figures)))]

    def fault_table(self):
        """Lines of Markdown; none if no fault was tried."""
        if not self.faults:
            return []
        rows = [*self.faults.items(), ("**all**", [sum(column) for column in zip(*self.faults.values())])]
        return ["| fault | " + " | ".join(FAULT_FIGURES) + " |", "|---" * (1 + len(FAULT_FIGURES)) + "|",
                *(f"| {title} | " + " | ".join(map(str, figures)) + " |" for title, figures in rows)]


def run_gtest(program, timeout_s):
    tally = Tally()
    report = program.with_suffix(".json")  # tests/facts.py reads one, too
    report.unlink(missing_ok=True)
    command = [str(program), f"--gtest_output=json:{report}", "--gtest_brief=1"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, errors="replace", timeout=timeout_s,
                         check=False)
    try:
        suites = json.loads(report.read_text(encoding="utf-8"))["testsuites"]
    except (OSError, ValueError, KeyError):
        suites = []
    reasons = iter(re.findall(r": Skipped\n(.+)", run.stdout))  # the report does not tell them
    for suite in suites:
        for test in suite["testsuite"]:
            if test.get("result") == "SKIPPED":
                tally.skipped += 1
                print(f"SKIP {suite['name']}.{test['name']}: {next(reasons, '')}")
            elif test.get("failures"):
                tally.failed += 1
            elif test.get("status") == "RUN":
                tally.passed += 1
    if run.returncode != 0:
        print(run.stdout[-8000:] + run.stderr[-4000:])
        if tally.failed == 0:  # it died before it could report
            tally.failed = 1
            print(f"FAIL {program.name} ended with {run.returncode}")
    return tally


def run_lines(name, command, timeout_s):
    """Also leaves the lines of the tests in a report: tests/security.py reads them."""
    tally = Tally()
    report = BUILD / "tests" / "lines" / f"{name}.txt"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.unlink(missing_ok=True)
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, errors="replace", timeout=timeout_s,
                         check=False)
    told = [line for line in run.stdout.splitlines() if line.startswith(("PASS ", "SKIP ", "FAIL "))]
    report.write_text("\n".join(told) + "\n", encoding="utf-8")
    for title, *figures in FAULT_LINE.findall(run.stdout):
        tried, survived, *rest = map(int, figures)
        tally.add_fault(title, [survived, tried, *rest])
    for line in told:
        if line.startswith("PASS "):
            tally.passed += 1
        elif line.startswith("SKIP "):
            tally.skipped += 1
            print(line)
        elif line.startswith("FAIL "):
            tally.failed += 1
            print(line)
    if run.returncode != 0 or (tally.failed and not run.returncode):
        print(run.stdout[-8000:] + run.stderr[-4000:])
        if tally.failed == 0:
            tally.failed = 1
            print(f"FAIL {' '.join(map(str, command))} ended with {run.returncode}")
    return tally


def suites():
    """(name, function giving a Tally) of those that any may run beside."""
    def lines(name, *command, timeout_s):
        return name, lambda: run_lines(name, command, timeout_s)

    for script in sorted((ROOT / "tests" / "commands").glob("*.py")):
        yield lines(f"commands/{script.stem}", PYTHON, script, timeout_s=600)
    for script in sorted((ROOT / "tests" / "faults").glob("*.py")):
        yield lines(f"faults/{script.stem}", PYTHON, script, timeout_s=1200)
    for program in sorted((BUILD / "tests").glob("*_tests")):
        yield program.name, lambda p=program: run_gtest(p, 900)
    yield lines("rules", BUILD / "vigie", "rules", "test", "--rules", "rules", "--lines", timeout_s=300)
    yield lines("tidy", PYTHON, ROOT / "tests" / "tidy" / "tidy.py", timeout_s=300)


def screens():
    """Likewise, alone: whoever presses two keys does not wait for what the machine does besides."""
    yield "browser", lambda: run_lines("browser", [PYTHON, ROOT / "tests" / "browser" / "run"], 900)


def reviews():
    """Likewise, of those that read what the suites reported."""
    for name in ("facts", "security"):
        yield name, lambda n=name: run_lines(n, [PYTHON, ROOT / "tests" / f"{n}.py"], 60)


def run_one(name, run):
    start = time.monotonic()
    try:
        tally = run()
    except (subprocess.TimeoutExpired, OSError) as error:
        tally = Tally()
        tally.failed = 1
        print(f"FAIL {name}: {error}")
    seconds = time.monotonic() - start
    print(f"{name}: {tally.passed} passed, {tally.failed} failed, {tally.skipped} skipped ({seconds:.0f} s)", flush=True)
    return name, tally, seconds


def run_each(chosen, at_once=1):
    """Runs (name, function giving a Tally), so many at once, saying how each went: yields (name, tally, seconds)."""
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        yield from pool.map(lambda one: run_one(*one), chosen)


def close(total):
    """The table of faults, the two last lines, and the exit code."""
    print("\n".join(total.fault_table()), end="\n" if total.faults else "")
    print(f"{total.skipped} skipped")
    print(f"{total.passed} passed, {total.failed} failed")
    return 0 if total.failed == 0 and total.passed > 0 else 1


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("only", nargs="*", help="run only suites whose name contains one of these")
    only = arguments.parse_args().only
    os.environ.setdefault("LC_ALL", "C.UTF-8")
    total = Tally()
    at_once = len(os.sched_getaffinity(0)) + 1  # most of them mostly wait
    for group in (screens(), suites(), reviews()):
        chosen = [(name, run) for name, run in group if not only or any(part in name for part in only)]
        for _, tally, _ in run_each(chosen, at_once):
            total.add(tally)
    return close(total)


if __name__ == "__main__":
    sys.exit(main())
