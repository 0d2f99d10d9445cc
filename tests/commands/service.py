#!/usr/bin/env python3
"""The engine as a service of systemd: how far deploy/vigie.service confines it, that it gets along with that, and what the service
manager is told, on a real notify socket: ready, reloading, stopping, and alive only while every thread goes on."""

import ctypes
import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import ROOT, SECRET, VIGIE, Engine, Pusher, Skip, run_scene, vigie, wait_for  # noqa: E402

UNITS = {"vigie.service": 1.5, "vigie-backup.service": 1.5}
WATCHDOG_S = 1.2
PTRACE_DETACH, PTRACE_SEIZE, PTRACE_INTERRUPT = 17, 0x4206, 0x4207
WAIT_ALL_THREADS = 0x40000000  # __WALL


class Manager:
    """What systemd does for a service of Type=notify."""

    def __init__(self, directory):
        self.path = str(Path(directory) / "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.heard = []  # (when, {name: value})
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            message = self.socket.recv(4096).decode()
            self.heard.append((time.monotonic(), dict(line.split("=", 1) for line in message.splitlines())))

    def times(self, name, since=0.0):
        return [at for at, said in list(self.heard) if name in said and at >= since]

    def last(self, name):
        return next((said[name] for _, said in reversed(list(self.heard)) if name in said), None)


class Scene:
    def __init__(self, directory):
        self.directory = Path(directory)
        self.manager = Manager(directory)
        credentials = self.directory / "credentials"
        credentials.mkdir()
        (credentials / "vigie_guichet").write_text(SECRET)
        self.engine = Engine(directory, connectors=[{"id": "hook", "type": "webhook", "secret_file": "/run/credentials/vigie.service/vigie_guichet"}])
        self.environment = {"NOTIFY_SOCKET": self.manager.path, "WATCHDOG_USEC": str(int(WATCHDOG_S * 1e6)),
                            "CREDENTIALS_DIRECTORY": str(credentials)}
        os.environ.update(self.environment)
        self.started_at = time.monotonic()
        self.engine.start()

    def close(self):
        self.engine.kill()

    def threads(self):
        """{name: [thread's id]}"""
        found = {}
        for task in Path(f"/proc/{self.engine.process.pid}/task").iterdir():
            found.setdefault((task / "comm").read_text().strip(), []).append(int(task.name))
        return found


class Frozen:
    """One thread of another process, stopped where it is."""

    def __init__(self, thread):
        self.thread = thread
        self.libc = ctypes.CDLL(None, use_errno=True)

    def ptrace(self, request):
        if self.libc.ptrace(ctypes.c_long(request), ctypes.c_long(self.thread), None, None) != 0:
            raise OSError(ctypes.get_errno(), "ptrace")

    def __enter__(self):
        try:
            self.ptrace(PTRACE_SEIZE)
        except OSError as error:
            raise Skip(f"a thread cannot be stopped here: {error}") from error
        self.ptrace(PTRACE_INTERRUPT)
        os.waitpid(self.thread, WAIT_ALL_THREADS)
        return self

    def __exit__(self, *_):
        self.ptrace(PTRACE_DETACH)


def settings(unit):
    """[(name, value)] of the unit's sections."""
    lines = (ROOT / "deploy" / unit).read_text(encoding="utf-8").splitlines()
    return [tuple(line.split("=", 1)) for line in lines if "=" in line and not line.startswith("#")]


def the_units_are_confined(_scene):
    if not shutil.which("systemd-analyze"):
        raise Skip("systemd-analyze (Debian's systemd) is needed")
    for unit, limit in UNITS.items():
        run = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", ROOT / "deploy" / unit],
                             capture_output=True, text=True, check=False, timeout=60)
        found = re.search(r"Overall exposure level for \S+: ([0-9.]+)", run.stdout)
        assert run.returncode == 0 and found, run.stdout + run.stderr
        print(f"exposure of {unit}: {found.group(1)}")
        assert float(found.group(1)) <= limit, run.stdout[-3000:]


