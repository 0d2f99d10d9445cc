#!/usr/bin/env python3
"""Files of the store are damaged: bits flipped, ends cut off, blocks zeroed, files removed.

Whoever opens or reads such a store gets everything or is told; never fewer or other mentions. Each damage is done to a copy.
VIGIE_CORRUPTIONS (40) copies, VIGIE_SEED repeats a run.
"""

import json
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import Pusher, vigie  # noqa: E402
from oracle import Client, Ledger, dose, mention, run_faults  # noqa: E402

CORRUPTIONS = dose("CORRUPTIONS", 40)
STARTS = max(4, CORRUPTIONS // 5)
MENTIONS = 500
SECTOR = 512


def flip(content, rng):
    content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)


def cut(content, rng):
    del content[rng.randrange(len(content)):]


def zero(content, rng):
    at = rng.randrange(len(content)) // SECTOR * SECTOR
    content[at:at + SECTOR] = bytes(len(content[at:at + SECTOR]))


def scribble(content, rng):
    at = rng.randrange(len(content))
    content[at:at + 16] = rng.randbytes(len(content[at:at + 16]))


DAMAGES = (flip, flip, cut, zero, scribble)
KINDS = ("*.log", "*.log", "*.sst", "*.sst", "MANIFEST-*", "MANIFEST-*", "CURRENT")


class Original:
    """A store with tables and a log, and all that is read of it."""

    def __init__(self, trial):
        self.engine, self.ledger, self.trial = trial.engine(), Ledger(), trial
        self.take("first")
        self.engine.kill()  # the next start writes the log into a table
        self.take("second")
        self.write_tables()
        self.take("third")
        self.engine.kill()
        self.expected = self.read(self.engine)
        assert len(self.expected) == len(self.ledger.acknowledged) == 3 * MENTIONS

    def take(self, name):
        if self.engine.process is None or self.engine.process.poll() is not None:
            self.engine.start()
        client = Client(self.engine.port, self.ledger, self.trial.rng, name=name, count=MENTIONS)
        client.start()
        client.join()

    def write_tables(self):
        """What an erasure ends with: logs become tables while the engine runs."""
        gone = {**mention("gone", self.trial.rng), "author": {"id": "gone"}}
        assert Pusher(self.engine.port).push([gone])[0] == 202
        code, _, errors = vigie("erase", "--config", self.engine.config, "--tenant", "techniville", "--network", "hook",
                                "--author-id", "gone", "--out", self.engine.directory / "receipt")
        assert code == 0, errors

    @staticmethod
    def read(engine):
        return {one["id"]: json.dumps(one, sort_keys=True) for one in engine.query("--tenant", "techniville", "--limit", "0")}

    def copy(self, number):
        """Another engine on a copy of the data folder, and the folder of its store."""
        place = self.trial.directory / f"copy{number}"
        place.mkdir()
        shutil.copytree(self.engine.directory / "data", place / "data", ignore=shutil.ignore_patterns("*.sock"))
        return self.trial.engine(place), place / "data" / "store"


def damage(store, rng):
    """Damages one file that holds something, and says how."""
    file = rng.choice(sorted(one for one in store.glob(rng.choice(KINDS)) if one.stat().st_size))
    if rng.random() < 0.1:
        file.unlink()
        return f"{file.name} removed"
    content = bytearray(file.read_bytes())
    how, before = rng.choice(DAMAGES), bytes(content)
    while bytes(content) == before:
        how(content, rng)
    file.write_bytes(content)
    at = next((i for i, (a, b) in enumerate(zip(before, content)) if a != b), len(content))
    return f"{file.name} {how.__name__} at {at} of {len(before)}"


def damaged(trial):
    original = Original(trial)
    trial.acknowledged = len(original.ledger.acknowledged)
    reading(trial, original)
    serving(trial, original)
    what_cannot_be_read_is_not_written_over(trial, original)


def reading(trial, original):
    silent, reported = [], 0
    for number in range(CORRUPTIONS):
        engine, store = original.copy(number)
        what = damage(store, trial.rng)
        try:
            found = original.read(engine)
        except RuntimeError as error:
            assert str(error).startswith("vigie query ended with 3: vigie: "), f"{what}: {error}"
            reported += 1
            trial.count(1)
        else:
            trial.count(found == original.expected)
            if found != original.expected:
                silent.append(f"{what}: {len(found)} of {len(original.expected)}")
        shutil.rmtree(engine.directory)
    print(f"{reported} of {CORRUPTIONS} damages were reported, the others took nothing away")
    assert not silent, silent
    assert reported, "no damage was found"


def serving(trial, original):
    """`vigie serve` refuses, or serves everything, or answers 500 where it cannot read."""
    silent = []
    for number in range(STARTS):
        engine, store = original.copy(f"served{number}")
        what = damage(store, trial.rng)
        try:
            engine.start()
        except RuntimeError as refused:
            told = str(refused)  # 3: as it opened the folder; an abort: as it read on
            assert ("ended with 3" in told or "ended with -6" in told) and "vigie: " in told, f"{what}: {refused}"
            trial.count(1)
        else:
            found, told = walk(engine)
            survived = found == original.expected.keys() or told
            trial.count(survived)
            if not survived:
                silent.append(f"{what}: {len(found)} of {len(original.expected)}")
            engine.kill()
        shutil.rmtree(engine.directory)
    assert not silent, silent


def walk(engine):
    """Every mention the API gives, and whether it said that it could not give all."""
    found, before = set(), ""
    while True:
        status, body = engine.get(f"/api/v1/tenants/techniville/mentions?limit=200{before}", engine.authorization())
        if status != 200:
            assert status == 500, (status, body)
            return found, True
        page = json.loads(body)
        found.update(one["id"] for one in page["mentions"])
        if not page["next"]:
            return found, False
        before = f"&before={page['next']}"


def what_cannot_be_read_is_not_written_over(trial, original):
    """Without the file that names the store's state, its other files are not taken for an empty folder's."""
    engine, store = original.copy("")
    current = store / "CURRENT"
    kept = current.read_bytes()
    current.unlink()
    for _ in range(2):  # a service manager tries again
        try:
            engine.start()
        except RuntimeError as refused:
            assert "ended with 3" in str(refused), refused
        else:
            raise AssertionError("it began anew over what was there")
    current.write_bytes(kept)
    assert original.read(engine) == original.expected, "what was there is gone"
    trial.count(1)


FAULTS = {"damaged files of the store": damaged}


if __name__ == "__main__":
    sys.exit(run_faults(FAULTS))
