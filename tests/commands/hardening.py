#!/usr/bin/env python3
"""What protects the program from its own mistakes, read from the binary itself."""

import functools
import re
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import VIGIE, Skip, run_tests  # noqa: E402


@functools.cache
def read(tool, *options):
    if not shutil.which(tool):
        raise Skip(f"{tool} (binutils) is needed")
    return subprocess.run([tool, *options, VIGIE], capture_output=True, text=True, check=True, timeout=120).stdout


def is_x86():
    return "X86-64" in read("readelf", "-hW")


def position_independent():
    assert re.search(r"Type:\s+DYN \(Position-Independent", read("readelf", "-hW"))
    assert re.search(r"FLAGS_1\).*\bPIE\b", read("readelf", "-dW"))


def relocations_are_read_only():
    segments, dynamic = read("readelf", "-lW"), read("readelf", "-dW")
    assert "GNU_RELRO" in segments
    assert re.search(r"\(FLAGS\).*BIND_NOW", dynamic) and re.search(r"FLAGS_1\).*\bNOW\b", dynamic)
    assert "TEXTREL" not in dynamic


def nothing_is_writable_and_executable():
    segments = re.findall(r"(?m)^  (\w+) +(?:0x[0-9a-f]+ +){5}([RWE ]{3})", read("readelf", "-lW"))
    assert len(segments) > 5 and ("GNU_STACK", "RW ") in segments, segments
    assert not [one for one in segments if "W" in one[1] and "E" in one[1]], segments


def library_calls_are_checked():
    """Buffers that overflow end the process: glibc's checking functions, and the stack's canary, are called."""
    symbols = set(re.findall(r"\b(__\w+_chk|__stack_chk_fail)\b", read("readelf", "--dyn-syms", "-W")))
    assert "__stack_chk_fail" in symbols, symbols
    assert len(symbols) > 3, f"_FORTIFY_SOURCE has checked next to nothing: {symbols}"


def functions_that_may_be_jumped_to_say_so():
    """Indirect branches: every function that is not local to a file begins with endbr64; returns: the shadow stack is allowed."""
    if not is_x86():
        raise Skip("CET is x86's")
    assert re.search(r"x86 feature:.*SHSTK", read("readelf", "-nW")), "not marked for the shadow stack"
    symbols = re.findall(r"(?m)^ *\d+: ([0-9a-f]+) +\d+ FUNC +(?:GLOBAL|WEAK) .* (\S*5vigie\S*)$", read("readelf", "-sW"))
    code = read("objdump", "-d", "--no-show-raw-insn", "-j", ".text")
    landing = set(re.findall(r"(?m)^([0-9a-f]{16}) <[^>]*>:\n +[0-9a-f]+:\tendbr64", code))
    missing = [name for address, name in symbols if address not in landing]
    print(f"{len(symbols)} functions of ours may be called from elsewhere, {len(missing)} do not begin with endbr64")
    assert len(symbols) > 2000 and not missing, (len(symbols), missing[:5])


def the_stack_is_probed():
    """-fstack-clash-protection: a large frame is touched page by page (or $0x0 to each), so it cannot jump over the guard page."""
    if not is_x86():
        raise Skip("read from x86's instructions")
    assert re.search(r"orq +\$0x0,\(%rsp\)", read("objdump", "-d", "--no-show-raw-insn", "-j", ".text"))


def it_has_a_build_id():
    assert re.search(r"Build ID: [0-9a-f]{40}\b", read("readelf", "-nW"))


TESTS = {
    "the program is position-independent": position_independent,
    "relocations are read-only from the first instruction on": relocations_are_read_only,
    "nothing is writable and executable, not the stack either": nothing_is_writable_and_executable,
    "buffers are checked in library calls, returns by a canary": library_calls_are_checked,
    "branches land where they may, returns may be shadowed": functions_that_may_be_jumped_to_say_so,
    "large frames touch every page of the stack": the_stack_is_probed,
    "the build has an identity": it_has_a_build_id,
}


if __name__ == "__main__":
    sys.exit(run_tests(TESTS))
