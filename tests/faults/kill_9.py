#!/usr/bin/env python3
"""kill -9 of `vigie serve` at random moments, while mentions come in and while alerts go out.

VIGIE_KILLS (5) and VIGIE_MENTIONS (10000) set the dose, VIGIE_SEED repeats a run.
"""

import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import Pusher, wait_for  # noqa: E402
from oracle import Client, Ledger, dose, fire, push, run_faults, towns  # noqa: E402

KILLS = dose("KILLS", 5)
MENTIONS = dose("MENTIONS", 10000)
TOWNS = [f"bourg{letter}" for letter in "abcdefgh"]


def while_mentions_come_in(trial):
    engine, ledger = trial.engine(), Ledger()
    engine.start()
    client = Client(engine.port, ledger, trial.rng)
    client.start()

    def wait_until(acknowledged):
        wait_for(f"{acknowledged} mentions", lambda: len(ledger.acknowledged) >= acknowledged, 300, pause_s=0.001)

    for progress in sorted(trial.rng.sample(range(MENTIONS), KILLS)):
        wait_until(progress)
        time.sleep(trial.rng.uniform(0, 0.02))
        engine.kill()
        engine.start()
    wait_until(MENTIONS)
    client.stop()
    engine.kill()
    engine.start()
    trial.judge(engine, ledger, tried=KILLS)
    assert engine.stop() == 0


def while_alerts_go_out(trial):
    """A crash may repeat the message that was under way, under the same key; no more."""
    sink, ledger = trial.sink(), Ledger()
    engine = trial.engine(tenants=towns(TOWNS), receivers=[sink.receiver()])
    engine.start()
    kills = min(KILLS // 2 + 1, len(TOWNS))
    for number, town in enumerate(TOWNS):
        while not push(Pusher(engine.port), ledger, [fire(town)]):
            time.sleep(0.01)
        if number < kills:
            time.sleep(trial.rng.uniform(0, 0.02))
            engine.kill()
            engine.start()
    trial.judge(engine, ledger, tried=kills)
    trial.judge_alerts(engine, sink, TOWNS)
    repeats = sum(times - 1 for times in Counter(key for key, _ in sink.got).values())
    assert repeats <= kills, f"{repeats} repeated messages after {kills} kills"


FAULTS = {
    "kill -9 while mentions come in": while_mentions_come_in,
    "kill -9 while alerts go out": while_alerts_go_out,
}


if __name__ == "__main__":
    sys.exit(run_faults(FAULTS))
