"""The judge of tests/faults: what was sent, what was acknowledged, and what must therefore be there afterwards.

The promise: a mention that was answered 202 is stored, once, whatever happened; one that was sent and not acknowledged is there
once or not at all; nothing else is there. An alert reached its receiver at least once, always under the same key, or is listed
as dead. `run_faults` runs a script's faults, each with a folder and a random generator of its own, and prints for each what was
tried, survived, acknowledged, lost and doubled: the lines that tests/suites.py makes its table of."""

import http.client
import http.server
import json
import os
import platform
import random
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from harness import VIGIE, Engine, Pusher, Skip, run_tests, seed, wait_for

WORDS = ["eau", "rue", "fuite", "bus", "école", "merci", "toujours", "rien", "mairie", "bruit", "nuit", "parc"]
CALM_S = 0.01  # between two attempts of a client that was refused


def dose(name, light):
    """How much of it: VIGIE_<NAME>, or `light`."""
    return int(os.environ.get(f"VIGIE_{name}", light))


def is_sanitized():
    """Whether the program under test is built with a sanitizer, which needs its own allocator and terabytes of addresses."""
    with VIGIE.open("rb") as program:
        text = program.read()
    return b"__asan_init" in text or b"__tsan_init" in text


def mention(name, rng, words=12, **fields):
    return {"id": name, "source": "hook", "text": f"{name} " + " ".join(rng.choices(WORDS, k=words)),
            "created_at": "2026-10-14T06:00:00Z", "author": {"id": f"a{rng.randrange(997)}", "name": "Nom"}, **fields}


def towns(names, receivers=("desk",)):
    """Tenants: Techniville, which keeps all, and towns that keep what names them and are told of fires."""
    shared = {"purpose": "test", "legal_basis": "test", "retention_days": 400, "packs": ["municipal_fr"]}
    return [{"id": "techniville", "name": "Techniville", "keep": "all", "variables": {"commune": ["Techniville"]}, **shared},
            *({"id": name, "name": name.capitalize(), "variables": {"commune": [name]}, "receivers": list(receivers), **shared}
              for name in names)]


def fire(town):
    """What must raise an alert in `town`."""
    return {"id": f"fire-{town}", "source": "hook", "text": f"Incendie en cours à {town}, des gens sont coincés",
            "author": {"id": f"witness-{town}", "name": "Nom"}}


class Ledger:
    """What became of what was sent, as the senders saw it. Any thread may write. `also`: answers that are to be expected, too;
    the sender tries again."""

    def __init__(self, also=()):
        self.sent, self.also = set(), also
        self.acknowledged = {}  # id → when the answer had come, by time.time()
        self.answers = Counter()  # by status; 0: no answer
        self.unexpected = []
        self.lock = threading.Lock()

    def note(self, ids, status, answer, headers):
        with self.lock:
            self.answers[status] += 1
            if status == 202:
                self.acknowledged.update(dict.fromkeys(ids, time.time()))
                if answer["kept"] + answer["duplicates"] != len(ids):
                    self.unexpected.append((status, answer))
            elif status not in (0, 429, 503, *self.also):
                self.unexpected.append((status, answer))
            elif status in (429, 503) and not headers.get("Retry-After"):
                self.unexpected.append((status, "without Retry-After"))

    def until(self, moment):
        """As it stood at that time."""
        then = Ledger()
        with self.lock:
            then.sent = set(self.sent)
            then.acknowledged = {name: at for name, at in self.acknowledged.items() if at <= moment}
        return then

    @property
    def refused(self):
        return self.answers[429] + self.answers[503]


