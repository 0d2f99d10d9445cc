#!/usr/bin/env python3
"""Prometheus' Alertmanager as a receiver: it forgets what fires when it is killed, and is told again until it is over."""

import json
import shutil
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import Engine, Pusher, Skip, free_port, run_scene, wait_for  # noqa: E402

PROGRAM = shutil.which("prometheus-alertmanager")
GAS = "URGENT fuite de gaz rue de la République à Techniville, ça sent très fort, évacuez"
WATER = "L'eau du robinet est contaminée à Techniville, ne buvez pas, des enfants malades"


class Alertmanager:
    def __init__(self, directory):
        self.directory = Path(directory)
        self.port = free_port()
        self.config = self.directory / "alertmanager.yml"
        self.config.write_text("route: {receiver: nobody}\nreceivers: [{name: nobody}]\n")
        self.lives = 0
        self.process = None

    def start(self):
        self.lives += 1
        with (self.directory / "alertmanager.log").open("ab") as log:
            self.process = subprocess.Popen(
                [PROGRAM, f"--config.file={self.config}", f"--storage.path={self.directory / 'am'}{self.lives}",
                 f"--web.listen-address=127.0.0.1:{self.port}", "--cluster.listen-address="], stdout=log, stderr=log)
        wait_for("Alertmanager", lambda: self.firing() is not None, 20)

    def kill(self):
        """At once, and with all it remembers."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def firing(self):
        """What is active: {alertname: alert}; None if it does not answer."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/v2/alerts?active=true", timeout=5) as answer:
                return {alert["labels"]["alertname"]: alert for alert in json.load(answer)}
        except OSError:
            return None


class Scene:
    def __init__(self, directory):
        self.alertmanager = Alertmanager(directory)
        self.engine = Engine(directory, receivers=[
            {"id": "am", "type": "alertmanager", "url": f"http://127.0.0.1:{self.alertmanager.port}", "repost_s": 1}])
        if PROGRAM:
            self.alertmanager.start()
        self.engine.start()

    def close(self):
        self.engine.kill()
        self.alertmanager.kill()

    def push(self, number, text):
        assert Pusher(self.engine.port).push([{"id": number, "text": text, "author": {"id": "a", "name": "Jeanne Secrète"}}])[0] == 202

    def alerts(self):
        return self.engine.town("alerts?state=open")["alerts"]


def wait_for_firing(scene, count, limit_s=15):
    return wait_for(f"{count} firing", lambda: len(scene.alertmanager.firing() or {}) == count and scene.alertmanager.firing(),
                    limit_s)


def an_alert_fires(scene):
    if not PROGRAM:
        raise Skip("prometheus-alertmanager is not installed")
    scene.push("gas", GAS)
    [alert] = scene.alerts()
    [firing] = wait_for_firing(scene, 1).values()
    assert firing["labels"]["tenant"] == "techniville" and firing["labels"]["severity"] == alert["level"], firing
    assert firing["labels"]["incident"] == alert["incident"], firing
    assert alert["headline"] in firing["annotations"]["summary"] and firing["startsAt"][:19] == alert["raised_at"][:19], firing
    assert firing["generatorURL"].endswith(f"/#/techniville/mention/{alert['mention']}"), firing
    assert "Secrète" not in json.dumps(firing) and "évacuez" not in json.dumps(firing), firing


def killed_it_forgets_nothing(scene):
    if not PROGRAM:
        raise Skip("prometheus-alertmanager is not installed")
    for _ in range(3):
        scene.alertmanager.kill()
        scene.alertmanager.start()
        wait_for_firing(scene, 1)


def what_was_raised_while_it_was_away_fires_too(scene):
    if not PROGRAM:
        raise Skip("prometheus-alertmanager is not installed")
    scene.alertmanager.kill()
    scene.push("water", WATER)
    wait_for("the failure", lambda: scene.engine.metric("vigie_alert_deliveries_total", receiver="am", result="failed"))
    scene.alertmanager.start()
    wait_for_firing(scene, 2)


def both_killed_they_forget_nothing(scene):
    if not PROGRAM:
        raise Skip("prometheus-alertmanager is not installed")
    scene.engine.kill()
    scene.alertmanager.kill()
    scene.alertmanager.start()
    assert scene.alertmanager.firing() == {}
    scene.engine.start()
    wait_for_firing(scene, 2)


def what_is_closed_is_over(scene):
    if not PROGRAM:
        raise Skip("prometheus-alertmanager is not installed")
    for alert in scene.alerts():
        scene.engine.town(f"alerts/{alert['number']}/close", method="POST")
    wait_for("the end", lambda: scene.alertmanager.firing() == {}, 15)
    assert scene.engine.town("deliveries?state=owed")["deliveries"] == []
    assert scene.engine.town("deliveries?state=dead")["deliveries"] == []


TESTS = {
    "an alert fires in Alertmanager, with its labels and without a quote": an_alert_fires,
    "killed, Alertmanager is told again what fires": killed_it_forgets_nothing,
    "what was raised while it was away fires as soon as it is back": what_was_raised_while_it_was_away_fires_too,
    "both killed, they forget nothing": both_killed_they_forget_nothing,
    "what is closed here is over there": what_is_closed_is_over,
}


if __name__ == "__main__":
    sys.exit(run_scene(TESTS, Scene))
