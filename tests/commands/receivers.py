#!/usr/bin/env python3
"""Alerts on their way to real receivers, an SMTP server and HTTP servers, some of which refuse, put off or hang: each gets what
it can, none costs another its alert, and what did not arrive is told."""

import json
import os
import socket
import sys
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from aiosmtpd.controller import Controller

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import Engine, Pusher, free_port, run_scene, wait_for  # noqa: E402

URGENT = "URGENT fuite de gaz rue de la République à Techniville, ça sent très fort, évacuez"


class MailServer:
    """Answers as the addresses say, remembers who got what."""

    def __init__(self):
        self.mails = []  # (receiver's From, {recipients})
        self.tries = Counter()
        self.controller = Controller(self, hostname="127.0.0.1", port=free_port())
        self.controller.start()
        self.url = f"smtp://127.0.0.1:{self.controller.port}"

    def is_first(self, what):
        self.tries[what] += 1
        return self.tries[what] == 1

    async def handle_MAIL(self, _server, _session, envelope, address, _options):
        if address.startswith("sign-in") and self.is_first(address):
            return "530 5.7.0 sign in first"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        if address.startswith("nobody"):
            return "550 5.1.1 no such user"
        if address.startswith("greylisted") and self.is_first(address):
            return "451 4.7.1 later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):
        if envelope.mail_from.startswith("spam"):
            return "554 5.7.1 this is spam"
        self.mails.append((envelope.mail_from.split("@")[0], set(envelope.rcpt_tos)))
        return "250 OK"

    def got(self, sender):
        return [to for mail_from, to in self.mails if mail_from == sender]

    def receiver(self, sender, *to):
        return {"id": sender, "type": "mail", "url": self.url, "from": f"{sender}@vigie.example", "to": list(to)}


class ChatServer:
    def __init__(self):
        self.keys = []
        chat = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                chat.keys.append(self.headers["Idempotency-Key"])
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/"


class Scene:
    def __init__(self, directory):
        self.mail, self.chat = MailServer(), ChatServer()
        self.silence = socket.create_server(("127.0.0.1", 0))  # takes connections, says nothing
        os.environ["http_proxy"] = "http://127.0.0.1:1"  # what an administrator's shell may hold
        mail = self.mail.receiver
        self.engine = Engine(directory, receivers=[
            {"id": "hangs", "type": "webhook", "url": f"http://127.0.0.1:{self.silence.getsockname()[1]}/"},
            {"id": "mute-mail", "type": "mail", "url": f"smtp://127.0.0.1:{self.silence.getsockname()[1]}",
             "from": "vigie@vigie.example", "to": ["a@town.example"]},
            mail("mixed", "maire@town.example", "nobody@town.example", "cabinet@town.example"),
            mail("putoff", "maire@town.example", "greylisted@town.example"),
            mail("lost", "nobody@town.example", "nobody2@town.example"),
            mail("sign-in", "maire@town.example"),
            mail("spam", "maire@town.example"),
            {"id": "chat", "type": "webhook", "url": self.chat.url},
        ])
        self.engine.start()
        status, _ = Pusher(self.engine.port).push([{"id": "gas", "text": URGENT}])
        assert status == 202

    def close(self):
        self.mail.controller.stop()
        self.engine.kill()

    def new_connection_to_silence(self):
        """Waits until somebody begins to hang."""
        self.silence.settimeout(0.1)
        held = []
        try:
            while True:
                held.append(self.silence.accept()[0])
        except TimeoutError:
            self.silence.settimeout(30)
        self.hanging = [*held, self.silence.accept()[0]]

    def deliveries(self, receiver, result):
        return self.engine.metric("vigie_alert_deliveries_total", receiver=receiver, result=result)

    def logged(self, event, receiver):
        lines = [json.loads(line) for line in self.engine.log.read_text().splitlines() if line.startswith("{")]
        return [line for line in lines if line["event"] == event and line["receiver"] == receiver]


