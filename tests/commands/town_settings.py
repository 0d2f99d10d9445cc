#!/usr/bin/env python3
"""What towns set for themselves while the engine runs: in force without a restart, for that town alone, within what whoever operates it allows."""

import contextlib
import email.utils
import http.server
import json
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import Engine, run_scene, vigie, wait_for  # noqa: E402

BOTH = "Techniville et Autreville préparent ensemble le marché"
TOWNS = ("techniville", "autreville")


class Paper:
    """A feed at every path, one entry each."""

    def __init__(self):
        self.asked = []
        paper = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):  # the name is http.server's
                paper.asked.append(self.path)
                body = (f"<rss version='2.0'><channel><title>Journal</title><item><guid>{self.path}</guid><title>{BOTH}</title>"
                        f"<pubDate>{email.utils.formatdate()}</pubDate></item></channel></rss>").encode()
                self.send_response(404 if self.path == "/robots.txt" else 200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                with contextlib.suppress(ConnectionError):  # the engine may be killed meanwhile
                    self.wfile.write(body)

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, daemon=True).start()


def town(name, **more):
    return {"id": name, "name": name.capitalize(), "purpose": "test", "legal_basis": "test", "retention_days": 400, "packs": ["municipal_fr"],
            "variables": {"commune": []}, **more}


class Scene:
    def __init__(self, directory):
        self.paper = Paper()
        self.open = Engine(self.folder(directory, "open"), [town(name) for name in TOWNS], [], town_settings={"allow_private": True})
        self.closed = Engine(self.folder(directory, "closed"), [town(TOWNS[0])], [])
        for engine in (self.open, self.closed):
            engine.start()

    @staticmethod
    def folder(directory, name):
        path = Path(directory) / name
        path.mkdir()
        return path

    def close(self):
        for engine in (self.open, self.closed):
            engine.kill()


def post(engine, name, path, body):
    headers = {"Content-Type": "application/json", **engine.authorization()}
    status, answer, _ = engine.ask("POST", f"/api/v1/tenants/{name}/{path}", json.dumps(body), headers, timeout_s=30)
    return status, json.loads(answer)


def change(engine, of, **wanted):
    return post(engine, of, "settings", {"base": engine.api(f"tenants/{of}/settings")["hash"], **wanted})


def kept(engine, name):
    return [one["source"] for one in engine.api(f"tenants/{name}/mentions")["mentions"]]


def what_a_town_reads_is_its_own_affair(scene):
    engine = scene.open
    for name in TOWNS:
        assert change(engine, name, variables={"commune": [name.capitalize()]})[0] == 200
    status, settings = change(engine, TOWNS[0], feeds=[{"url": f"{scene.paper.address}/a", "title": "Journal"}])
    assert status == 200 and not settings["is_new"], settings
    wait_for("the mention", lambda: kept(engine, TOWNS[0]) == ["127.0.0.1"])
    assert kept(engine, TOWNS[1]) == [], "the other town keeps what it never asked for"
    source = wait_for("its state", lambda: next((one for one in engine.api("connectors")["connectors"] if one["state"] == "active"), None))
    assert source["id"].startswith("techniville.127.0.0.1."), source
    for name, seen in ((TOWNS[0], [source["id"]]), (TOWNS[1], [])):
        assert wait_for("the coverage", lambda n=name, s=seen: [one["source"] for one in engine.api(f"tenants/{n}/coverage")["sources"]] == s or None), name


def a_name_added_later_finds_what_the_feed_already_had(scene):
    engine = scene.open
    assert change(engine, TOWNS[1], variables={"commune": ["Nulleville"]}, feeds=[{"url": f"{scene.paper.address}/b", "title": ""}])[0] == 200
    wait_for("the feed to be read", lambda: "/b" in scene.paper.asked)
    assert kept(engine, TOWNS[1]) == []
    assert change(engine, TOWNS[1], variables={"commune": ["Nulleville", "Autreville"]}, feeds=[{"url": f"{scene.paper.address}/b", "title": ""}])[0] == 200
    wait_for("the mention", lambda: len(kept(engine, TOWNS[1])) == 1)
    assert len(kept(engine, TOWNS[0])) == 1, "the first town keeps what it never asked for"


