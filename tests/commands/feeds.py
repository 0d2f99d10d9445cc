#!/usr/bin/env python3
"""Feeds as the web serves them, good and hostile, from a real HTTP server to a real engine: what is stored, and what the
connector's state tells of the rest. Polling again is done by starting again: the shortest interval is a minute."""

import collections
import datetime
import gzip
import http.server
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import Engine, free_port, run_scene, wait_for  # noqa: E402

ENTITIES = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol"}">' for n in range(10))
BOMB = gzip.compress(b"<rss>" + b" " * 7_000_000)
ETAG = '"first"'
CONTACT = "https://techniville.example/vigie"


def rss(*items):
    return f"<?xml version='1.0' encoding='UTF-8'?><rss version='2.0'><channel>{''.join(items)}</channel></rss>".encode()


def item(guid, text, published="Wed, 14 Oct 2026 06:00:00 +0000"):
    return f"<item><guid>{guid}</guid><description>{text}</description><pubDate>{published}</pubDate></item>"


def atom(text, updated):
    return ("<feed xmlns='http://www.w3.org/2005/Atom'><entry><id>tag:courrier</id><published>2026-10-14T06:00:00Z</published>"
            f"<updated>{updated}</updated><content>{text}</content></entry></feed>").encode()


class Web:
    """Answers every path with what stands in `pages`: (status, headers, body). Remembers what it was asked."""

    def __init__(self):
        self.pages, self.asked = {}, collections.defaultdict(list)
        web = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):  # the name is http.server's
                web.asked[self.path].append(dict(self.headers))
                status, headers, body = web.pages.get(self.path, (404, {}, b""))
                if callable(body):
                    body = body()
                if headers.get("ETag") and self.headers.get("If-None-Match") == headers["ETag"]:
                    status, body = 304, b""
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                try:
                    self.wfile.write(body)
                except OSError:
                    pass  # the engine breaks off what it does not want

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


