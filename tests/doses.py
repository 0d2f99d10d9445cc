#!/usr/bin/env python3
"""The doses of tests/deep, run and summed up in tests/deep.md.

VIGIE_SEED repeats a run. VIGIE_REPEATS and what the scripts of tests/faults name (VIGIE_KILLS, VIGIE_POWER_CUTS …) change the
dose of the faults, VIGIE_SOAK_S how long the soak lasts (two hours), VIGIE_MONTHS how long each simulated town lives, VIGIE_WORLDS how many worlds the engine lives in,
VIGIE_FUZZ_SECONDS how long each target is fuzzed.
"""

import argparse
import contextlib
import datetime
import os
import platform
import random
import subprocess
import sys

from suites import PYTHON, ROOT, Tally, close, run_each, run_gtest, run_lines

REPEATS = int(os.environ.get("VIGIE_REPEATS", "3"))
SIMULATED_MONTHS = os.environ.get("VIGIE_MONTHS", "30")
WORLDS = os.environ.get("VIGIE_WORLDS", "20000")
SOAK_S = os.environ.get("VIGIE_SOAK_S", "7200")
FUZZ_SECONDS = os.environ.get("VIGIE_FUZZ_SECONDS", "60")  # a target
# So that with three repeats there are 30 kills, 12 power cuts by the file system and 96 by what was synced.
FAULT_DOSE = {name: os.environ.get(name, usual) for name, usual in {
    "VIGIE_KILLS": "10", "VIGIE_MENTIONS": "20000", "VIGIE_POWER_CUTS": "4", "VIGIE_DISK_ERRORS": "5", "VIGIE_FILLS": "1",
    "VIGIE_CORRUPTIONS": "200", "VIGIE_BURST_S": "10", "VIGIE_OUT_OF_MEMORY": "5", "VIGIE_JUMPS": "26",
    "VIGIE_OUTAGE_HOURS": "12", "VIGIE_RELOADS": "100", "VIGIE_SWALLOWED": "2000"}.items()}
SMALL_DOSE = {"VIGIE_KILLS": "3", "VIGIE_MENTIONS": "2000", "VIGIE_CORRUPTIONS": "10", "VIGIE_RELOADS": "4",
              "VIGIE_SWALLOWED": "50", "VIGIE_JUMPS": "2", "VIGIE_OUTAGE_HOURS": "2"}
SANITIZERS = {
    # Debian's RocksDB and prometheus-cpp are built without: a vector that they and we both write to looks overrun.
    "asan": {"ASAN_OPTIONS": "detect_container_overflow=0:strict_string_checks=1:check_initialization_order=1",
             "UBSAN_OPTIONS": "print_stacktrace=1"},
    # The same libraries synchronize unseen: only what our own code does is judged. tests/tsan.supp says what remains.
    "tsan": {"TSAN_OPTIONS": f"ignore_noninstrumented_modules=1:second_deadlock_stack=1:suppressions={ROOT}/tests/tsan.supp"},
}
COMMANDS_UNDER = {"asan": ["alerts", "config", "feeds", "ingest", "rules", "serve"], "tsan": ["alerts", "feeds", "rules", "serve"]}


@contextlib.contextmanager
def environment(**values):
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def under(run, **values):
    """`run`, in an environment with these."""
    def change():
        with environment(**values):
            return run()
    return change


