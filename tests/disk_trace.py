"""What is on disk if the power fails: a program's system calls, written down by strace, and the folder that they leave behind.

A file holds what its last fsync or fdatasync covered, and after it any beginning of what was written since (a torn tail). A name
(made, renamed, removed) holds once its folder was synced; that a folder itself was made is believed. File systems promise no
less; most promise more. A sync that failed covers nothing. Blocks that reach the disk out of order behind the last sync are not
modelled: no one can be told that they were not acknowledged in vain."""

import os
import re
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path

from harness import Skip

SECTOR = 512
CALLS = ("openat", "write", "pwrite64", "fsync", "fdatasync", "rename", "renameat", "renameat2", "unlink", "unlinkat", "ftruncate")
LINE = re.compile(r"(\d+\.\d+) (\w+)\((.*)\) += (-?\d+)(?:<([^>]*)>)?(?: E\w+ \([^)]*\))? <(\d+\.\d+)>$")
STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
FILE = re.compile(r"(\d+)<([^>]*)>")


def strace(*arguments):
    """The command that runs a program under strace, without standing between us and it; Skip says why that cannot be."""
    if not shutil.which("strace"):
        raise Skip("needs strace")
    tried = subprocess.run(["strace", "-D", "-f", "-o", "/dev/null", "-e", "trace=none", "true"], capture_output=True, text=True,
                           check=False, timeout=60)
    if tried.returncode != 0:
        raise Skip(f"strace may not trace here: {tried.stderr.strip()[:200]}")
    return ["strace", "-D", *map(str, arguments)]


def recording(folder, *more):
    """`strace` writing down, in `folder`, what DiskTrace reads. `more`: further arguments, as what it injects."""
    Path(folder).mkdir()
    return strace("-ff", "-ttt", "-T", "-y", "-xx", "-s", 1 << 26, "-o", Path(folder) / "thread", "-e", "trace=" + ",".join(CALLS),
                  *more)


def unescaped(text):
    return bytes.fromhex(text.replace("\\x", ""))


class Written:
    """One file's content: what was written to it, when, and what was synced."""

    def __init__(self):
        self.changes = []  # (start, end, offset, bytes), or (start, end, length, None): cut to that length
        self.syncs = [(0.0, 0.0)]  # (start, end)
        self.size = 0

    def content(self, moment, rng):
        synced_from = max(start for start, end in self.syncs if end <= moment)
        covered = [change for change in self.changes if change[1] <= synced_from]
        later = [change for change in self.changes if change[1] > synced_from and change[0] <= moment]
        content = bytearray()
        torn = later[:rng.randint(0, len(later))]
        for start, _, at, data in covered + torn:
            if data is None:
                content = content[:at].ljust(at, b"\0")
                continue
            is_last_torn = torn and start == torn[-1][0]
            if is_last_torn:  # sectors are written whole or not at all
                ends = [0, *range(SECTOR - at % SECTOR, len(data), SECTOR), len(data)]
                data = data[:rng.choice(ends)]
            content = content.ljust(at, b"\0")
            content[at:at + len(data)] = data
        return bytes(content)


class DiskTrace:
    """The calls of a recording that concern the folder `root`."""

    def __init__(self, recording_folder, root):
        self.root = str(root)
        self.calls = []
        for file in Path(recording_folder).iterdir():
            with file.open(encoding="ascii", errors="replace") as lines:
                self.calls += filter(None, map(self.call, lines))
        self.calls.sort(key=lambda call: call[0])

    @staticmethod
    def call(line):
        found = LINE.match(line)
        if not found or int(found[4]) < 0:  # what strace answers in the disk's place ("(INJECTED)") does not match, either
            return None
        start, name, arguments, result, opened, duration = found.groups()
        path = unescaped(opened).decode() if opened else ""
        return float(start), float(start) + float(duration), name, arguments, int(result), path

    def files_at(self, moment, rng):
        """path → bytes"""
        now, durable = {}, defaultdict(dict)  # path → Written; folder → its names that hold
        opened = {}  # descriptor → [Written, position]
        for start, end, name, arguments, result, path in self.calls:
            if start > moment:
                break
            if name == "openat":
                opened.pop(result, None)
                if path.startswith(self.root) and ("O_WRONLY" in arguments or "O_RDWR" in arguments):
                    if path not in now:
                        now[path] = Written()
                    elif "O_TRUNC" in arguments:
                        now[path].changes.append((start, end, 0, None))
                        now[path].size = 0
                    opened[result] = [now[path], now[path].size if "O_APPEND" in arguments else 0]
                continue
            if name.startswith(("rename", "unlink")):
                names = [unescaped(one).decode() for one in STRING.findall(arguments)]
                gone = now.pop(names[0], None) if names[0].startswith(self.root) else None
                if name.startswith("rename") and gone:
                    now[names[1]] = gone
                continue
            descriptor, where = FILE.match(arguments).groups()
            where = unescaped(where).decode(errors="replace")
            if name in ("fsync", "fdatasync"):
                if int(descriptor) in opened:
                    opened[int(descriptor)][0].syncs.append((start, end))
                elif where.startswith(self.root) and end <= moment:
                    durable[where] = {at: file for at, file in now.items() if os.path.dirname(at) == where}
            elif int(descriptor) in opened:
                file, position = opened[int(descriptor)]
                if name == "ftruncate":
                    file.size = int(arguments.rsplit(", ", 1)[1])
                    file.changes.append((start, end, file.size, None))
                    continue
                data = unescaped(STRING.search(arguments)[1])[:result]
                at = int(arguments.rsplit(", ", 1)[1]) if name == "pwrite64" else position
                file.changes.append((start, end, at, data))
                file.size = max(file.size, at + len(data))
                if name == "write":
                    opened[int(descriptor)][1] = at + len(data)
        return {path: file.content(moment, rng) for names in durable.values() for path, file in names.items()}

    def leave(self, moment, rng, destination):
        """Makes the folder as it is once power is back, all of whose folders were made."""
        for path, content in self.files_at(moment, rng).items():
            place = Path(destination) / os.path.relpath(path, self.root)
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            place.write_bytes(content)
            place.chmod(0o600)