class Scene:
    def __init__(self, directory):
        self.web = web = Web()
        self.hurry = threading.Event()  # ends the answers that never come
        xml = {"Content-Type": "application/rss+xml"}
        web.pages = {
            "/good": (200, xml, rss(item("g1", "Une fuite d'eau à Techniville"), item("g2", "Merci à la mairie"))),
            "/empty": (200, xml, rss()),
            "/nothing": (200, xml, b""),
            "/page": (200, {"Content-Type": "text/html"}, b"<html><body>Bonjour<br>tout le monde</body></html>"),
            "/entities": (200, xml, f"<!DOCTYPE rss [{ENTITIES}]>".encode() + rss(item("e1", "&l9;"))),
            "/outside": (200, xml, b'<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + rss(item("o1", "&x;"))),
            "/bomb": (200, {**xml, "Content-Encoding": "gzip"}, BOMB),
            "/large": (200, xml, rss(item("l1", "a" * 5000))),
            "/same": (200, {**xml, "ETag": ETAG}, rss(item("s1", "Toujours pareil"))),
            "/edited": (200, xml, atom("avant", "2026-10-14T06:00:00Z")),
            "/half": (200, xml, rss(item("h1", "Entier"), "<item><guid>h2</guid></item>", item("h3", "Entier aussi"))),
            "/cut": (200, xml, rss(item("c1", "Entier"))[:-20] + b"<item><guid>c2</gu"),
            "/gone": (410, {}, b""),
            "/missing": (404, {}, b""),
            "/busy": (503, {"Retry-After": "7200"}, b""),
            "/moved": (301, {"Location": "/new-home"}, b""),
            "/new-home": (200, xml, rss(item("n1", "Nouvelle adresse"))),
            "/loop": (302, {"Location": "/loop2"}, b""),
            "/loop2": (302, {"Location": "/loop"}, b""),
            "/robots.txt": (200, {}, b"User-agent: vigie\nDisallow: /forbidden\n"),
            "/forbidden": (200, xml, rss(item("f1", "Pas pour les robots"))),
            "/forbidden-own": (200, xml, rss(item("f2", "Notre propre site"))),
            "/slow": (200, xml, lambda: self.hurry.wait(60) and b"" or b""),
        }
        own = {"/large": {"max_body_bytes": 2048}, "/slow": {"timeout_s": 1}, "/forbidden-own": {"robots_txt": "ignore"}}
        feeds = [{"id": path[1:], "type": "feed", "url": web.address + path, "allow_private": True, **own.get(path, {})}
                 for path in web.pages if path not in ("/new-home", "/loop2", "/robots.txt")]
        feeds.append({"id": "private", "type": "feed", "url": web.address + "/good"})
        feeds.append({"id": "nobody", "type": "feed", "url": f"http://127.0.0.1:{free_port()}/", "allow_private": True})
        self.engine = Engine(directory, connectors=feeds, contact=CONTACT)
        self.start()

    def close(self):
        self.hurry.set()
        self.engine.kill()

    def start(self):
        self.engine.start()
        wait_for("a first answer to every feed",
                 lambda: all(c["requests"] or c["state"] == "retired" for c in self.states().values()), 20)

    def restart(self):
        assert self.engine.stop() == 0, self.engine.log_tail()
        self.start()

    def states(self):
        return {c["id"]: c for c in self.engine.api("connectors")["connectors"]}

    def stored(self, source):
        return {m["id"]: m["text"] for m in self.engine.query("--source", source, "--limit", "0")}

    def letters(self, connector):
        return [x for x in self.engine.query("--dead-letters", "--limit", "0") if x["connector"] == connector]


def good_feed(scene):
    assert scene.stored("good") == {"g1": "Une fuite d'eau à Techniville", "g2": "Merci à la mairie"}
    state = scene.states()["good"]
    assert state["state"] == "active" and not state["detail"] and state["last_success_at"] and state["errors"] == 0, state
    assert scene.engine.metric("vigie_connector_up", connector="good") == 1


def empty_feed(scene):
    assert scene.states()["empty"]["state"] == "active" and not scene.letters("empty") and not scene.stored("empty")


def not_a_feed(scene):
    for name in ("nothing", "page"):
        letters = scene.letters(name)
        assert [x["reason"] for x in letters] == ["malformed"] and letters[0]["detail"], f"{name}: {letters}"


def hostile_xml(scene):
    for name in ("entities", "outside"):
        assert [x["reason"] for x in scene.letters(name)] == ["unsafe"], f"{name}: {scene.letters(name)}"
        assert not scene.stored(name)
        assert scene.engine.metric("vigie_dead_letters_total", connector=name, reason="unsafe") == 1


def broken_items(scene):
    assert scene.stored("half").keys() == {"h1", "h3"} and [x["reason"] for x in scene.letters("half")] == ["missing_text"]
    assert scene.stored("cut").keys() == {"c1"} and [x["reason"] for x in scene.letters("cut")] == ["malformed"]


def states_say_why(scene):
    cases = {
        "bomb": ("waiting", "bomb"), "large": ("waiting", "larger than 2048 bytes"), "gone": ("retired", "410"),
        "missing": ("waiting", "404"), "busy": ("waiting", "503"), "loop": ("waiting", "redirects"),
        "slow": ("waiting", "timed out"), "private": ("waiting", "not public"), "forbidden": ("disallowed", "disallow: /forbidden"), "nobody": ("waiting", "connect"),
    }
    states = scene.states()
    for name, (state, word) in cases.items():
        found = states[name]
        assert found["state"] == state and word in found["detail"].lower(), f"{name}: {found}"
        assert found["errors"] >= 1 and found["last_error_at"], f"{name}: {found}"
        assert (found["next_attempt_at"] is None) == (state == "retired"), f"{name}: {found}"
        assert not scene.stored(name) and not scene.letters(name), name
        up = scene.engine.metric("vigie_connector_up", connector=name)
        assert up == 0, f"{name}: vigie_connector_up is {up}"
        assert scene.engine.metric("vigie_connector_state", connector=name, state=state) == 1, name


def retry_after(scene):
    at = datetime.datetime.fromisoformat(scene.states()["busy"]["next_attempt_at"].replace("Z", "+00:00"))
    wait_s = at.timestamp() - time.time()
    assert 7000 < wait_s < 8000, f"comes back in {wait_s:.0f} s"


def robots_txt(scene):
    assert not scene.web.asked["/forbidden"] and scene.web.asked["/forbidden-own"]
    assert scene.stored("forbidden-own") == {"f2": "Notre propre site"}
    assert len(scene.web.asked["/robots.txt"]) <= 2, "asked once for all feeds of a site (and once for 'private': refused)"


def user_agent(scene):
    agents = {request["User-Agent"] for requests in scene.web.asked.values() for request in requests}
    assert agents == {f"Vigie (+{CONTACT})"}, agents


def gone_for_good(scene):
    before = len(scene.web.asked["/gone"])
    assert before == 1, before
    assert scene.engine.stop() == 0, scene.engine.log_tail()
    scene.engine.start()
    state = wait_for("its state", lambda: scene.states()["gone"])
    assert state["state"] == "retired" and "410" in state["detail"], state
    assert len(scene.web.asked["/gone"]) == before, "what is gone was asked again"


def moved_for_good(scene):
    assert scene.stored("moved") == {"n1": "Nouvelle adresse"}
    before = len(scene.web.asked["/moved"])
    scene.web.pages["/new-home"] = (200, {}, rss(item("n2", "Encore une")))
    scene.restart()
    assert len(scene.web.asked["/moved"]) == before, "the old address was asked again"
    wait_for("what the new address has to say", lambda: scene.stored("moved").keys() == {"n1", "n2"})


def nothing_new(scene):
    scene.restart()
    assert scene.web.asked["/same"][-1].get("If-None-Match") == ETAG, scene.web.asked["/same"][-1]
    state = scene.states()["same"]
    assert state["state"] == "active" and not state["detail"], state
    assert scene.engine.metric("vigie_envelopes_received_total", connector="same") == 0
    assert scene.engine.metric("vigie_envelopes_received_total", connector="good") == 0, "the same bytes came in again"
    assert scene.stored("same") == {"s1": "Toujours pareil"} and len(scene.stored("good")) == 2


def edits(scene):
    assert scene.stored("edited") == {"tag:courrier": "avant"}
    scene.web.pages["/edited"] = (200, {}, atom("après", "2026-10-14T09:00:00Z"))
    scene.restart()
    wait_for("the edit", lambda: scene.stored("edited") == {"tag:courrier": "après"})
    assert scene.engine.metric("vigie_mentions_edited_total", tenant="techniville") == 1
    scene.web.pages["/edited"] = (200, {}, atom("trop vieux", "2026-10-14T08:00:00Z"))
    scene.restart()
    wait_for("the older version", lambda: scene.engine.metric("vigie_mentions_duplicate_total", connector="edited"))
    assert scene.stored("edited") == {"tag:courrier": "après"}


TESTS = {
    "a feed's items are stored, its connector is active": good_feed,
    "a feed without items is no fault": empty_feed,
    "what is no feed is a dead letter": not_a_feed,
    "entities, the outside and a document type are never followed": hostile_xml,
    "broken items do not take the good ones with them": broken_items,
    "a connector that waits or is retired says why": states_say_why,
    "Retry-After is obeyed": retry_after,
    "robots.txt is obeyed, asked once for all, and may be overridden": robots_txt,
    "whoever is asked is told whom to write to": user_agent,
    "a feed that is gone is not asked again after a restart": gone_for_good,
    "a feed that moved for good is asked at its new address": moved_for_good,
    "ETag and bytes are remembered over a restart": nothing_new,
    "an item's edit replaces it, an older version does not": edits,
}


if __name__ == "__main__":
    sys.exit(run_scene(TESTS, Scene))