class FalseClock:
    """A clock that can be set, and the environment in which an engine reads the time from it (Debian's libfaketime). What
    measures durations goes on as it does."""

    LIBRARY = "/usr/lib/{}-linux-gnu/faketime/libfaketime.so.1"

    def __init__(self, directory):
        library = Path(self.LIBRARY.format(platform.machine()))
        if not library.exists():
            raise Skip("needs libfaketime")
        if is_sanitized():
            raise Skip("a sanitizer's library must be the first that is loaded")
        self.ahead_s, self.file = 0, directory / "clock"
        self.set(0)
        self.environment = {"LD_PRELOAD": str(library), "FAKETIME_TIMESTAMP_FILE": str(self.file), "FAKETIME_NO_CACHE": "1",
                            "FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_RESET": "1"}

    def set(self, ahead_s):
        """So many seconds ahead of the machine's own."""
        self.ahead_s = ahead_s
        fresh = self.file.with_suffix(".new")
        fresh.write_text(f"{ahead_s:+d}s")
        fresh.replace(self.file)

    def __call__(self):
        return time.time() + self.ahead_s


class Client(threading.Thread):
    """A source over the webhook. Sends mention after mention until each is acknowledged, through refusals and restarts; `count`
    of them, or until stopped. `pause_s`: between two pushes. `fields`: further ones of each mention."""

    def __init__(self, port, ledger, rng, name="m", count=None, per_push=20, pause_s=0.0, words=12,
                 clock_s=time.time, connector="hook", **fields):
        super().__init__(daemon=True)
        self.connector = connector
        self.port, self.ledger, self.rng, self.name_ = port, ledger, random.Random(rng.random()), name
        self.count, self.per_push, self.pause_s, self.words = count, per_push, pause_s, words
        self.fields, self.clock_s, self.stopping = fields, clock_s, threading.Event()

    def run(self):
        pusher = Pusher(self.port, f"/hooks/{self.connector}", self.clock_s)
        first = 0
        while not self.stopping.is_set() and (self.count is None or first < self.count):
            last = first + self.per_push if self.count is None else min(first + self.per_push, self.count)
            batch = [mention(f"{self.name_}{n}", self.rng, self.words, **self.fields) for n in range(first, last)]
            while not push(pusher, self.ledger, batch) and not self.stopping.is_set():
                time.sleep(CALM_S)
            first = last
            time.sleep(self.pause_s)

    def stop(self):
        self.stopping.set()
        self.join(60)
        assert not self.is_alive(), "a client hangs"


def push(pusher, ledger, batch, timeout_s=15):
    """Sends once and notes it; whether it was acknowledged."""
    ids = [one["id"] for one in batch]
    with ledger.lock:
        ledger.sent.update(ids)
    try:
        status, answer = pusher.push(batch, timeout_s=timeout_s)
    except (OSError, http.client.HTTPException):
        ledger.note(ids, 0, None, {})
        return False
    if not answer:  # torn within its head
        status = 0
    ledger.note(ids, status, answer, pusher.headers)
    return status == 202


class Sink:
    """A receiver of alerts. `mode`: "ok", "refuse" (500), "hang" (no answer), "gone" (nobody listens)."""

    HANG_S = 30

    def __init__(self, name="desk"):
        self.name, self.mode = name, "ok"
        self.got, self.tried = [], Counter()  # (key, body) of what was taken; attempts by mode
        self.port = None
        self.server = None
        self.released = threading.Event()
        self.listen()

    def listen(self):
        sink = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):  # the name is http.server's
                body = self.rfile.read(int(self.headers["Content-Length"]))
                mode = sink.mode
                sink.tried[mode] += 1
                if mode == "hang":
                    sink.released.wait(sink.HANG_S)
                    self.close_connection = True
                    return
                if mode == "ok":
                    sink.got.append((self.headers["Idempotency-Key"], json.loads(body)))
                self.send_response(200 if mode == "ok" else 500)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port or 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def turn(self, mode):
        if self.mode == "gone" != mode:
            self.listen()
        if mode == "gone" != self.mode:
            self.server.shutdown()
            self.server.server_close()
        self.mode = mode

    def close(self):
        self.released.set()
        self.turn("gone")

    def receiver(self, **more):
        return {"id": self.name, "type": "webhook", "url": f"http://127.0.0.1:{self.port}/", "outside": False, **more}


def stored_by_query(engine):
    return [one["id"] for one in engine.query("--tenant", "techniville", "--limit", "0")]


def stored_by_api(engine):
    ids, before = [], ""
    while True:
        page = engine.town(f"mentions?limit=200{before}")
        ids += [one["id"] for one in page["mentions"]]
        if not page["next"]:
            return ids
        before = f"&before={page['next']}"