def the_units_are_understood(_scene):
    if not shutil.which("systemd-analyze"):
        raise Skip("systemd-analyze (Debian's systemd) is needed")
    for unit in (*UNITS, "vigie-backup.timer"):
        run = subprocess.run(["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", ROOT / "deploy" / unit],
                             capture_output=True, text=True, check=False, timeout=60)
        # The program is not installed here.
        faults = [line for line in (run.stdout + run.stderr).splitlines() if "/usr/bin/vigie is not executable" not in line]
        assert not faults, faults


def allowed_calls():
    """What the unit's SystemCallFilter lets through."""
    listed = subprocess.run(["systemd-analyze", "syscall-filter", "--no-pager"], capture_output=True, text=True, check=True, timeout=60)
    sets, name = {}, None
    for line in listed.stdout.splitlines():
        word = line.strip()
        if line.startswith("@"):
            name = word
            sets[name] = []
        elif name and word and not word.startswith("#"):
            sets[name].append(word)

    def members(words):
        return {call for word in words for call in (members(sets[word]) if word.startswith("@") else [word])}

    allowed = set()
    for setting, value in settings("vigie.service"):
        if setting == "SystemCallFilter":
            calls = members(value.lstrip("~").split())
            allowed = allowed - calls if value.startswith("~") else allowed | calls
    assert "read" in allowed and "reboot" not in allowed, "the filter was read wrongly"
    return allowed


def it_gets_along_with_what_it_may_do(scene):
    """All that a day brings, under strace: nothing of it would be refused."""
    if not shutil.which("strace") or not shutil.which("systemd-analyze"):
        raise Skip("strace and systemd-analyze are needed")
    folder = scene.directory / "traced"
    folder.mkdir()
    engine = Engine(folder)
    trace = folder / "calls"
    vigie_itself = folder / "vigie"
    vigie_itself.write_text(f'#!/bin/sh\nexec strace -f -qq -o {trace} -e trace=all -e signal=none "{VIGIE}" "$@"\n')
    vigie_itself.chmod(0o700)
    without = {name: os.environ.pop(name) for name in scene.environment}
    log = (folder / "log").open("wb")
    process = subprocess.Popen([vigie_itself, "serve", "--config", engine.config], stdout=log, stderr=log)
    try:
        wait_for("the traced engine", lambda: answers(engine), 120)
        assert Pusher(engine.port).push([{"id": str(n), "text": f"Fuite d'eau {n} à Techniville"} for n in range(500)])[0] == 202
        engine.town("mentions")
        code, _, said = vigie("backup", "--config", str(engine.config), str(folder / "backups"))
        assert code == 0, said
        process_of_engine = int(trace.read_text().split(maxsplit=1)[0])
        os.kill(process_of_engine, signal.SIGHUP)
        wait_for("the reload", lambda: engine.metric("vigie_ruleset_reloads_total"), 60)
        os.kill(process_of_engine, signal.SIGTERM)
        assert process.wait(60) == 0, (folder / "log").read_text()[-2000:]
    finally:
        process.kill()
        process.wait()
        os.environ.update(without)
    calls = set(re.findall(r"(?m)^\d+ +(?:<\.\.\. )?([a-z0-9_]+)(?:\(| resumed)", trace.read_text(errors="replace")))
    refused = calls - allowed_calls()
    assert len(calls) > 40 and not refused, refused
    writable_code = re.findall(r"(?:mmap|mprotect)\(.*PROT_WRITE\|PROT_EXEC.*", trace.read_text(errors="replace"))
    assert not writable_code, writable_code[:3]
    families = set(re.findall(r"socket\((AF_[A-Z0-9]+)", trace.read_text(errors="replace")))
    assert families <= set(dict(settings("vigie.service"))["RestrictAddressFamilies"].split()), families


def answers(engine):
    try:
        return engine.get("/health/ready")[0] == 200
    except OSError:
        return False


def ready_is_told_once_it_is(scene):
    [ready] = scene.manager.times("READY")
    assert scene.engine.get("/health/ready")[0] == 200 and ready > scene.started_at
    wait_for("a word on how it does", lambda: scene.manager.last("STATUS") == "1 of 1 sources work")


