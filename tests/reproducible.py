#!/usr/bin/env python3
"""The same source gives the same bytes: the program and its package, built anew in another folder, at another time, without a
cache, are those of build/release. Part of tests/deep; `--objects PATTERN` compares only objects whose name contains it (minutes).

ccache passes over the options that map paths: where it kept objects from before they were what they are, build/release has to be made
once with CCACHE_RECACHE=1."""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from harness import ROOT, run_tests  # noqa: E402

BUILT = ROOT / "build" / "release"


def run(*command, **how):
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True, **how).stdout


class Elsewhere:
    """The source in another folder, configured as build/release is."""

    def __init__(self, directory):
        self.source = Path(directory) / "another" / "place"
        kept = run("git", "ls-files", "-co", "--exclude-standard", cwd=ROOT).splitlines()
        for name in kept:
            if (ROOT / name).is_file():
                (self.source / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, self.source / name)
        modules = ROOT / "engine" / "web" / "ui" / "node_modules"
        if modules.exists():
            (self.source / "engine" / "web" / "ui" / "node_modules").symlink_to(modules.resolve())
        self.build = self.source / "out"
        self.environment = {**os.environ, "CCACHE_DISABLE": "1", "TZ": "Pacific/Auckland", "LC_ALL": "C"}
        run("cmake", "-S", self.source, "-B", self.build, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", "-Wno-dev", env=self.environment)

    def make(self, *targets):
        run("cmake", "--build", self.build, "-j", os.cpu_count(), "--target", *targets, env=self.environment)


def same(place, other):
    assert (BUILT / place).read_bytes() == (other / place).read_bytes(), f"{place} differs"


def objects_of(pattern):
    """The program's objects whose name contains it."""
    listed = run("ninja", "-C", BUILT, "-t", "targets", "all").splitlines()
    names = [line.split(":")[0] for line in listed]
    return [name for name in names if name.endswith(".o") and name.startswith("CMakeFiles/vigie") and pattern in name]


def objects(elsewhere, pattern):
    names = objects_of(pattern)
    assert names, f"no object is called {pattern}"
    elsewhere.make(*names)
    for name in names:
        same(name, elsewhere.build)
    print(f"{len(names)} objects are the same")


def program(elsewhere):
    elsewhere.make("vigie")
    made = [name for name in objects_of("") if (elsewhere.build / name).is_file()]
    differing = [name for name in made if (BUILT / name).read_bytes() != (elsewhere.build / name).read_bytes()]
    assert not differing, f"these objects differ: {' '.join(differing)}"
    same("vigie", elsewhere.build)


def package(elsewhere):
    made = []
    for source, binary in ((ROOT, BUILT / "vigie"), (elsewhere.source, elsewhere.build / "vigie")):
        out = elsewhere.source / f"package{len(made)}"
        out.mkdir()
        made.append(Path(run(source / "deploy" / "package", "--binary", binary, "--out", out).strip()).read_bytes())
    assert made[0] == made[1], "the packages differ"


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--objects", help="compare only these")
    pattern = arguments.parse_args().objects
    tests = {f"objects called {pattern} are the same, built elsewhere": lambda e: objects(e, pattern)} if pattern else {
        "the program is the same, built elsewhere": program,
        "so is its package": package,
    }
    with tempfile.TemporaryDirectory(prefix="vigie-elsewhere-") as directory:
        return run_tests(tests, Elsewhere(directory))


if __name__ == "__main__":
    sys.exit(main())
