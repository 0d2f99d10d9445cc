#!/usr/bin/env python3
"""The disk answers with errors, or late: strace answers in its place.

An engine whose disk fails ends by itself, having acknowledged nothing that is not on it; started again, it goes on.
VIGIE_DISK_ERRORS (1) of each kind, VIGIE_SEED repeats a run.
"""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from disk_trace import DiskTrace, recording, strace  # noqa: E402
from oracle import Client, Ledger, dose, run_faults  # noqa: E402

DISK_ERRORS = dose("DISK_ERRORS", 1)
LATE_S = 0.1
ENDS_WITHIN_S = 60


def until_it_ends(trial, engine, ledger):
    """Mentions come in until the engine has ended by itself, and has said why."""
    clients = [Client(engine.port, ledger, trial.rng, name=f"{name}{trial.rng.randrange(1 << 30)}-", per_push=5) for name in "ab"]
    for client in clients:
        client.start()
    code = engine.process.wait(ENDS_WITHIN_S)
    for client in clients:
        client.stop()
    assert code != 0, "it ended as if nothing had happened"
    assert "Input/output error" in engine.log_tail() or "invariant broken" in engine.log_tail(), engine.log_tail()


def places(trial):
    """A folder of its own for each error."""
    for error in range(DISK_ERRORS):
        place = trial.directory / f"error{error}"
        place.mkdir()
        yield place


def store_files(place, ending):
    """`strace -P` for the files that a store has in its first lives."""
    return [part for n in range(1, 100) for part in ("-P", place / "data" / "store" / f"{n:06}.{ending}")]


def syncing_fails(trial):
    """What is on disk then is judged twice: as if the power failed with it, and as the page cache still has it."""
    for place in places(trial):
        engine, ledger = trial.engine(place), Ledger()
        engine.start(around=recording(place / "trace", "-e", f"inject=fdatasync:error=EIO:when={trial.rng.randint(40, 400)}+"))
        until_it_ends(trial, engine, ledger)
        (place / "after").mkdir()
        DiskTrace(place / "trace", place / "data").leave(time.time(), trial.rng, place / "after" / "data")
        for again in (trial.engine(place / "after"), engine):
            again.start()
            trial.judge(again, ledger)
            again.kill()


def writing_the_log_fails(trial):
    for place in places(trial):
        engine, ledger = trial.engine(place), Ledger()
        when = trial.rng.randint(40, 400)
        engine.start(around=strace("-f", "-o", "/dev/null", *store_files(place, "log"), "-e", f"inject=write:error=EIO:when={when}"))
        until_it_ends(trial, engine, ledger)
        engine.start()
        trial.judge(engine, ledger)
        engine.kill()


def writing_a_table_fails(trial):
    """At a start, which writes what the log holds into a table."""
    for place in places(trial):
        engine, ledger = trial.engine(place), Ledger()
        engine.start()
        client = Client(engine.port, ledger, trial.rng, count=500)
        client.start()
        client.join()
        engine.kill()
        try:
            engine.start(around=strace("-f", "-o", "/dev/null", *store_files(place, "sst"), "-e", "inject=write,pwrite64:error=EIO"))
        except RuntimeError as ended:
            assert "Input/output error" in str(ended), ended
        else:
            raise AssertionError("it started over a table that could not be written")
        engine.start()
        trial.judge(engine, ledger)
        engine.kill()


def syncing_is_slow(trial):
    """Nothing is acknowledged early, and one sync serves all who wait for it."""
    engine, ledger = trial.engine(), Ledger()
    engine.start(around=strace("-f", "-o", "/dev/null", "-e", "trace=fdatasync",
                               "-e", f"inject=fdatasync:delay_enter={int(LATE_S * 1e6)}"), limit_s=120)
    clients = [Client(engine.port, ledger, trial.rng, name=f"c{n}-", count=5, per_push=1) for n in range(16)]
    begun = time.monotonic()
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    one_by_one_s = len(ledger.acknowledged) * LATE_S
    assert len(ledger.acknowledged) == 80 and time.monotonic() - begun < one_by_one_s, "each waited for a sync of its own"
    assert engine.get("/health/ready")[0] == 200
    engine.kill()
    engine.start()
    trial.judge(engine, ledger)


FAULTS = {
    "EIO: syncing the log fails": syncing_fails,
    "EIO: writing the log fails": writing_the_log_fails,
    "EIO: writing a table fails": writing_a_table_fails,
    "syncing takes 0.1 s": syncing_is_slow,
}


if __name__ == "__main__":
    sys.exit(run_faults(FAULTS))
