#!/usr/bin/env python3
"""kill -9 of `vigie serve` at random moments while a webhook client sends mentions and keeps the ids answered 202.

After the last restart every acknowledged mention must be there, exactly once. What was sent and not acknowledged may be
there once or not at all. VIGIE_KILLS (5) and VIGIE_MENTIONS (20000) set the dose, VIGIE_SEED repeats a run.
"""

import http.client
import os
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import Engine, Pusher, seed  # noqa: E402

KILLS = int(os.environ.get("VIGIE_KILLS", "5"))
MENTIONS = int(os.environ.get("VIGIE_MENTIONS", "20000"))
PER_PUSH = 20


def mention(number, rng):
    words = ["eau", "rue", "fuite", "bus", "école", "merci", "toujours", "rien", "mairie", "bruit", "nuit", "parc"]
    return {"id": f"m{number}", "source": "hook", "text": f"{number} " + " ".join(rng.choices(words, k=12)),
            "created_at": "2026-10-14T06:00:00Z", "author": {"id": f"a{number % 997}", "name": f"Nom {number % 997}"}}


class Client(threading.Thread):
    """Sends every mention until it is acknowledged, through restarts; remembers what was acknowledged."""

    def __init__(self, engine, rng):
        super().__init__()
        self.engine, self.rng = engine, rng
        self.acknowledged = set()
        self.unexpected = Counter()

    def run(self):
        pusher = Pusher(self.engine.port)
        for first in range(0, MENTIONS, PER_PUSH):
            batch = [mention(n, self.rng) for n in range(first, min(first + PER_PUSH, MENTIONS))]
            while not self.send(pusher, batch):
                time.sleep(0.01)

    def send(self, pusher, batch):
        try:
            status, _ = pusher.push(batch)
        except (OSError, http.client.HTTPException):
            return False
        if status == 202:
            self.acknowledged.update(m["id"] for m in batch)
            return True
        if status not in (429, 503):
            self.unexpected[status] += 1
        return False


def main():
    rng = random.Random(seed())
    with tempfile.TemporaryDirectory(prefix="vigie-kill-") as directory:
        engine = Engine(directory)
        engine.start()
        client = Client(engine, random.Random(rng.random()))
        client.start()
        kills = 0
        for progress in sorted(rng.sample(range(MENTIONS), KILLS)):
            while len(client.acknowledged) < progress and client.is_alive():
                time.sleep(0.001)
            time.sleep(rng.uniform(0, 0.02))
            engine.kill()
            kills += 1
            engine.start()
        client.join()
        engine.kill()
        engine.start()
        exit_code = engine.stop()
        stored = Counter(m["id"] for m in engine.query("--tenant", "techniville", "--limit", "0"))
    lost = client.acknowledged - stored.keys()
    doubled = {i for i, n in stored.items() if n > 1}
    invented = stored.keys() - {f"m{n}" for n in range(MENTIONS)}
    holds = not (lost or doubled or invented or client.unexpected or exit_code)
    print(f"kills {kills}, acknowledged {len(client.acknowledged)}, stored {len(stored)}, lost {len(lost)}, "
          f"doubled {len(doubled)}, invented {len(invented)}, unexpected answers {dict(client.unexpected)}, "
          f"last exit {exit_code}")
    print(("PASS" if holds else "FAIL") + " every acknowledged mention survives kill -9, once")
    print(("PASS" if kills == KILLS else "FAIL") + f" the engine was killed {KILLS} times while mentions came in")
    return 0 if holds and kills == KILLS else 1


if __name__ == "__main__":
    sys.exit(main())
