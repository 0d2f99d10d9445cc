#!/usr/bin/env python3
"""The network between the engine and its sources, senders and receivers: answers that trickle, break off, never end, are
shorter or longer than they say, or never come; a proxy that swallows answers; a partition.

Once it works again everything is there once, and nothing waits for ever. VIGIE_SWALLOWED (200) pushes through the proxy,
VIGIE_SEED repeats a run.
"""

import random
import re
import socket
import struct
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import Pusher, signed, wait_for  # noqa: E402
from oracle import Client, Ledger, dose, fire, push, run_faults, towns  # noqa: E402

SWALLOWED = dose("SWALLOWED", 200)
MODES = ("trickle", "reset", "endless", "too short", "too long", "silence", "garbage", "gone")
ITEMS = 30
HANDED_OVER_WITHIN_S = 90
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: closing resets


def feed(mode):
    items = "".join(f"<item><guid>{mode.replace(' ', '-')}-{n}</guid><description>La fuite {n} à Techniville</description>"
                    "<pubDate>Wed, 14 Oct 2026 06:00:00 +0000</pubDate></item>" for n in range(ITEMS))
    return f"<?xml version='1.0' encoding='UTF-8'?><rss version='2.0'><channel>{items}</channel></rss>".encode()


class Server:
    """Accepts connections, each on a thread of its own, until it is closed."""

    def __init__(self, serve, port=0):
        self.serve, self.closed = serve, threading.Event()
        self.listener = socket.create_server(("127.0.0.1", port))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.guarded, args=(connection,), daemon=True).start()

    def guarded(self, connection):
        with connection:
            try:
                self.serve(connection)
            except OSError:
                pass  # the other side has gone

    def close(self):
        self.closed.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def whole_message(connection):
    """(head, body) of the next HTTP message; nothing at the end."""
    received = b""
    while b"\r\n\r\n" not in received:
        more = connection.recv(65536)
        if not more:
            return None
        received += more
    head, body = received.split(b"\r\n\r\n", 1)
    length = re.search(rb"(?i)content-length: *(\d+)", head)
    while length and len(body) < int(length[1]):
        more = connection.recv(65536)
        if not more:
            return None
        body += more
    return head, body


