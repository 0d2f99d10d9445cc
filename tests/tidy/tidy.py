#!/usr/bin/env python3
"""Checks what the compiler cannot: the direction of dependencies, where third-party types may appear, sizes, residue.

Prints a line per finding and `PASS` or `FAIL` per check; exits 1 when a check fails.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# folder → what of ours it may include (ARCHITECTURE.md, "Dependencies point one way").
STORE_AND_METRICS = {"engine/work/work.h", "engine/store/store.h", "engine/store/record.h", "engine/store/bytes.h",
                     "engine/metrics/metrics.h"}
PARTS = "ingest parse match classify trend store guidance quality alert access metrics".split()
ALLOWED = {
    "engine/core": {"engine/core/"},
    "engine/work": {"engine/core/", "engine/work/"},
    **{f"engine/{part}": {"engine/core/", f"engine/{part}/", *STORE_AND_METRICS} for part in PARTS},
    "engine/pipeline": {"engine/core/", "engine/work/", "engine/pipeline/", *(f"engine/{part}/" for part in PARTS)},
    "engine/web": {"engine/core/", "engine/web/", "engine/work/", "engine/store/", "engine/alert/", "engine/trend/",
                   "engine/guidance/", "engine/quality/", "engine/access/", "engine/metrics/"},
    "engine/report": {"engine/core/", "engine/work/", "engine/report/", "engine/store/", "engine/alert/", "engine/trend/",
                      "engine/quality/", "engine/guidance/", "engine/access/", "engine/web/tenant_figures.h",
                      "engine/web/coverage_reader.h", "engine/web/objective_figures.h"},
    "engine/app": {"engine/", "connectors/"},
    "connectors": {"engine/core/", "engine/ingest/", "engine/parse/", "engine/alert/notifier.h", "connectors/"},
}
# library's header → the folders whose .cc files may include it.
THIRD_PARTY = {
    "simdjson": {"engine/parse", "engine/alert", "engine/web", "engine/access", "engine/report", "connectors"},
    "re2/": {"engine/match"},
    "rocksdb/": {"engine/store"},
    "yaml-cpp/": {"engine/core"},
    "libxml/": {"engine/parse"},
    "gumbo": {"engine/parse"},
    "prometheus/": {"engine/metrics"},
    "boost/beast": {"engine/web", "connectors"},
    "curl/": {"connectors"},
    "CLI/": {"engine/app"},
    "spdlog/": {"engine/app"},
    "systemd/": {"engine/app"},
    "libstemmer": {"engine/trend"},
    "archive": {"engine/report"},
    "sodium": {"engine/store", "engine/classify", "engine/web", "engine/access", "engine/app", "connectors"},
    "openssl/": {"engine/pipeline", "engine/access", "connectors"},
}
MAX_LINES = 700
NOT_OURS = {".git", "build", "node_modules", "run", "__pycache__"}
RESIDUE = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
VAGUE = re.compile(r"(^|_)(util|utils|common|helper|helpers|manager|misc)(_|\.|$)")


def tracked(*suffixes):
    names = None
    if shutil.which("git"):
        listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, text=True,
                                capture_output=True, check=False)
        names = listed.stdout.split() if listed.returncode == 0 else None
    if names is None:  # a newcomer's machine has no git, an unpacked release no repository
        names = [str(p.relative_to(ROOT)) for p in ROOT.rglob("*")
                 if p.is_file() and not NOT_OURS.intersection(p.relative_to(ROOT).parts)]
    return [n for n in names if n.endswith(suffixes) and (ROOT / n).is_file()]


def part_of(name):
    return next((part for part in ALLOWED if name.startswith(part + "/")), None)


def includes(name):
    for number, line in enumerate((ROOT / name).read_text(encoding="utf-8").splitlines(), 1):
        found = re.match(r'\s*#include\s+([<"])([^">]+)[">]', line)
        if found:
            yield number, found.group(1) == '"', found.group(2)


def check_directions():
    for name in tracked(".h", ".cc"):
        part = part_of(name)
        if part is None:
            continue
        for number, ours, header in includes(name):
            if ours and not any(header.startswith(a) for a in ALLOWED[part]):
                yield f"{name}:{number}: {part} may not include {header}"


def check_third_party():
    for name in tracked(".h", ".cc"):
        part = part_of(name)
        if part is None:
            continue
        for number, _, header in includes(name):
            for library, homes in THIRD_PARTY.items():
                if header.startswith(library) and (part not in homes or name.endswith(".h")):
                    yield f"{name}:{number}: {header} belongs into .cc files of {', '.join(sorted(homes))}"


def check_sizes():
    for name in tracked(".h", ".cc", ".ts", ".tsx", ".py"):
        lines = len((ROOT / name).read_text(encoding="utf-8").splitlines())
        if lines > MAX_LINES:
            yield f"{name}: {lines} lines; is a concept missing? (at most {MAX_LINES})"


def check_names():
    for name in tracked(".h", ".cc", ".ts", ".tsx", ".py"):
        if any(VAGUE.search(piece) for piece in name.split("/")):
            yield f"{name}: say what it is, not that it helps"


def check_residue():
    for name in tracked(".h", ".cc", ".ts", ".tsx", ".py", ".yaml", ".txt", ".cmake", ".css"):
        if name.startswith("tests/tidy/"):
            continue
        for number, line in enumerate((ROOT / name).read_text(encoding="utf-8").splitlines(), 1):
            if RESIDUE.search(line):
                yield f"{name}:{number}: finish it or drop it: {line.strip()[:80]}"


def check_merges():
    for name in tracked(""):
        for number, line in enumerate((ROOT / name).read_bytes().splitlines(), 1):
            if line.startswith((b"<" * 7 + b" ", b">" * 7 + b" ")):
                yield f"{name}:{number}: a mark of a merge"


def check_format():
    sources = [n for n in tracked(".h", ".cc")]
    run = subprocess.run(["clang-format", "--dry-run", "--Werror", *sources], cwd=ROOT, text=True,
                         capture_output=True, check=False)
    for name in sorted(set(re.findall(r"^(\S+?):\d+:\d+: error", run.stderr, re.M))):
        yield f"{name}: not as clang-format writes it"


CHECKS = {
    "dependencies point one way": check_directions,
    "third-party types stay in their folder": check_third_party,
    "no file has grown too long": check_sizes,
    "no vague names": check_names,
    "no residue": check_residue,
    "no mark of a merge": check_merges,
    "clang-format clean": check_format,
}


def main():
    failed = 0
    for title, run in CHECKS.items():
        findings = list(run())
        for finding in findings:
            print(finding)
        print(f"{'FAIL' if findings else 'PASS'} {title}")
        failed += bool(findings)
    return 1 if failed else 0


if __name__ == "__main__":
    os.environ.setdefault("LC_ALL", "C.UTF-8")
    sys.exit(main())
