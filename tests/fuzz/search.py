#!/usr/bin/env python3
"""Searches with libFuzzer for inputs that break a target, and says how far it came.

  tests/fuzz/search.py [--seconds 60] [NAME…]   a line a target: executions, executions/s, coverage; what breaks it lies in
                                                build/fuzz/found
  tests/fuzz/search.py --coverage               lines of the parsers' files that the corpora reach, by llvm-cov
  tests/fuzz/search.py --keep [NAME…]           adds to the corpora in the tree what the searches found, minimised

A corpus that searches go on from is kept in build/fuzz/corpus, one in the tree (tests/fuzz/corpus) that tests/run replays.
Builds build/fuzz by clang-14 (`cmake --preset fuzz`); SKIP where there is none. Prints PASS, FAIL or SKIP.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "fuzz"
FUZZERS = BUILD / "tests" / "fuzz" / "fuzzers"
SEEDS, FOUND, GROWN = ROOT / "tests" / "fuzz" / "corpus", BUILD / "found", BUILD / "corpus"
# Of an input, so that a corpus in the tree stays small.
MAX_KEPT_BYTES, MAX_KEPT_FILES = 512, 32
# What a stranger's bytes are read by: the goal is 90 % of their lines.
PARSERS = """
engine/parse/*.cc engine/core/form.cc engine/core/json_writer.cc engine/core/settings.cc engine/core/time.cc
engine/match/query_lexer.cc engine/match/query_parser.cc engine/match/rule_reader.cc engine/match/filter.cc
engine/store/record.cc engine/store/fact_row.cc engine/store/pack.cc engine/store/keys.cc engine/alert/alert.cc engine/alert/escape.cc
engine/alert/renderer.cc engine/access/id_token.cc engine/access/totp.cc engine/access/action_links.cc
engine/access/access_file.cc engine/classify/model.cc engine/classify/lexicon_reader.cc engine/guidance/card_reader.cc
engine/web/http.cc engine/web/csv.cc engine/web/router.cc engine/web/mention_filter.cc
connectors/csv_records.cc connectors/json_document.cc connectors/json_mapping.cc connectors/json_shape.cc
connectors/json_shape_mapping.cc connectors/jetstream_mapping.cc connectors/mastodon_mapping.cc connectors/x_mapping.cc
connectors/table_mapping.cc connectors/line_cutter.cc connectors/link_header.cc connectors/nats_protocol.cc
connectors/robots_rules.cc connectors/signature.cc connectors/hub_signature.cc connectors/sse_parser.cc
connectors/public_address.cc connectors/api_answer.cc connectors/rate_limit.cc connectors/http_fields.cc
connectors/zstd_frames.cc connectors/file_cursor.cc connectors/api_cursor.cc
""".split()


def build():
    if shutil.which("clang++-14") is None:
        print("SKIP fuzz: clang++-14 is not installed")
        return False
    with (ROOT / "build" / "fuzz.log").open("w", encoding="utf-8") as log:
        for command in (["cmake", "--preset", "fuzz", "-Wno-dev"], ["cmake", "--build", "--preset", "fuzz"]):
            if subprocess.run(command, cwd=ROOT, stdout=log, stderr=log, check=False).returncode != 0:
                print(f"FAIL fuzz: {' '.join(command)} did not work, see build/fuzz.log")
                sys.exit(1)
    return True


def run(target, *arguments, profile="/dev/null"):
    environment = {**os.environ, "VIGIE_TARGET": target, "LLVM_PROFILE_FILE": str(profile),
                   "ASAN_OPTIONS": "detect_container_overflow=0", "UBSAN_OPTIONS": "print_stacktrace=1"}
    return subprocess.run([FUZZERS, *map(str, arguments)], cwd=BUILD, env=environment, capture_output=True,
                          text=True, errors="replace", check=False)


def search(target, seconds):
    grown = GROWN / target
    grown.mkdir(parents=True, exist_ok=True)
    FOUND.mkdir(exist_ok=True)
    done = run(target, f"-max_total_time={seconds}", "-max_len=8192", "-timeout=20", "-rss_limit_mb=2048",
               "-use_value_profile=0", "-print_final_stats=1", f"-artifact_prefix={FOUND}/{target}-", grown, SEEDS / target)
    executed = re.findall(r"stat::number_of_executed_units: (\d+)", done.stderr)
    per_second = re.findall(r"stat::average_exec_per_sec: +(\d+)", done.stderr)
    reached = re.findall(r"cov: (\d+) ft: (\d+)", done.stderr)
    figures = (f"{int(executed[-1]):,} executions, {int(per_second[-1]):,}/s" if executed else "stopped early")
    figures += f", cov: {reached[-1][0]} ft: {reached[-1][1]}" if reached else ""
    print(f"{'PASS' if done.returncode == 0 else 'FAIL'} fuzz/{target}: {figures}", flush=True)
    if done.returncode != 0:
        print(done.stderr[-6000:])
    return int(executed[-1]) if executed else 0


def keep(target):
    """The smallest inputs that reach something new beside the corpus in the tree."""
    seeds, fresh = SEEDS / target, GROWN / f"{target}.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    run(target, "-merge=1", f"-max_len={MAX_KEPT_BYTES}", fresh, seeds, GROWN / target)
    known = {file.read_bytes() for file in seeds.iterdir()}
    room = MAX_KEPT_FILES - len(known)
    new = sorted((file for file in fresh.iterdir() if file.read_bytes() not in known), key=lambda file: file.stat().st_size)
    for file in new[:max(room, 0)]:
        shutil.copy(file, seeds / file.name[:12])
    shutil.rmtree(fresh)
    print(f"{target}: {len(list(seeds.iterdir()))} files, {sum(f.stat().st_size for f in seeds.iterdir()):,} bytes")


def coverage(targets):
    profiles = BUILD / "profiles"
    shutil.rmtree(profiles, ignore_errors=True)
    profiles.mkdir()
    for target in targets:
        grown = [GROWN / target] if (GROWN / target).is_dir() else []
        run(target, "-runs=0", SEEDS / target, *grown, profile=profiles / f"{target}.profraw")
    merged = profiles / "all.profdata"
    subprocess.run(["llvm-profdata-14", "merge", "-o", merged, *profiles.glob("*.profraw")], check=True)
    parsers = {str(path.relative_to(ROOT)) for pattern in PARSERS for path in ROOT.glob(pattern)}
    report = subprocess.run(["llvm-cov-14", "report", FUZZERS, f"-instr-profile={merged}"], cwd=ROOT,
                            capture_output=True, text=True, check=True).stdout
    lines = missed = 0
    for row in map(str.split, report.splitlines()):  # name, regions ×3, functions ×3, lines, missed, percent …
        if row and row[0] in parsers:
            lines, missed = lines + int(row[7]), missed + int(row[8])
            print(f"{row[9]:>8} of {row[7]:>5} lines  {row[0]}")
    percent = 100 * (1 - missed / max(lines, 1))
    print(f"{'PASS' if percent >= 90 else 'FAIL'} fuzz/coverage: {percent:.1f} % of {lines:,} lines of the parsers' files")
    return percent >= 90


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("target", nargs="*")
    arguments.add_argument("--seconds", type=int, default=60)
    arguments.add_argument("--keep", action="store_true")
    arguments.add_argument("--coverage", action="store_true")
    options = arguments.parse_args()
    if not build():
        return 0
    targets = options.target or sorted(folder.name for folder in SEEDS.iterdir())
    if options.coverage:
        return 0 if coverage(targets) else 1
    if options.keep:
        for target in targets:
            keep(target)
        return 0
    executions = sum(search(target, options.seconds) for target in targets)
    print(f"{executions:,} executions of {len(targets)} targets")
    return 0


if __name__ == "__main__":
    sys.exit(main())
