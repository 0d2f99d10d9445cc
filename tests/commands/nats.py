#!/usr/bin/env python3
"""Mentions from NATS JetStream: acknowledged once the store has them, so that a killed engine neither loses nor doubles one."""

import json
import random
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import ROOT, Engine, Skip, run_scene, seed, wait_for  # noqa: E402

PEER = ROOT / "tests" / "connectors" / "peers" / "nats.py"
MENTIONS = 2000


class Scene:
    def __init__(self, directory):
        directory = Path(directory)
        self.peer = subprocess.Popen([sys.executable, "-B", PEER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        first = self.peer.stdout.readline()
        self.port = json.loads(first)["port"] if first else None
        if self.port is None:
            return
        secret = directory / "nats.secret"
        secret.write_text("a-password-of-the-tests")
        secret.chmod(0o600)
        self.engine = Engine(directory, connectors=[{
            "id": "bus", "type": "nats", "url": f"nats://127.0.0.1:{self.port}", "stream": "TOWN", "user": "vigie",
            "secret_file": str(secret), "ack_wait_s": 1, "allow_private": True}])

    def close(self):
        if self.port is not None:
            self.engine.kill()
        self.peer.kill()

    def tell(self, what, **how):
        self.peer.stdin.write(json.dumps({"do": what, **how}) + "\n")
        self.peer.stdin.flush()
        return json.loads(self.peer.stdout.readline())

    def consumer(self):
        """[under way, delivered again, not delivered yet, terminated]"""
        return self.tell("consumer", name="vigie-bus")


def killed(scene):
    if scene.port is None:
        raise Skip("nats-server is not installed")
    random.seed(seed())
    mention = {"id": "NUMBER", "source": "desk", "text": "La fuite d'eau rue NUMBER à Techniville"}
    scene.tell("publish", payload=json.dumps(mention), times=MENTIONS)
    engine = scene.engine
    for _ in range(4):
        engine.start()
        time.sleep(random.uniform(0, 0.15))
        engine.kill()
    engine.start()
    wait_for("everything acknowledged", lambda: scene.consumer() == [0, 0, 0, 0], limit_s=60)
    stored = [mention["id"] for mention in engine.query("--limit", str(2 * MENTIONS))]
    assert len(stored) == MENTIONS, len(stored)
    assert set(stored) == {str(number) for number in range(MENTIONS)}


def unreadable(scene):
    if scene.port is None:
        raise Skip("nats-server is not installed")
    scene.tell("publish", payload="{no json")
    wait_for("a message that is given up", lambda: scene.consumer() == [0, 0, 0, 1])
    assert scene.engine.metric("vigie_dead_letters_total") == 1


TESTS = {
    "no mention is lost or doubled however often the engine is killed": killed,
    "what cannot be read is a dead letter and is not delivered again": unreadable,
}


if __name__ == "__main__":
    sys.exit(run_scene(TESTS, Scene))
