#!/usr/bin/env python3
"""The clock jumps, forwards and backwards, while mentions come in and alerts go out (libfaketime).

Nothing is lost, doubled or given up, and a clock that goes wrong by years empties no store. Who signs by another clock than the
engine's is refused. VIGIE_JUMPS (6) of minutes to weeks, VIGIE_SEED repeats a run.
"""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import Pusher, wait_for  # noqa: E402
from oracle import Client, FalseClock, Ledger, dose, fire, mention, push, run_faults, towns  # noqa: E402

JUMPS = dose("JUMPS", 6)
HOUR_S, DAY_S = 3600, 86400
HOUSE_S = 20  # the store's housekeeping is done at least every ten seconds


def forwards_and_backwards(trial):
    clock, sink, ledger = FalseClock(trial.directory), trial.sink(), Ledger()
    names = [f"bourg{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"][:min(JUMPS, 26)]
    engine = trial.engine(tenants=towns(names), receivers=[sink.receiver()])
    engine.start(**clock.environment)
    for jump in range(JUMPS):
        client = Client(engine.port, ledger, trial.rng, name=f"j{jump}-", pause_s=0.01, clock_s=clock)
        client.start()
        time.sleep(0.1)
        sink.turn("refuse" if jump % 2 else "ok")  # an alert that waits for its next attempt meets the next jump
        if jump < len(names):
            assert push(Pusher(engine.port, clock_s=clock), ledger, [fire(names[jump])])
        client.stop()
        clock.set(round(trial.rng.choice((-1, 1)) * trial.rng.choice((HOUR_S, DAY_S, 14 * DAY_S)) * trial.rng.random()))
        client = Client(engine.port, ledger, trial.rng, name=f"k{jump}-", count=100, clock_s=clock)
        client.start()
        client.join()
        assert engine.get("/health/ready")[0] == 200
    sink.turn("ok")
    clock.set(max(clock.ahead_s, 0) + 2 * HOUR_S)
    trial.judge(engine, ledger, tried=JUMPS)
    trial.judge_alerts(engine, sink, names)
    assert engine.stop() == 0
    assert push_by(engine, clock, 2 * HOUR_S) == 403 and push_by(engine, clock, -2 * HOUR_S) == 403


def push_by(engine, clock, wrong_s):
    """What a sender gets whose clock is wrong."""
    if engine.process.poll() is not None:
        engine.start(**clock.environment)
    return Pusher(engine.port, clock_s=lambda: clock() + wrong_s).push([{"id": "late", "text": "Techniville"}])[0]


def years_ahead(trial):
    """Retention would remove everything: the clock is doubted first."""
    clock, ledger = FalseClock(trial.directory), Ledger()
    engine = trial.engine()
    engine.start(**clock.environment)
    assert push(Pusher(engine.port), ledger, [mention(f"m{n}", trial.rng) for n in range(100)])
    clock.set(3 * 365 * DAY_S)

    def doubts():
        return engine.log.read_text(encoding="utf-8").count("clock_doubted")

    wait_for("somebody to be told", lambda: doubts() == 1, HOUSE_S)
    engine.kill()
    engine.start(**clock.environment)
    wait_for("the housekeeping of a start", lambda: doubts() == 2, HOUSE_S)
    clock.set(0)
    trial.judge(engine, ledger)


FAULTS = {
    "the clock jumps by up to two weeks": forwards_and_backwards,
    "the clock jumps ahead by years": years_ahead,
}


if __name__ == "__main__":
    sys.exit(run_faults(FAULTS))