class Trial:
    """One fault: where it happens, its chance, and its tally."""

    def __init__(self, title, value):
        self.title, self.rng = title, random.Random(f"{value} {title}")
        self.directory = None
        self.open = []  # what is closed at the end: engines, sinks
        self.tried = self.survived = self.acknowledged = self.lost = self.doubled = 0

    def engine(self, directory=None, **configured):
        """An engine that is killed with the trial, if it still runs then."""
        self.open.append(Engine(directory or self.directory, **configured))
        return self.open[-1]

    def sink(self, name="desk"):
        self.open.append(Sink(name))
        return self.open[-1]

    def close(self):
        for one in reversed(self.open):
            one.close()

    def count(self, survived, tried=1):
        """Of what was tried, so many were survived."""
        self.tried += tried
        self.survived += survived

    def judge(self, engine, ledger, tried=1):
        """Looks at what the recovered engine holds, by the API and by `vigie query`. `tried`: faults that this looks back on."""
        by_query, by_api = stored_by_query(engine), stored_by_api(engine)
        stored = Counter(by_query)
        lost = ledger.acknowledged.keys() - stored.keys()
        doubled = [name for name, times in stored.items() if times > 1]
        invented = stored.keys() - ledger.sent
        self.acknowledged += len(ledger.acknowledged)
        self.lost += len(lost)
        self.doubled += len(doubled)
        faults = {"lost": sorted(lost)[:5], "doubled": doubled[:5], "invented": sorted(invented)[:5],
                  "unexpected answers": ledger.unexpected[:5],
                  "seen one way only": sorted((stored - Counter(by_api)) + (Counter(by_api) - stored))[:5]}
        holds = ledger.acknowledged and not any(faults.values())
        self.count(tried if holds else 0, tried)
        assert ledger.acknowledged, "nothing was acknowledged"
        assert holds, {what: found for what, found in faults.items() if found}

    def judge_alerts(self, engine, sink, names, limit_s=30):
        """Every town's incident was opened once, and all that was told of it reached the sink at least once, each message
        under its own key, or is listed as dead."""
        alerts = [one for town in names for one in engine.town("alerts", town=town)["alerts"]]
        opened = Counter(one["tenant"] for one in alerts if one["news"] == "opened")
        assert opened == Counter(names), opened
        told = {one["number"] for one in alerts if one["news"] != "closed"}  # not every end is worth telling

        def has_arrived():
            keys = {key for key, _ in sink.got}
            dead = {one["alert"] for town in names for one in engine.town("deliveries?state=dead", town=town)["deliveries"]}
            return all(f"vigie-{number}-{sink.name}" in keys or number in dead for number in told)

        wait_for("every alert at its receiver, or dead", has_arrived, limit_s)
        foreign = {key for key, _ in sink.got} - {f"vigie-{one['number']}-{sink.name}" for one in alerts}
        assert not foreign, f"keys of no alert: {foreign}"

    def line(self):
        return (f"FAULT {self.title}: tried {self.tried}, survived {self.survived}, acknowledged {self.acknowledged}, "
                f"lost {self.lost}, doubled {self.doubled}")


def run_faults(faults):
    """Calls every fault of title → function(Trial). Gives the exit code."""
    value = seed()
    trials = [Trial(title, value) for title in faults]

    def run(trial, fault):
        with tempfile.TemporaryDirectory(prefix="vigie-fault-") as directory:
            trial.directory = Path(directory)
            try:
                fault(trial)
            finally:
                trial.close()
            assert trial.tried and trial.tried == trial.survived, f"survived {trial.survived} of {trial.tried}"

    code = run_tests({trial.title: lambda t=trial: run(t, faults[t.title]) for trial in trials})
    for trial in trials:
        if trial.tried:
            print(trial.line())
    print(f"acknowledged {sum(t.acknowledged for t in trials)}, lost {sum(t.lost for t in trials)}, "
          f"doubled {sum(t.doubled for t in trials)}, "
          f"survived {sum(t.survived for t in trials)} of {sum(t.tried for t in trials)}")
    return code