def a_credential_is_a_secret(scene):
    """The connector's secret is one that systemd hands over; no file of the configuration holds it."""
    assert SECRET not in scene.engine.config.read_text(encoding="utf-8")
    assert Pusher(scene.engine.port).push([{"id": "1", "text": "Bravo Techniville"}])[0] == 202


def it_is_heard_to_live(scene):
    since = time.monotonic()
    wait_for("signs of life", lambda: len(scene.manager.times("WATCHDOG", since)) >= 4)
    at = scene.manager.times("WATCHDOG", since)
    assert all(b - a < WATCHDOG_S for a, b in zip(at, at[1:])), at


def a_thread_that_hangs_ends_that(scene):
    for name in ("writer", "syncer", "worker", "ingest", "web"):
        with Frozen(scene.threads()[name][-1]):  # of the workers, the second
            time.sleep(WATCHDOG_S / 2)  # what was seen before it hung is told once more
            since = time.monotonic()
            time.sleep(WATCHDOG_S)
            assert not scene.manager.times("WATCHDOG", since), f"{name} hangs, and nobody is told"
            told = [said["STATUS"] for at, said in list(scene.manager.heard) if "STATUS" in said and at >= since]
            assert any(f"the thread {name} does not go on" in line for line in told), told
        since = time.monotonic()
        wait_for(f"life after {name}", lambda: scene.manager.times("WATCHDOG", since))
    assert "thread_stuck" in scene.engine.log.read_text(encoding="utf-8")


def reloading_is_told(scene):
    since = time.monotonic()
    scene.engine.process.send_signal(signal.SIGHUP)
    wait_for("the reload", lambda: scene.manager.times("READY", since), 60)
    [begun], [ended] = scene.manager.times("RELOADING", since), scene.manager.times("READY", since)
    assert begun < ended and int(scene.manager.last("MONOTONIC_USEC")) / 1e6 <= time.monotonic()
    assert scene.engine.metric("vigie_ruleset_reloads_total", result="ok") == 1


def push_until_it_ends(port, name, acknowledged):
    pusher, number = Pusher(port), 0
    while True:
        ids = [f"{name}-{number + n}" for n in range(50)]
        number += 50
        try:
            if pusher.push([{"id": one, "text": f"Mention {one} de Techniville"} for one in ids])[0] == 202:
                acknowledged.update(ids)
        except (OSError, http.client.HTTPException):
            return


def stopping_is_told_and_nothing_lost(scene):
    """In the midst of four clients who push as fast as they can."""
    acknowledged = set()
    clients = [threading.Thread(target=push_until_it_ends, args=(scene.engine.port, f"client{n}", acknowledged)) for n in range(4)]
    for client in clients:
        client.start()
    wait_for("the first thousand", lambda: len(acknowledged) >= 1000, 30)
    since = time.monotonic()
    assert scene.engine.stop() == 0
    drained_s = time.monotonic() - since
    for client in clients:
        client.join()
    [told] = scene.manager.times("STOPPING", since)
    stored = {mention["id"] for mention in scene.engine.query("--tenant", "techniville", "--limit", "0")}
    print(f"drained in {drained_s:.2f} s, {len(acknowledged)} acknowledged, {len(acknowledged - stored)} of them lost")
    assert told <= since + drained_s < since + 20 and acknowledged <= stored, acknowledged - stored


TESTS = {
    "systemd finds the units confined": the_units_are_confined,
    "systemd understands every line of the units": the_units_are_understood,
    "ready is told once it is": ready_is_told_once_it_is,
    "a secret may be a credential of systemd": a_credential_is_a_secret,
    "the watchdog hears it live": it_is_heard_to_live,
    "a thread that hangs, and the watchdog hears nothing": a_thread_that_hangs_ends_that,
    "a reload is told, its beginning and its end": reloading_is_told,
    "stopping is told, and everything acknowledged is stored": stopping_is_told_and_nothing_lost,
    "whatever it does, the unit allows": it_gets_along_with_what_it_may_do,
}


if __name__ == "__main__":
    sys.exit(run_scene(TESTS, Scene))