def a_feed_that_is_taken_away_is_asked_no_more_and_may_come_back(scene):
    engine = scene.open
    before = scene.paper.asked.count("/a")
    assert change(engine, TOWNS[0], feeds=[])[0] == 200
    wait_for("its end", lambda: not [one for one in engine.api("connectors")["connectors"] if one["id"].startswith("techniville.")])
    assert scene.paper.asked.count("/a") == before
    for _ in range(5):  # its number is taken again and again
        for feeds in ([{"url": f"{scene.paper.address}/a", "title": ""}], []):
            assert change(engine, TOWNS[0], feeds=feeds)[0] == 200
    assert change(engine, TOWNS[0], feeds=[{"url": f"{scene.paper.address}/c", "title": ""}])[0] == 200
    wait_for("what the new one says", lambda: len(kept(engine, TOWNS[0])) == 2)


def nobody_is_overwritten_unknowingly_and_faults_change_nothing(scene):
    engine = scene.open
    before = engine.api(f"tenants/{TOWNS[0]}/settings")
    assert post(engine, TOWNS[0], "settings", {"base": "0123456789abcdef", "name": "Autre"})[0] == 409
    status, refused = change(engine, TOWNS[0], name="Autre", feeds=[{"url": "file:///etc/passwd", "title": ""}], mail_to=["a@b.example", "personne"])
    assert status == 422 and [one["field"] for one in refused["problems"]] == ["feeds.0", "mail_to.1"], refused
    after = engine.api(f"tenants/{TOWNS[0]}/settings")
    assert {**after, "feeds": 0} == {**before, "feeds": 0}, after


def a_name_is_everywhere_at_once_and_after_a_kill(scene):
    engine = scene.open
    assert change(engine, TOWNS[0], name="Techniville-sur-Mer", calendar=[{"date": "2026-12-03", "label": "Conseil"}])[0] == 200
    names = [one["name"] for one in engine.api("tenants")["tenants"]]
    assert names == ["Techniville-sur-Mer", "Autreville"], names
    entries = [(one["action"], one.get("object")) for one in engine.api("audit?limit=1")["entries"]]
    assert entries == [("changeSettings", "name, feeds, calendar")] or entries == [("changeSettings", "name, calendar, feeds")], entries
    engine.kill()
    engine.start()
    assert [one["name"] for one in engine.api("tenants")["tenants"]] == names
    assert engine.api(f"tenants/{TOWNS[0]}/calendar")["dates"] == [{"date": "2026-12-03", "label": "Conseil"}]


def what_is_not_as_it_was_written_stops_nobody_else(scene):
    engine = scene.open
    engine.kill()
    path = engine.directory / "data" / "towns" / "techniville.json"
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole[:-20], encoding="utf-8")
    code, _, told = vigie("config", "check", "--config", str(engine.config))
    assert code != 0 and "techniville.json" in told, told
    engine.start()
    assert [one["name"] for one in engine.api("tenants")["tenants"]] == ["Techniville", "Autreville"]
    assert "town_settings_refused" in engine.log.read_text(encoding="utf-8")
    assert engine.api(f"tenants/{TOWNS[1]}/settings")["feeds"], "the other town's are gone, too"
    path.write_text(whole, encoding="utf-8")


def our_own_network_is_closed_to_towns_unless_it_is_opened(scene):
    engine = scene.closed
    asked = len(scene.paper.asked)
    _, look = post(engine, TOWNS[0], "settings/feed", {"url": f"{scene.paper.address}/secret"})
    assert look["fault"] == "unreachable", look
    assert change(engine, TOWNS[0], variables={"commune": ["Techniville"]}, feeds=[{"url": f"{scene.paper.address}/secret", "title": ""}])[0] == 200
    wait_for("the refusal", lambda: engine.api(f"tenants/{TOWNS[0]}/settings")["feeds"][0]["state"] == "waiting")
    assert len(scene.paper.asked) == asked, scene.paper.asked[asked:]


TESTS = {
    "what a town reads is its own affair": what_a_town_reads_is_its_own_affair,
    "a name added later finds what the feed already had": a_name_added_later_finds_what_the_feed_already_had,
    "a feed that is taken away is asked no more, and may come back": a_feed_that_is_taken_away_is_asked_no_more_and_may_come_back,
    "nobody is overwritten unknowingly, and faults change nothing": nobody_is_overwritten_unknowingly_and_faults_change_nothing,
    "a name is everywhere at once, and after a kill": a_name_is_everywhere_at_once_and_after_a_kill,
    "what is not as it was written stops nobody else": what_is_not_as_it_was_written_stops_nobody_else,
    "our own network is closed to towns unless it is opened": our_own_network_is_closed_to_towns_unless_it_is_opened,
}

if __name__ == "__main__":
    sys.exit(run_scene(TESTS, Scene))
