#!/usr/bin/env python3
"""A feed that its hub pushes: a small hub of ours and a real engine, each a server to the other."""

import hashlib
import hmac
import http.server
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import Engine, run_scene, wait_for  # noqa: E402


def rss(guid, text):
    return (f"<rss><channel><title>t</title><item><guid>{guid}</guid><description>{text}</description>"
            "</item></channel></rss>").encode()


def call(url, body=None, headers=None):
    """(status, body) of what a callback answers."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers or {}), timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


class Hub:
    """A site with one feed, and the feed's hub: takes subscriptions, makes sure that they are meant, pushes."""

    def __init__(self):
        self.asked, self.confirmed, self.polls = [], [], 0
        hub = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):  # the name is http.server's
                if self.path != "/feed":
                    return self.answer(404)
                hub.polls += 1
                self.answer(200, rss("1", "Une fuite d'eau"), {"Link": f"<{hub.topic}>; rel=self, <{hub.address}/hub>; rel=hub"})

            def do_POST(self):  # the name is http.server's
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = dict(urllib.parse.parse_qsl(body, strict_parsing=True))
                hub.asked.append((self.path, self.headers["User-Agent"], form))
                self.answer(202)
                threading.Thread(target=hub.make_sure, args=(form,), daemon=True).start()

            def answer(self, status, body=b"", headers=None):
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        self.topic = self.address + "/feed"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def question(self, form, **other):
        fields = {"hub.mode": "subscribe", "hub.topic": form["hub.topic"], "hub.challenge": "défi +&=",
                  "hub.lease_seconds": "86400", **other}
        return call(form["hub.callback"] + "&" + urllib.parse.urlencode(fields))

    def make_sure(self, form):
        status, body = self.question(form)
        if (status, body.decode()) == (200, "défi +&="):
            self.confirmed.append(form)

    def publish(self, body, method="sha256", secret=None, callback=None):
        form = self.confirmed[-1]
        mac = hmac.new((secret or form["hub.secret"]).encode(), body, getattr(hashlib, method)).hexdigest()
        return call(callback or form["hub.callback"], body,
                    {"Content-Type": "application/rss+xml", "X-Hub-Signature": f"{method}={mac}"})[0]


class Scene:
    def __init__(self, directory):
        self.hub = Hub()
        self.engine = Engine(directory, connectors=[
            {"id": "actus", "type": "feed", "url": self.hub.topic, "allow_private": True, "websub": True}])
        self.engine.start()

    def close(self):
        self.engine.kill()

    def state(self):
        return self.engine.api("connectors")["connectors"][0]

    def texts(self):
        return {m["text"] for m in self.engine.query("--limit", "0")}


def subscribes(scene):
    wait_for("the confirmation", lambda: scene.hub.confirmed)
    [(path, agent, form)] = scene.hub.asked
    assert path == "/hub" and agent == "Vigie", (path, agent)
    assert form["hub.mode"] == "subscribe" and form["hub.topic"] == scene.hub.topic, form
    assert form["hub.callback"].startswith(f"http://127.0.0.1:{scene.engine.port}/hooks/actus?token="), form
    assert len(form["hub.secret"]) >= 32 and int(form["hub.lease_seconds"]) > 0, form
    wait_for("its state", lambda: scene.state()["detail"].startswith("pushed by " + scene.hub.address))
    assert scene.state()["state"] == "active" and scene.texts() == {"Une fuite d'eau"}


def takes_pushes(scene):
    before = scene.texts()
    for method in ("sha1", "sha256", "sha384", "sha512"):
        assert scene.hub.publish(rss(method, f"Poussé par {method}"), method) == 202
        before.add(f"Poussé par {method}")
        assert scene.texts() == before, "202 was answered before it was stored"
    assert scene.hub.polls == 1


def discards_forgeries(scene):
    before = scene.texts()
    form = scene.hub.confirmed[-1]
    assert scene.hub.publish(rss("f1", "Faux"), secret="guessed") == 202, "who forges is told"
    assert call(form["hub.callback"], rss("f2", "Faux"))[0] == 202
    assert scene.hub.publish(rss("f3", "Faux"), callback=form["hub.callback"][:-1] + "x") == 404
    assert scene.texts() == before and scene.state()["errors"] == 2, scene.state()


def answers_no_other_questions(scene):
    form = scene.hub.confirmed[-1]
    assert scene.hub.question(form)[0] == 404, "nothing is being asked now"
    assert scene.hub.question(form, **{"hub.mode": "unsubscribe"})[0] == 404


def survives_a_restart(scene):
    assert scene.engine.stop() == 0, scene.engine.log_tail()
    scene.engine.start()
    wait_for("its state", lambda: scene.state()["detail"].startswith("pushed by"))
    assert len(scene.hub.asked) == 1, "it subscribed again"
    assert scene.hub.publish(rss("r", "Après le redémarrage")) == 202
    assert "Après le redémarrage" in scene.texts()


TESTS = {
    "the hub is asked, its question answered, the state says so": subscribes,
    "signed pushes are stored before they are answered": takes_pushes,
    "forged pushes are discarded and counted": discards_forgeries,
    "a hub's question that nobody expects is not confirmed": answers_no_other_questions,
    "a subscription outlives a restart": survives_a_restart,
}


if __name__ == "__main__":
    sys.exit(run_scene(TESTS, Scene))