def one_bad_address(scene):
    wait_for("the mail", lambda: scene.mail.got("mixed"))
    assert scene.mail.got("mixed") == [{"maire@town.example", "cabinet@town.example"}]
    wait_for("its count", lambda: scene.deliveries("mixed", "sent"))
    assert scene.deliveries("mixed", "dead") == 0


def one_address_put_off(scene):
    wait_for("both mails", lambda: len(scene.mail.got("putoff")) == 2, 20)
    assert scene.mail.got("putoff") == [{"maire@town.example"}, {"greylisted@town.example"}]
    wait_for("its count", lambda: scene.deliveries("putoff", "sent"))


def only_bad_addresses(scene):
    wait_for("the refusal", lambda: scene.deliveries("lost", "dead"))
    assert scene.mail.tries["lost"] <= 1


def not_yet_signed_in(scene):
    wait_for("the mail", lambda: scene.mail.got("sign-in"), 20)
    assert scene.deliveries("sign-in", "failed") == 1 and scene.deliveries("sign-in", "dead") == 0


def refused_content(scene):
    wait_for("the refusal", lambda: scene.deliveries("spam", "dead"))


def dead_ones_are_told(scene):
    dead = scene.engine.town("deliveries")["deliveries"]
    assert {d["receiver"] for d in dead} == {"lost", "spam"}, dead
    assert all(d["alert"] == 1 and d["state"] == "dead" and d["attempts"] == 1 and d["last_error"] for d in dead), dead
    assert {d["receiver"] for d in scene.engine.query("--deliveries") if d["state"] == "dead"} == {"lost", "spam"}
    for receiver in ("lost", "spam"):
        line, = scene.logged("delivery_given_up", receiver)
        assert line["alert"] == 1 and line["reason"], line
    line, = scene.logged("delivery_incomplete", "mixed")
    assert line["refused"] == "nobody@town.example: 550", line
    assert "gaz" not in scene.engine.log.read_text()


def owed_ones_are_listed(scene):
    owed = wait_for("a try of those that hang", lambda: [
        d for d in scene.engine.town("deliveries?state=owed")["deliveries"] if d["receiver"] == "hangs" and d["attempts"]], 30)
    assert owed[0]["next_attempt_at"] and owed[0]["last_error"], owed
    assert scene.engine.ask("GET", "/api/v1/tenants/techniville/deliveries?state=x", headers=scene.engine.authorization())[0] == 400


def a_hanging_receiver_delays_nobody(scene):
    before = len(scene.chat.keys)
    Pusher(scene.engine.port).push([{"id": "tap", "text": "L'eau du robinet est contaminée à Techniville, ne buvez pas"}])
    wait_for("the next alert", lambda: len(scene.chat.keys) > before, 5)


def it_stops_while_receivers_hang(scene):
    Pusher(scene.engine.port).push([{"id": "fire", "text": "Incendie à l'école de Techniville, grosses flammes, au secours"}])
    scene.new_connection_to_silence()
    start = time.monotonic()
    assert scene.engine.stop() == 0
    assert time.monotonic() - start < 8, f"took {time.monotonic() - start:.1f} s"


TESTS = {
    "one bad address costs the others nothing": one_bad_address,
    "an address put off gets the mail later, alone": one_address_put_off,
    "a mail that no address takes is given up": only_bad_addresses,
    "a mail server that does not know us yet is tried again": not_yet_signed_in,
    "a mail whose content is refused is given up": refused_content,
    "deliveries given up are logged and listed": dead_ones_are_told,
    "deliveries still owed are listed": owed_ones_are_listed,
    "a receiver that hangs delays no other": a_hanging_receiver_delays_nobody,
    "the service stops while receivers hang": it_stops_while_receivers_hang,
}


if __name__ == "__main__":
    sys.exit(run_scene(TESTS, Scene))
