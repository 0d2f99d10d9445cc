#!/usr/bin/env python3
"""Hours of ordinary life: three sources, screens that ask every second, rules reloaded, fires in one town after another, and twice ten times
as much as usual.

Nothing leaks: memory, open files and threads after the second burst are what they were after the first, but for what a mention costs; every
question is answered; nothing is lost, each fire is told. VIGIE_SOAK_S (16) is how long it lasts, VIGIE_SEED repeats a run.
"""

import datetime
import signal
import statistics
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import Pusher, wait_for  # noqa: E402
from oracle import Client, Ledger, dose, fire, is_sanitized, push, run_faults, towns  # noqa: E402

SOAK_S = dose("SOAK_S", 16)
STEPS = 8  # a burst in the first and in the sixth; measured before the fifth and at the end
BURSTS, MEASURED = (0, 5), (4, 7)
BURST_S = min(60, SOAK_S / STEPS)
USUAL = {"per_push": 10, "pause_s": 0.2}
USUAL_CLIENTS = 3
SLACK_BYTES, BYTES_PER_MENTION, SLACK_FILES = 48 << 20, 64, 40
SCREENS = ("mentions?limit=50&per_story=true", "work", "summary", "kpi", "usual", "stats", "stories", "alerts?limit=50")
SLOW_S = 2  # that no answer may take


class Screens(threading.Thread):
    """Somebody who looks at every page, again and again."""

    def __init__(self, engine):
        super().__init__(daemon=True)
        self.engine, self.stopping, self.times, self.failed = engine, threading.Event(), [], []

    def run(self):
        while not self.stopping.wait(min(1, SOAK_S / 30)):
            for page in SCREENS:
                began = time.monotonic()
                try:
                    self.engine.town(page)
                except Exception as error:  # noqa: BLE001: whatever it is, it is told
                    self.failed.append(f"{page}: {error}")
                self.times.append(time.monotonic() - began)

    def stop(self):
        self.stopping.set()
        self.join(60)


class Figures:
    """What the engine takes, over a stretch of time."""

    def __init__(self, engine):
        process = Path(f"/proc/{engine.process.pid}")
        memory, files, threads = [], [], []
        until = time.monotonic() + SOAK_S / STEPS
        while time.monotonic() < until:
            status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
            memory.append(int(status["VmRSS"].split()[0]) * 1024)
            threads.append(int(status["Threads"]))
            files.append(len(list((process / "fd").iterdir())))
            time.sleep(min(0.5, SOAK_S / 100))
        self.memory, self.files, self.threads = (statistics.median(one) for one in (memory, files, threads))

    def __str__(self):
        return f"{self.memory / (1 << 20):.0f} MB, {self.files:.0f} files, {self.threads:.0f} threads"


def hours_of_life(trial):
    names = [f"ville{step}" for step in range(STEPS)]
    sink, ledger = trial.sink(), Ledger()
    engine = trial.engine(tenants=towns(names), receivers=[sink.receiver()])
    engine.start()
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")

    def clients(count, name):
        started = [Client(engine.port, ledger, trial.rng, name=f"{name}{n}-", created_at=now, **USUAL) for n in range(count)]
        for client in started:
            client.start()
        return started

    usual, screens, figures, stored = clients(USUAL_CLIENTS, "u"), Screens(engine), [], []
    screens.start()
    pusher = Pusher(engine.port)
    for step, name in enumerate(names):
        if step in BURSTS:
            burst = clients(10 * USUAL_CLIENTS, f"b{step}-")
            time.sleep(BURST_S)
            for client in burst:
                client.stop()
        engine.process.send_signal(signal.SIGHUP)
        wait_for("the fire is taken", lambda: push(pusher, ledger, [fire(name)]), 30)  # noqa: B023
        figures.append(Figures(engine))
        stored.append(len(ledger.acknowledged))
    for client in usual:
        client.stop()
    screens.stop()
    before, after = (figures[step] for step in MEASURED)
    more = stored[MEASURED[1]] - stored[MEASURED[0]]
    screens.times.sort()
    print(f"{SOAK_S} s: {len(ledger.acknowledged)} acknowledged, {ledger.refused} pushes refused; {before}; {more} mentions later {after}; "
          f"{len(screens.times)} questions, the slowest {screens.times[-1]:.2f} s, p99 {screens.times[int(len(screens.times) * 0.99)]:.3f} s")
    assert not screens.failed, screens.failed[:3]
    assert is_sanitized() or screens.times[-1] < SLOW_S, "a question was answered late"
    assert is_sanitized() or after.memory < before.memory + SLACK_BYTES + BYTES_PER_MENTION * more, "memory grows"
    assert after.files < before.files + SLACK_FILES, "files stay open"
    assert after.threads <= before.threads + 1, "threads stay"
    trial.judge(engine, ledger)
    trial.judge_alerts(engine, sink, names)
    assert engine.stop() == 0


FAULTS = {"hours of ordinary life, and ten times as much twice": hours_of_life}


if __name__ == "__main__":
    sys.exit(run_faults(FAULTS))
