#!/usr/bin/env python3
"""The disk fills up: mentions are refused before it is full, and taken again once there is room, by themselves.

On a small tmpfs, which needs leave to mount. First somebody else fills it nearly, then to the last byte; the engine is killed
and started on the full disk; then the disk grows. In the full dose (VIGIE_FILLS: 0 in the light one, so often else) mentions
alone fill it, too. VIGIE_SEED repeats a run.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import Skip, wait_for  # noqa: E402
from oracle import Client, Ledger, dose, run_faults  # noqa: E402

FILLS = dose("FILLS", 0)
SIZE_MB, LARGER_MB = 800, 1600
RESERVE_MB = 256  # engine/app/disk_guard.h, of a disk as small as these
BETWEEN_MB = 16
SEEN_WITHIN_S = 20


class SmallDisk:
    """A tmpfs with a few megabytes, and what else lies on it."""

    def __init__(self, at, size_mb):
        self.at, self.filler = at, at / "somebody-elses"
        at.mkdir()
        self.mount(f"size={size_mb}m", "-t", "tmpfs", "tmpfs")

    def mount(self, options, *more):
        run = subprocess.run(["mount", "-o", options, *more, str(self.at)], capture_output=True, text=True, check=False)
        if run.returncode != 0:
            raise Skip(f"needs leave to mount: {run.stderr.strip()[:200]}")

    def free_mb(self):
        disk = os.statvfs(self.at)
        return disk.f_bavail * disk.f_frsize / (1 << 20)

    def fill(self, leave_mb):
        with self.filler.open("ab") as file:
            size = file.tell()
            more = int((self.free_mb() - leave_mb) * (1 << 20))
            while more > 0:
                try:
                    os.posix_fallocate(file.fileno(), size, more)
                    return
                except OSError:  # somebody was faster
                    more -= 4096

    def grow(self, size_mb):
        self.mount(f"remount,size={size_mb}m")

    def close(self):
        subprocess.run(["umount", "--lazy", str(self.at)], capture_output=True, check=False)


def wait_until_held(engine, ledger):
    wait_for("the engine to hold", lambda: engine.metric("vigie_ingest_held") == 1, SEEN_WITHIN_S)
    time.sleep(0.5)  # what was under way
    acknowledged, refused = len(ledger.acknowledged), ledger.refused
    wait_for("refusals", lambda: ledger.refused > refused, SEEN_WITHIN_S)
    assert len(ledger.acknowledged) == acknowledged, "it goes on taking mentions"
    assert engine.get("/health/ready")[0] == 503 and engine.get("/health/live")[0] == 200


def wait_until_it_goes_on(engine, ledger):
    acknowledged = len(ledger.acknowledged)
    wait_for("mentions to be taken again", lambda: len(ledger.acknowledged) > acknowledged, SEEN_WITHIN_S)
    assert engine.metric("vigie_ingest_held") == 0 and engine.get("/health/ready")[0] == 200


def grow_and_judge(trial, disk, engine, ledger, client):
    disk.grow(LARGER_MB)
    wait_until_it_goes_on(engine, ledger)
    client.stop()
    trial.judge(engine, ledger)
    assert engine.stop() == 0


def filled_by_somebody_else(trial):
    disk = SmallDisk(trial.directory / "data", SIZE_MB)
    trial.open.append(disk)
    engine, ledger = trial.engine(), Ledger()
    engine.start()
    client = Client(engine.port, ledger, trial.rng, pause_s=0.02)
    client.start()
    wait_for("the ballast", (disk.at / "ballast").exists)
    disk.fill(RESERVE_MB + BETWEEN_MB)
    wait_until_it_goes_on(engine, ledger)
    disk.fill(RESERVE_MB - BETWEEN_MB)
    wait_until_held(engine, ledger)
    disk.fill(0)
    wait_for("the ballast to be given up", lambda: not (disk.at / "ballast").exists(), SEEN_WITHIN_S)
    disk.fill(0)
    wait_until_held(engine, ledger)
    assert engine.process.poll() is None, engine.log_tail()
    grow_and_judge(trial, disk, engine, ledger, client)


def started_on_a_full_disk(trial):
    """The ballast is what it starts with."""
    disk = SmallDisk(trial.directory / "data", SIZE_MB)
    trial.open.append(disk)
    engine, ledger = trial.engine(), Ledger()
    engine.start()
    client = Client(engine.port, ledger, trial.rng, count=2000)
    client.start()
    client.join()
    wait_for("the ballast", (disk.at / "ballast").exists)
    engine.kill()
    disk.fill(0)
    engine.start(is_up=lambda: engine.get("/health/live")[0] == 200)
    assert not (disk.at / "ballast").exists() and disk.free_mb() > 0
    client = Client(engine.port, ledger, trial.rng, name="later-")
    client.start()
    wait_until_held(engine, ledger)
    grow_and_judge(trial, disk, engine, ledger, client)


def filled_by_mentions(trial):
    if not FILLS:
        raise Skip("only in the full dose: it takes half a minute")
    for fill in range(FILLS):
        place = trial.directory / f"fill{fill}"
        place.mkdir()
        disk = SmallDisk(place / "data", SIZE_MB)
        trial.open.append(disk)
        engine, ledger = trial.engine(place), Ledger()
        engine.start()
        wait_for("the ballast", (disk.at / "ballast").exists)
        disk.fill(RESERVE_MB + BETWEEN_MB)
        clients = [Client(engine.port, ledger, trial.rng, name=f"f{fill}c{n}-", words=900) for n in range(3)]
        for client in clients:
            client.start()
        wait_for("the engine to hold", lambda: engine.metric("vigie_ingest_held") == 1, 300)  # noqa: B023
        wait_until_held(engine, ledger)
        disk.grow(LARGER_MB)
        wait_until_it_goes_on(engine, ledger)
        for client in clients:
            client.stop()
        trial.judge(engine, ledger)
        assert engine.stop() == 0


FAULTS = {
    "ENOSPC: the disk is filled by somebody else": filled_by_somebody_else,
    "ENOSPC: started on a full disk": started_on_a_full_disk,
    "ENOSPC: the disk is filled by mentions": filled_by_mentions,
}


if __name__ == "__main__":
    sys.exit(run_faults(FAULTS))
