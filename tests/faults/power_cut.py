#!/usr/bin/env python3
"""The power fails while mentions come in: what had not been synced is gone.

Once with the file system's own switch (a loop device and ext4's shutdown, which needs root), and everywhere by writing down what
the engine asks of the disk and leaving what a disk must have kept at a random moment. VIGIE_POWER_CUTS (1) of the former and
eight times as many of the latter; VIGIE_SEED repeats a run.
"""

import fcntl
import os
import struct
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from disk_trace import DiskTrace, recording  # noqa: E402
from harness import Skip  # noqa: E402
from oracle import Client, Ledger, dose, run_faults  # noqa: E402

POWER_CUTS = dose("POWER_CUTS", 1)
EXT4_IOC_SHUTDOWN = 0x8004587D
NO_LOG_FLUSH = 2  # EXT4_GOING_FLAGS_NOLOGFLUSH: as if the plug were pulled
DISK_BYTES = 512 << 20


class Disk:
    """An ext4 of its own in a file, and its plug."""

    def __init__(self, directory):
        self.image, self.at = directory / "disk.img", directory / "disk"
        if os.geteuid() != 0:
            raise Skip("needs root, for a loop device")
        with self.image.open("wb") as image:
            image.truncate(DISK_BYTES)
        self.at.mkdir()
        try:
            self.run("mkfs.ext4", "-q", "-F", self.image)
            self.mount()
        except FileNotFoundError as missing:
            raise Skip(f"needs {missing.filename}") from None
        except subprocess.CalledProcessError as refused:
            raise Skip(f"{refused.cmd[0]} is not to be had here: {refused.stderr.strip()[:200]}") from None

    @staticmethod
    def run(*command):
        subprocess.run([str(part) for part in command], capture_output=True, text=True, check=True, timeout=60)

    def mount(self):
        self.run("mount", "-o", "loop", self.image, self.at)

    def plug_in_again(self):
        self.run("umount", self.at)
        self.mount()

    def pull_the_plug(self):
        root = os.open(self.at, os.O_RDONLY)
        try:
            fcntl.ioctl(root, EXT4_IOC_SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
        finally:
            os.close(root)

    def close(self):
        subprocess.run(["umount", "--lazy", self.at], capture_output=True, check=False)


def by_the_file_system(trial):
    disk = Disk(trial.directory)
    trial.open.append(disk)
    (trial.directory / "data").symlink_to(disk.at)
    engine, ledger = trial.engine(), Ledger()
    engine.start()
    for cut in range(POWER_CUTS):
        client = Client(engine.port, ledger, trial.rng, name=f"c{cut}-")
        client.start()
        time.sleep(trial.rng.uniform(0.3, 1.2))
        disk.pull_the_plug()
        engine.process.wait(30)  # it ends by itself: nothing can be promised any more
        client.stop()
        disk.plug_in_again()
        engine.start()
        trial.judge(engine, ledger)


def by_what_was_synced(trial):
    trace, engine, ledger = trial.directory / "trace", trial.engine(), Ledger()
    engine.start(around=recording(trace))
    begun = time.time()
    clients = [Client(engine.port, ledger, trial.rng, name=name, per_push=5) for name in "ab"]
    for client in clients:
        client.start()
    time.sleep(1.5)
    for client in clients:
        client.stop()
    ended = time.time()
    engine.kill()
    disk = DiskTrace(trace, trial.directory / "data")
    for cut in range(8 * POWER_CUTS if POWER_CUTS > 1 else 2):
        moment = trial.rng.uniform(begun + 0.2, ended)
        place = trial.directory / f"after{cut}"
        place.mkdir()
        disk.leave(moment, trial.rng, place / "data")
        after = trial.engine(place)
        after.start()
        trial.judge(after, ledger.until(moment))
        assert after.stop() == 0


FAULTS = {
    "power cut, by the file system's switch": by_the_file_system,
    "power cut, by what had been synced": by_what_was_synced,
}


if __name__ == "__main__":
    sys.exit(run_faults(FAULTS))
