#!/usr/bin/env python3
"""The package on a machine that systemd has booted: this one's files under an overlay that is thrown away, in a container
(systemd-nspawn). What tests/commands/service.py reads from the units and the notify socket happens here by systemd's own hand."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import ROOT, SECRET, VIGIE, Pusher, Skip, free_port, run_scene, wait_for  # noqa: E402

BOOT_LIMIT_S = 60
HALT = signal.SIGRTMIN + 4  # systemd(1): powers off
MENTIONS = [{"id": str(n), "text": f"Fuite d'eau {n} à Techniville"} for n in range(200)]


class Machine:
    """Booted as far as what a service needs (basic.target): no service of this machine's own runs twice."""

    def __init__(self, directory):
        needed = ("systemd-nspawn", "dpkg-deb", "dpkg-shlibdeps", "strip", "ninja")
        if os.geteuid() != 0 or not all(shutil.which(tool) for tool in needed):
            raise Skip("root, systemd-container, dpkg-dev, binutils and ninja are needed")
        self.top = Path(directory) / "machine"
        self.top.mkdir()
        self.layers = {name: self.top / name for name in ("upper", "work", "root")}
        self.container = self.init = None
        try:
            self.mount("-t", "tmpfs", "tmpfs", self.top)
            for layer in self.layers.values():
                layer.mkdir()
            self.mount("-t", "overlay", "overlay", "-o",
                       f"lowerdir=/,upperdir={self.layers['upper']},workdir={self.layers['work']}", self.layers["root"])
            self.boot()
        except (Skip, AssertionError) as error:
            self.close()
            raise Skip(f"no machine can be booted here: {error}") from error

    @staticmethod
    def mount(*arguments):
        run = subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
        if run.returncode != 0:
            raise Skip(run.stderr.strip())

    def boot(self):
        log = (self.top / "console").open("wb")
        self.container = subprocess.Popen(
            ["systemd-nspawn", "-D", self.layers["root"], "-b", "--register=no", "--keep-unit", "--console=pipe", "--link-journal=no",
             "-M", "vigie-test", "systemd.unit=basic.target"], stdin=subprocess.DEVNULL, stdout=log, stderr=log)

        def is_up():
            if self.container.poll() is not None:
                raise Skip((self.top / "console").read_text(errors="replace").strip()[-300:])
            children = Path(f"/proc/{self.container.pid}/task/{self.container.pid}/children").read_text().split()
            self.init = int(children[0]) if children else None
            return self.init and self.try_run("systemctl", "is-active", "basic.target").returncode == 0
        wait_for("basic.target", is_up, BOOT_LIMIT_S, pause_s=0.2)

    def try_run(self, *command, data=b""):
        inside = ["nsenter", "-t", str(self.init), "-m", "-u", "-i", "-p", "-r", "-w"]
        run = subprocess.run([*inside, "env", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", *command], input=data, capture_output=True,
                             timeout=180, check=False)
        run.stdout, run.stderr = run.stdout.decode(errors="replace"), run.stderr.decode(errors="replace")
        return run

    def run(self, *command, data=b""):
        run = self.try_run(*command, data=data)
        assert run.returncode == 0, (command, run.stdout[-1000:], run.stderr[-2000:])
        return run.stdout

    def show(self, unit, *names):
        lines = self.run("systemctl", "show", unit, *(f"--property={name}" for name in names)).splitlines()
        found = dict(line.split("=", 1) for line in lines)
        return [found[name] for name in names]

    def write(self, path, data):
        """By the machine itself: what is changed under a mounted overlay is not promised to be seen."""
        self.run("sh", "-c", 'mkdir -p "$(dirname "$1")" && cat >"$1"', "sh", path, data=data)

    def said(self, unit="vigie"):
        """[event] of the service's log, as the journal has it."""
        lines = self.run("journalctl", "-u", unit, "-o", "cat", "--no-pager").splitlines()
        return [json.loads(line)["event"] for line in lines if line.startswith("{")]

    def close(self):
        if self.container:
            if self.init and self.container.poll() is None:
                os.kill(self.init, HALT)
            try:
                self.container.wait(30)
            except subprocess.TimeoutExpired:
                self.container.kill()
                self.container.wait()
        for place in (self.layers["root"], self.top):
            subprocess.run(["umount", "--lazy", place], capture_output=True, check=False)


class Scene:
    def __init__(self, directory):
        self.directory, self.machine, self.why_not = directory, None, None
        self.port = free_port()
        try:
            self.machine = Machine(directory)
        except Skip as skip:
            self.why_not = skip

    def need_machine(self):
        if self.why_not:
            raise self.why_not
        return self.machine

    def push(self):
        return Pusher(self.port).push(MENTIONS)

    def started_anew(self, what):
        """Until systemd has started it once more than before `what`."""
        machine = self.machine
        before = int(machine.show("vigie", "NRestarts")[0])
        what(int(machine.show("vigie", "MainPID")[0]))
        wait_for("another start", lambda: int(machine.show("vigie", "NRestarts")[0]) == before + 1 and
                 machine.show("vigie", "SubState") == ["running"], 60, pause_s=0.2)

    def close(self):
        if self.machine:
            self.machine.close()


def it_is_installed(scene):
    machine = scene.need_machine()
    package = subprocess.run([ROOT / "deploy" / "package", "--binary", VIGIE, "--out", scene.directory], capture_output=True, text=True,
                             check=True).stdout.strip()
    machine.write("/vigie.deb", Path(package).read_bytes())
    machine.run("dpkg", "--force-depends", "--install", "/vigie.deb")  # this machine has the libraries with what builds by them
    assert machine.show("vigie", "LoadState", "ActiveState") == ["loaded", "inactive"]
    machine.write("/etc/vigie/credentials/guichet", SECRET.encode())
    settings = machine.run("cat", "/etc/vigie/vigie.yaml").replace("port: 8087", f"port: {scene.port}", 1)
    settings = settings.replace("variables:", "keep: all\n    variables:", 1).rstrip()
    settings += ("\n  - {id: hook, type: webhook, owned_by: [commune], "
                 "secret_file: /run/credentials/vigie.service/vigie_guichet}\n")
    machine.write("/etc/vigie/vigie.yaml", settings.encode())


def it_starts_confined(scene):
    machine = scene.need_machine()
    machine.run("systemctl", "start", "vigie")
    assert machine.show("vigie", "ActiveState", "SubState", "StatusText") == ["active", "running", "2 of 2 sources work"]
    [main] = machine.show("vigie", "MainPID")
    status = machine.run("cat", f"/proc/{main}/status")
    for line in ("NoNewPrivs:\t1", "CapEff:\t0000000000000000", "CapBnd:\t0000000000000000", "Seccomp:\t2"):
        assert line in status, status
    assert machine.run("stat", "-c", "%U", f"/proc/{main}").strip() == "vigie"
    found = re.search(r"Overall exposure level for \S+: ([0-9.]+)", machine.run("systemd-analyze", "security", "--no-pager", "vigie"))
    assert float(found.group(1)) <= 1.5, found


def a_secret_is_handed_over(scene):
    scene.need_machine()
    status, answer = scene.push()
    assert status == 202 and answer["kept"] == len(MENTIONS), (status, answer)


def it_reloads(scene):
    machine = scene.need_machine()
    before = len(machine.said())
    machine.run("systemctl", "reload", "vigie")
    wait_for("a word on the reload", lambda: "rules_reloaded" in machine.said()[before:], 30)


def a_backup_beside_it(scene):
    machine = scene.need_machine()
    machine.run("systemctl", "start", "vigie-backup")
    assert machine.show("vigie-backup", "Result") == ["success"]
    [name] = machine.run("ls", "/var/backups/vigie").split()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[-0-9.]+Z", name), name


def killed_it_starts_with_all(scene):
    machine = scene.need_machine()
    scene.started_anew(lambda main: machine.run("kill", "-KILL", str(main)))
    status, answer = scene.push()
    assert status == 202 and answer["duplicates"] == len(MENTIONS), (status, answer)


def hung_it_is_started_anew(scene):
    machine = scene.need_machine()
    machine.write("/etc/systemd/system/vigie.service.d/soon.conf", b"[Service]\nWatchdogSec=5\nTimeoutAbortSec=1\n")
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "restart", "vigie")
    time.sleep(7)  # it says that it lives
    assert machine.show("vigie", "NRestarts", "SubState") == ["0", "running"]
    scene.started_anew(lambda main: machine.run("kill", "-STOP", str(main)))
    journal = machine.run("journalctl", "-u", "vigie", "--no-pager")
    assert "Watchdog timeout" in journal, journal[-2000:]
    assert scene.push()[1]["duplicates"] == len(MENTIONS)


def it_stops_in_order(scene):
    machine = scene.need_machine()
    machine.run("systemctl", "stop", "vigie")
    assert machine.show("vigie", "ActiveState", "Result") == ["inactive", "success"]
    assert machine.said()[-2:] == ["stopping", "stopped"], machine.said()[-5:]


TESTS = {
    "the package installs": it_is_installed,
    "the installed service starts, confined by systemd itself": it_starts_confined,
    "a secret is handed over as a credential": a_secret_is_handed_over,
    "systemctl reload": it_reloads,
    "the backup's unit, beside the running engine": a_backup_beside_it,
    "killed, it is started anew with all that was acknowledged": killed_it_starts_with_all,
    "hung, the watchdog has it started anew": hung_it_is_started_anew,
    "systemctl stop stores what was taken": it_stops_in_order,
}

if __name__ == "__main__":
    sys.exit(run_scene(TESTS, Scene))
