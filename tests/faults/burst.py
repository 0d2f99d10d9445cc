#!/usr/bin/env python3
"""More comes in than can be taken: ten times as many senders at once, with the largest pushes there are; and memory that runs out.

Overload is answered 429 with Retry-After, refusals are counted, memory stays under the cap, what was accepted is kept, and who does
not flood is not refused. An engine that gets no more memory ends by itself; started again, it goes on. VIGIE_BURST_S (1) is how long the burst lasts,
VIGIE_OUT_OF_MEMORY (2) how often memory runs out, VIGIE_SEED repeats a run.
"""

import re
import resource
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import Pusher, Skip, wait_for  # noqa: E402
from oracle import Client, Ledger, dose, is_sanitized, mention, push, run_faults  # noqa: E402

BURST_S = dose("BURST_S", 1)
OUT_OF_MEMORY = dose("OUT_OF_MEMORY", 2)
USUAL_CLIENTS = 3
SMALL_RINGS = {"workers": 2, "inbox_capacity_envelopes": 4, "outbox_capacity_envelopes": 4}
# Half of what deploy/vigie.service allows (MemoryHigh): rings, batches and the store's memory are all bounded.
CAP_BYTES = 1 << 30
LEAST_MORE_BYTES, MOST_MORE_BYTES = 2 << 20, 12 << 20


def status_bytes(engine, field):
    text = Path(f"/proc/{engine.process.pid}/status").read_text(encoding="ascii")
    return int(re.search(rf"{field}:\s+(\d+) kB", text)[1]) * 1024


def ten_times_as_many(trial):
    engine, ledger = trial.engine(pipeline=SMALL_RINGS), Ledger()
    engine.start()
    usual = [Client(engine.port, ledger, trial.rng, name=f"u{n}-", pause_s=0.01) for n in range(USUAL_CLIENTS)]
    burst = [Client(engine.port, ledger, trial.rng, name=f"b{n}-", per_push=20, words=400) for n in range(10 * USUAL_CLIENTS)]
    for client in usual:
        client.start()
    time.sleep(0.5)
    assert not ledger.refused, "refused before the burst"
    for client in burst:
        client.start()
    largest = 0
    until = time.monotonic() + BURST_S
    while time.monotonic() < until:
        largest = max(largest, status_bytes(engine, "VmRSS"))
        time.sleep(0.05)
    for client in burst:
        client.stop()
    for client in usual:
        client.stop()
    assert ledger.refused, "nothing was refused: there was no overload"
    counted = engine.metric("vigie_refused_total", connector="hook")
    assert counted >= ledger.refused, f"{ledger.refused} refusals, {counted} counted"
    print(f"{len(ledger.acknowledged)} acknowledged, {ledger.refused} pushes refused, {largest >> 20} MB at most")
    assert is_sanitized() or largest < CAP_BYTES, largest
    assert engine.get("/health/ready")[0] == 200
    trial.judge(engine, ledger)
    assert engine.stop() == 0


def a_flood_of_one(trial):
    hooks = [{"id": name, "type": "webhook", "secret_file": str(trial.directory / "hook.secret")} for name in ("hook", "calm")]
    engine, ledger = trial.engine(connectors=hooks, pipeline=SMALL_RINGS), Ledger()
    engine.start()
    flood = [Client(engine.port, ledger, trial.rng, name=f"f{n}-", per_push=20, words=400) for n in range(10 * USUAL_CLIENTS)]
    calm = Client(engine.port, ledger, trial.rng, name="c-", per_push=1, pause_s=0.01, connector="calm")
    for client in flood:
        client.start()
    wait_for("the flood refused", lambda: ledger.refused, 10)
    calm.start()
    time.sleep(BURST_S)
    for client in [*flood, calm]:
        client.stop()
    refused = {name: engine.metric("vigie_refused_total", connector=name) for name in ("hook", "calm")}
    taken = sum(name.startswith("c-") for name in ledger.acknowledged)
    print(f"{taken} pushes of the calm one taken, {refused['calm']:.0f} refused; of those that flood {refused['hook']:.0f} refused")
    assert taken > 1 and refused["calm"] == 0 and refused["hook"] > 0
    trial.judge(engine, ledger)
    assert engine.stop() == 0


def memory_runs_out(trial):
    if is_sanitized():
        raise Skip("a sanitizer's own memory cannot be limited")
    engine, ledger = trial.engine(), Ledger()
    ended = 0
    for life in range(OUT_OF_MEMORY):
        engine.start()
        assert push(Pusher(engine.port), ledger, [mention(f"l{life}-{n}", trial.rng) for n in range(100)])
        more = trial.rng.randrange(LEAST_MORE_BYTES, MOST_MORE_BYTES)
        limit = status_bytes(engine, "VmData") + more
        resource.prlimit(engine.process.pid, resource.RLIMIT_DATA, (limit, limit))
        clients = [Client(engine.port, ledger, trial.rng, name=f"l{life}c{n}-", per_push=100, words=40) for n in range(4)]
        for client in clients:
            client.start()
        until = time.monotonic() + 5
        while time.monotonic() < until and engine.process.poll() is None:
            time.sleep(0.02)
        ended += engine.process.poll() is not None
        for client in clients:
            client.stop()
        engine.kill()
    engine.start()
    print(f"{ended} of {OUT_OF_MEMORY} ended by themselves")
    trial.judge(engine, ledger, tried=OUT_OF_MEMORY)


FAULTS = {
    "a burst of ten times as many": ten_times_as_many,
    "a flood of one is not the others' loss": a_flood_of_one,
    "memory runs out": memory_runs_out,
}


if __name__ == "__main__":
    sys.exit(run_faults(FAULTS))
