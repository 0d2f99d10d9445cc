#!/usr/bin/env python3
"""Who must be told cannot be: for hours the receiver is gone, answers 500, or takes the message and never answers.

Mentions are taken all the while, restarts included; once it is back it gets every alert, each under its own key. Hours pass by
libfaketime. VIGIE_OUTAGE_HOURS (2), VIGIE_SEED repeats a run.
"""

import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import Pusher, wait_for  # noqa: E402
from oracle import Client, FalseClock, Ledger, dose, fire, push, run_faults, towns  # noqa: E402

OUTAGE_HOURS = dose("OUTAGE_HOURS", 2)
HOUR_S = 3600
ATTEMPT_S = 25  # a look at what is owed each second; ten seconds until one that hangs is given up
TOWNS = ["bourga", "bourgb"]
MODES = ("gone", "refuse", "hang")  # and the receivers' names


def until_told(clock, sinks, alerts):
    """An attempt that was under way as its receiver came back fails yet, and waits for its next time: hours go on."""
    for hour in range(OUTAGE_HOURS, OUTAGE_HOURS + 4):
        clock.set(hour * HOUR_S)
        until = time.monotonic() + ATTEMPT_S
        while time.monotonic() < until:
            if all(len({key for key, _ in sink.got}) >= alerts for sink in sinks):
                return
            time.sleep(0.1)


def down(trial):
    clock, ledger = FalseClock(trial.directory), Ledger(also=(403,))  # signed just before a jump
    sinks = [trial.sink(mode) for mode in MODES]
    engine = trial.engine(tenants=towns(TOWNS, MODES), receivers=[sink.receiver() for sink in sinks])
    engine.start(**clock.environment)
    client = Client(engine.port, ledger, trial.rng, pause_s=0.1, clock_s=clock)
    client.start()
    for sink in sinks:
        sink.turn(sink.name)

    def failed():
        return [engine.metric("vigie_alert_deliveries_total", receiver=mode, result="failed") for mode in MODES]

    told = TOWNS[:OUTAGE_HOURS]
    for hour in range(OUTAGE_HOURS):
        before = failed()
        clock.set(hour * HOUR_S)
        if hour < len(told):
            assert push(Pusher(engine.port, clock_s=clock), ledger, [fire(told[hour])])
        wait_for("an attempt at each that fails", lambda: all(a > b for a, b in zip(failed(), before)), ATTEMPT_S)  # noqa: B023
    engine.kill()  # what is owed is on disk
    engine.start(**clock.environment)
    owed = {town: {one["receiver"] for one in engine.town("deliveries?state=owed", town=town)["deliveries"]} for town in told}
    assert owed == dict.fromkeys(told, set(MODES)), owed
    assert not any(sink.got for sink in sinks), "it was told, by a receiver that was not there"
    for sink in sinks:
        sink.turn("ok")
        sink.released.set()
    until_told(clock, sinks, len(told))
    for sink in sinks:
        trial.judge_alerts(engine, sink, told, limit_s=5)
        repeats = {key: times for key, times in Counter(key for key, _ in sink.got).items() if times > 1}
        assert not repeats, f"told more than once without a crash: {repeats}"
    client.stop()
    trial.judge(engine, ledger, tried=len(MODES))
    assert engine.stop() == 0


FAULTS = {"receivers are gone, refuse and hang for hours": down}


if __name__ == "__main__":
    sys.exit(run_faults(FAULTS))