class Peer:
    """A site and a receiver in one, over a network that does `mode` to its answers. Remembers the keys of what it was sent."""

    def __init__(self, body, mode):
        self.body, self.mode, self.keys = body, mode, []
        self.server = Server(self.answer)
        self.port = self.server.port
        if mode == "gone":
            self.server.close()

    def heal(self):
        if self.mode == "gone":
            self.server = Server(self.answer, self.port)
        self.mode = "whole"

    def close(self):
        if self.mode != "gone":
            self.server.close()

    def answer(self, connection):
        message = whole_message(connection)
        if message is None:
            return
        key = re.search(rb"(?i)idempotency-key: *(\S+)", message[0])
        if key:
            self.keys.append(key[1].decode())
        mode, body, closed = self.mode, self.body, self.server.closed
        if b" /robots.txt " in message[0].split(b"\r\n")[0]:
            mode, body = "whole", b""
        length = {"too short": len(body) - 150, "too long": len(body) + 150}.get(mode, len(body))
        framing = "Transfer-Encoding: chunked" if mode == "endless" else f"Content-Length: {length}"
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nConnection: close\r\n{framing}\r\n\r\n".encode()
        if mode in ("whole", "too short", "too long"):
            connection.sendall(head + body)
        elif mode == "trickle":
            connection.sendall(head)
            for at in range(len(body)):
                connection.sendall(body[at:at + 1])
                closed.wait(0.05)
        elif mode == "reset":
            connection.sendall(head + body[:len(body) // 2])
            time.sleep(0.05)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        elif mode == "endless":
            connection.sendall(head + f"{len(body) - 20:x}\r\n".encode() + body[:-20] + b"\r\n")
            while not closed.wait(0.001):
                connection.sendall(b"1000\r\n" + b" " * 0x1000 + b"\r\n")
        elif mode == "garbage":
            connection.sendall(random.Random(len(body)).randbytes(4096))
        elif mode == "silence":
            closed.wait(60)


def sources(trial):
    """What a feed's answer held is taken once it comes whole, and what came of it before is not taken twice."""
    peers = {mode: Peer(feed(mode), mode) for mode in MODES}
    trial.open += peers.values()
    feeds = [{"id": mode.replace(" ", "-"), "type": "feed", "url": f"http://127.0.0.1:{peer.port}/rss", "allow_private": True,
              "timeout_s": 2} for mode, peer in peers.items()]
    secret = trial.directory / "hook.secret"
    hook = {"id": "hook", "type": "webhook", "secret_file": str(secret)}
    engine, ledger = trial.engine(connectors=[*feeds, hook]), Ledger()
    engine.start()
    client = Client(engine.port, ledger, trial.rng, pause_s=0.02)
    client.start()
    items = {f"{mode.replace(' ', '-')}-{n}" for mode in MODES for n in range(ITEMS)}
    ledger.sent |= items

    def asked():
        return all(one["last_error_at"] or one["last_success_at"] for one in states(engine))

    wait_for("each feed's fault to be seen", asked, 30)
    client.stop()
    assert engine.stop() == 0
    for peer in peers.values():
        peer.heal()
    engine.start()  # which asks anew at once
    wait_for("all items", lambda: {one["id"] for one in engine.query("--limit", "0")} >= items, 30)
    ledger.acknowledged.update(dict.fromkeys(items, time.time()))
    trial.judge(engine, ledger, tried=len(MODES))


def states(engine):
    return [one for one in engine.api("connectors")["connectors"] if one["id"] != "hook"]


def receivers(trial):
    """Every receiver's lane goes on by itself, and gets its alert once its network works."""
    peers = {mode: Peer(b"", mode) for mode in MODES}
    trial.open += peers.values()
    names = {mode: mode.replace(" ", "-") for mode in MODES}
    desks = [{"id": names[mode], "type": "webhook", "url": f"http://127.0.0.1:{peer.port}/", "outside": False}
             for mode, peer in peers.items()]
    engine = trial.engine(tenants=towns(["bourga"], names.values()), receivers=desks)
    engine.start()
    ledger = Ledger()
    assert push(Pusher(engine.port), ledger, [fire("bourga")])
    wait_for("every lane's first attempt", lambda: sum(engine.metric("vigie_alert_deliveries_total", result=result)
                                                       for result in ("sent", "failed", "dead")) >= len(MODES), 30)
    for peer in peers.values():
        peer.heal()

    def left():
        return [one["receiver"] for state in ("owed", "dead")
                for one in engine.town(f"deliveries?state={state}", town="bourga")["deliveries"]]

    wait_for("nothing owed and nothing dead", lambda: not left(), HANDED_OVER_WITHIN_S)
    [number] = [one["number"] for one in engine.town("alerts", town="bourga")["alerts"]]
    for mode, peer in peers.items():
        assert set(peer.keys) == {f"vigie-{number}-{names[mode]}"}, (mode, peer.keys)
    trial.count(len(MODES), len(MODES))
    trial.judge(engine, ledger)


def swallowed_answers(trial):
    """A proxy hands pushes on and breaks off, now and then, before, within or after the answer: senders send again."""
    engine, ledger = trial.engine(), Ledger()
    engine.start()
    rng, lock = random.Random(trial.rng.random()), threading.Lock()

    def relay(connection):
        with socket.create_connection(("127.0.0.1", engine.port)) as onward:
            while True:
                message = whole_message(connection)
                if message is None:
                    return
                with lock:
                    fate, part = rng.randrange(6), rng.random()
                whole = message[0] + b"\r\n\r\n" + message[1]
                onward.sendall(whole[:int(len(whole) * part)] if fate == 0 else whole)
                if fate == 0:
                    return
                answer = b"\r\n\r\n".join(whole_message(onward) or (b"", b""))
                if fate == 1:
                    return
                connection.sendall(answer[:int(len(answer) * part)] if fate == 2 else answer)
                if fate == 2:
                    return

    proxy = Server(relay)
    trial.open.append(proxy)
    client = Client(proxy.port, ledger, trial.rng, count=SWALLOWED * 5, per_push=5)
    client.start()
    client.join(300)
    assert not client.is_alive() and len(ledger.acknowledged) == SWALLOWED * 5
    assert ledger.answers[0], "no answer was swallowed"
    trial.judge(engine, ledger, tried=ledger.answers[0])


def senders_that_do_not_end(trial):
    """A hundred of them keep nobody else from being heard, and of what they began nothing is stored."""
    engine, ledger = trial.engine(), Ledger()
    engine.start()
    bad = []
    for number in range(100):
        body = f'{{"id":"bad{number}","text":"Une fuite à Techniville"}}\n'.encode()
        head = "".join(f"{name}: {value}\r\n" for name, value in signed(body).items())
        start = f"POST /hooks/hook HTTP/1.1\r\nHost: localhost\r\n{head}"
        said = (start.encode(),  # no end of the head
                f"{start}Content-Length: {len(body)}\r\n\r\n".encode() + body[:-9],
                f"{start}Content-Length: {len(body) + 9}\r\n\r\n".encode() + body,
                f"{start}Content-Length: {len(body) - 9}\r\n\r\n".encode() + body)[number % 4]
        sender = socket.create_connection(("127.0.0.1", engine.port))
        sender.sendall(said)
        if number % 5 == 0:
            sender.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            sender.close()
        bad.append(sender)
    client = Client(engine.port, ledger, trial.rng, count=500)
    client.start()
    client.join(60)
    assert not client.is_alive(), "the others wait for them"
    for sender in bad:
        sender.close()
    trial.judge(engine, ledger, tried=len(bad))


FAULTS = {
    "the network to sources": sources,
    "the network to receivers": receivers,
    "answers that are swallowed": swallowed_answers,
    "senders that do not end": senders_that_do_not_end,
}


if __name__ == "__main__":
    sys.exit(run_faults(FAULTS))