def doses(seed):
    """(name, function giving a Tally)"""
    for preset, options in SANITIZERS.items():
        build = ROOT / "build" / preset
        options = {**options, "VIGIE": str(build / "vigie"), "VIGIE_SEED": str(seed)}
        for program in sorted((build / "tests").glob("*_tests")):
            if (preset, program.name) == ("tsan", "simulation_tests"):
                continue  # all of it is on one thread
            yield f"{preset}/{program.name}", under(lambda p=program: run_gtest(p, 1800), **options)
        for name in COMMANDS_UNDER[preset]:
            script = ROOT / "tests" / "commands" / f"{name}.py"
            suite = f"{preset}/commands/{name}"
            yield suite, under(lambda n=suite, s=script: run_lines(n, [PYTHON, s], 900), **options)
        for script in sorted((ROOT / "tests" / "faults").glob("*.py")):
            suite = f"{preset}/faults/{script.stem}"
            yield suite, under(lambda n=suite, s=script: run_lines(n, [PYTHON, s], 900), **options, **SMALL_DOSE)
    yield (f"simulation of {SIMULATED_MONTHS} months seed {seed}",
           under(lambda: run_gtest(ROOT / "build" / "release" / "tests" / "simulation_tests", 3600),
                 GTEST_FILTER="-EngineWorld.*", VIGIE_MONTHS=SIMULATED_MONTHS, VIGIE_SEED=str(seed)))
    yield (f"{WORLDS} worlds of the engine that fail, seed {seed}",
           under(lambda: run_gtest(ROOT / "build" / "release" / "tests" / "simulation_tests", 3600),
                 GTEST_FILTER="EngineWorld.*", VIGIE_WORLDS=WORLDS, VIGIE_SEED=str(seed)))
    fuzz = [PYTHON, ROOT / "tests" / "fuzz" / "search.py"]
    yield "fuzz", lambda: run_lines("fuzz", [*fuzz, "--seconds", FUZZ_SECONDS], 5 * 3600)
    yield "fuzz coverage", lambda: run_lines("fuzz_coverage", [*fuzz, "--coverage"], 3600)
    yield "reproducible", lambda: run_lines("reproducible", [PYTHON, ROOT / "tests" / "reproducible.py"], 7200)
    for script in sorted((ROOT / "tests" / "faults").glob("*.py")):
        if script.stem == "soak":
            yield "soak", under(lambda s=script: run_lines("faults/soak", [PYTHON, s], 2 * int(SOAK_S) + 1200), VIGIE_SOAK_S=SOAK_S,
                                VIGIE_SEED=str(seed))
            continue
        for repeat in range(REPEATS):
            suite = f"faults/{script.stem} seed {seed + repeat}"
            yield suite, under(lambda n=suite, s=script: run_lines(n, [PYTHON, s], 2400), **FAULT_DOSE,
                               VIGIE_SEED=str(seed + repeat))


def commit():
    said = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False)
    return said.stdout.strip() or "no git"


def write_summary(seed, results, total, minutes):
    day = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")
    lines = [
        "# The last run of tests/deep", "",
        f"{day}, {commit()}, seed {seed}, {os.cpu_count()} CPUs ({platform.machine()}), {minutes:.0f} min. "
        f"Each fault {REPEATS} times: " + ", ".join(f"{name}={value}" for name, value in FAULT_DOSE.items()) + ".", "",
        f"**{total.passed} passed, {total.failed} failed, {total.skipped} skipped.**", "", *total.fault_table(), "",
        "| dose | passed | failed | skipped | s |", "|---|---|---|---|---|",
        *(f"| {name} | {t.passed} | {t.failed} | {t.skipped} | {seconds:.0f} |" for name, t, seconds in results)]
    (ROOT / "tests" / "deep.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main():
    arguments = argparse.ArgumentParser(prog="tests/deep", description=__doc__.splitlines()[0])
    arguments.add_argument("only", nargs="*", help="run only doses whose name contains one of these")
    only = arguments.parse_args().only
    os.environ.setdefault("LC_ALL", "C.UTF-8")
    seed = int(os.environ.get("VIGIE_SEED") or random.SystemRandom().randrange(1 << 32))
    print(f"seed {seed}", flush=True)
    chosen = [(name, run) for name, run in doses(seed) if not only or any(part in name for part in only)]
    results, total = [], Tally()
    for result in run_each(chosen):
        results.append(result)
        total.add(result[1])
    if not only:
        write_summary(seed, results, total, sum(seconds for _, _, seconds in results) / 60)
    return close(total)


if __name__ == "__main__":
    sys.exit(main())
