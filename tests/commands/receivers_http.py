#!/usr/bin/env python3
"""Receivers over HTTP in the shapes they read, chats, phones, push: what each is told, and that what is not under the town's
control hears no quote and no author unless the tenant says so."""

import json
import sys
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import ROOT, Engine, Pusher, run_scene, vigie, wait_for  # noqa: E402

FIRE = "Incendie en cours rue des Lilas à Techniville, des gens sont coincés, j'ai tout vu"
SAID = ("coincés", "tout vu", "Jeanne", "Secrète", "reseau.example", "rue des Lilas")
TOKEN = "a-token-of-enough-bytes"


class Peers:
    """All receivers at once, one a path. `refusals`: numbers that the SMS gateway does not take."""

    def __init__(self):
        self.got, self.refusals = {}, {}
        peers = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                path = self.path.split("/", 2)[1]
                peers.got.setdefault(path, []).append((self.command, self.path, dict(self.headers), body))
                answers = [status for word, status in peers.refusals.items() if word in body]
                self.send_response(answers[0].pop(0) if answers and answers[0] else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_POST = do_PUT = answer  # the names are http.server's

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"


class Scene:
    def __init__(self, directory):
        self.peers = peers = Peers()
        token = Path(directory) / "token"
        token.write_text(TOKEN + "\n")
        token.chmod(0o600)
        peers.refusals = {"+33600000002": [400], "+33600000003": [503]}

        def hook(name, **more):
            return {"id": name, "type": "webhook", "url": f"{peers.url}/{name}", **more}

        receivers = [
            hook("vigie"), hook("slack", shape="slack"), hook("allowed", shape="slack"), hook("ours", shape="mattermost", outside=False),
            hook("mattermost", shape="mattermost"), hook("rocketchat", shape="rocketchat"), hook("teams", shape="teams"),
            {"id": "matrix", "type": "matrix", "url": f"{peers.url}/matrix/", "room": "!abc:ville.example", "token_file": str(token)},
            {"id": "ntfy", "type": "ntfy", "url": f"{peers.url}/ntfy", "topic": "vigie-alertes", "token_file": str(token)},
            {"id": "sms", "type": "sms", "url": f"{peers.url}/sms", "token_file": str(token),
             "to": ["+33600000001", "+33600000002", "+33600000003"]},
            {"id": "form", "type": "sms", "url": f"{peers.url}/form", "to": ["+33600000001"], "format": "form",
             "fields": {"dest": "{to}", "msg": "{text}", "ref": "{key}", "from": "Vigie"}, "text": "{level} {headline} {deadline} é&="},
            hook("nowhere", url="http://nowhere.invalid/"),
        ]
        tenant = {"id": "techniville", "name": "Techniville", "purpose": "test", "legal_basis": "test", "retention_days": 400,
                  "keep": "all", "packs": ["municipal_fr"], "variables": {"commune": ["Techniville"]},
                  "receivers": [r["id"] for r in receivers], "quotes_to": ["allowed"]}
        self.engine = Engine(directory, tenants=[tenant], receivers=receivers)
        self.engine.start()
        mention = {"id": "fire", "text": FIRE, "kind": "post", "url": "https://reseau.example/1",
                   "author": {"id": "j", "name": "Jeanne Secrète"}, "place": {"name": "rue des Lilas"}}
        assert Pusher(self.engine.port).push([mention])[0] == 202
        self.alert = wait_for("the alert", lambda: self.engine.town("alerts")["alerts"])[0]
        self.link = f"http://127.0.0.1:{self.engine.port}/#/techniville/mention/{self.alert['mention']}"

    def close(self):
        self.engine.kill()
        self.peers.server.shutdown()

    def told(self, name, count=1):
        return wait_for(name, lambda: len(self.peers.got.get(name, [])) >= count and self.peers.got[name])

    def body(self, name):
        [(_, _, _, body)] = self.told(name)
        return json.loads(body)


def says_nothing(text):
    found = [word for word in SAID if word in text]
    assert not found, f"{found} in {text}"


def says_what_is_on(scene, text):
    for part in ("[CRITIQUE]", "Techniville", scene.alert["headline"], "échéance", scene.link):
        assert part in text, f"{part} is not in {text}"


def outside_no_quote(scene):
    for name in ("slack", "mattermost", "rocketchat"):
        text = scene.body(name)["text"]
        says_nothing(text)
        says_what_is_on(scene, text.replace("\u200b", "").replace("\\", ""))
    for name in ("teams", "matrix", "ntfy", "sms", "form"):
        for _, _, _, body in scene.told(name):
            says_nothing(urllib.parse.unquote_plus(body))


def inside_all(scene):
    for name in ("ours", "allowed"):
        assert "coincés" in scene.body(name)["text"], scene.body(name)
    body = scene.body("vigie")
    assert "coincés" in body["alert"]["quote"] and body["link"] == scene.link
    [(_, _, headers, _)] = scene.told("vigie")
    assert headers["X-Vigie-Thread"] == body["thread"] and body["thread"].startswith("vigie-"), headers


def teams_gets_a_card(scene):
    [attachment] = scene.body("teams")["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    card = attachment["content"]
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4"), card
    assert "CRITIQUE" in card["body"][0]["text"] and card["actions"][0]["url"] == scene.link, card


def matrix_gets_an_event_once(scene):
    [(method, path, headers, body)] = scene.told("matrix")
    event = json.loads(body)
    assert method == "PUT" and path == "/matrix/_matrix/client/v3/rooms/%21abc:ville.example/send/m.room.message/vigie-1-matrix", path
    assert headers["Authorization"] == f"Bearer {TOKEN}" and event["msgtype"] == "m.text", event
    says_what_is_on(scene, event["body"])
    assert event["format"] == "org.matrix.custom.html" and event["formatted_body"].startswith("<strong>[CRITIQUE]"), event


def ntfy_gets_the_lock_screen_form(scene):
    [(_, path, headers, _)] = scene.told("ntfy")
    push = scene.body("ntfy")
    assert path == "/ntfy" and headers["Authorization"] == f"Bearer {TOKEN}"
    assert (push["topic"], push["priority"], push["click"]) == ("vigie-alertes", 5, scene.link), push
    says_what_is_on(scene, push["message"])


def sms_costs_nobody_its_own(scene):
    sms = [json.loads(body) for _, _, _, body in wait_for("five", lambda: scene.peers.got.get("sms", [])[4:] and scene.peers.got["sms"], 20)]
    assert [s["to"][-1] for s in sms] == ["1", "2", "3", "2", "3"], sms
    says_what_is_on(scene, sms[0]["text"])
    assert len({headers["Idempotency-Key"] for _, _, headers, _ in scene.told("sms")}) == 3
    wait_for("its count", lambda: scene.engine.metric("vigie_alert_deliveries_total", receiver="sms", result="sent"), 20)
    assert [s["to"] for s in sms].count("+33600000001") == 1, "who had it got it again"


def forms_and_templates(scene):
    [(_, _, headers, body)] = scene.told("form")
    fields = dict(urllib.parse.parse_qsl(body))
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert fields["dest"] == "+33600000001" and fields["ref"] == "vigie-1-form" and fields["from"] == "Vigie", fields
    assert fields["msg"].startswith(f"CRITIQUE {scene.alert['headline']} échéance ") and fields["msg"].endswith(" é&="), fields


def a_wrong_host_is_told_and_holds_nobody_up(scene):
    [owed] = wait_for("its failure", lambda: [d for d in scene.engine.town("deliveries?state=owed")["deliveries"]
                                              if d["receiver"] == "nowhere" and d["attempts"]], 20)
    assert "nowhere.invalid" in owed["last_error"] and owed["next_attempt_at"], owed


MISTAKES = """data_directory: data
rules_directory: {rules}
receivers:
  - {{id: a, type: webhook, url: "http://x", shape: square}}
  - {{id: b, type: sms, url: "http://x", to: ["0612345678"], text: "{{headlin}}"}}
  - {{id: c, type: sms, url: "http://x", to: ["+33612345678"], fields: {{a: "{{text"}}, format: xml}}
  - {{id: d, type: matrix, url: "http://x", room: "#lobby"}}
  - {{id: e, type: ntfy, url: "http://x", topic: "a b", outside: maybe}}
  - {{id: f, type: alertmanager, url: "ftp://x", repost_s: 3600}}
tenants:
  - {{id: ville, purpose: test, legal_basis: test, retention_days: 3, packs: [], quotes_to: [nobody]}}
alerting:
  routes:
    - {{id: day, receivers: [a], next: night}}
    - {{id: night, receivers: [nobody], next: day}}
"""
CONFIG_WORDS = {8: ["outside"], 11: ["there is no receiver 'nobody'"], 14: ["circle: day → night → day"],
                15: ["there is no receiver 'nobody'"]}
PART_WORDS = {4: ["'shape' is"], 5: ["telephone", "there is no {headlin}; there are: {level}"], 6: ["not closed", "'format'"],
              7: ["'room'", "'token_file' is missing"], 8: ["'topic'"], 9: ["'url'", "'repost_s'"]}


def mistakes_are_refused(scene):
    path = scene.engine.directory / "mistaken.yaml"
    text = MISTAKES.format(rules=ROOT / "rules")
    for kept, words in ((text, CONFIG_WORDS), (without(text, CONFIG_WORDS), PART_WORDS)):
        path.write_text(kept, encoding="utf-8")
        code, _, errors = vigie("config", "check", "--config", path)
        assert code == 2, errors
        for line, wanted in words.items():
            told = "\n".join(e for e in errors.splitlines() if f"mistaken.yaml:{line}:" in e)
            for word in wanted:
                assert word in told, f"line {line}: {word!r} is not in {told!r}\n{errors}"


def without(text, _words):
    """The same without what the configuration alone already refuses."""
    head = text.split("alerting:")[0]
    return head.replace(", quotes_to: [nobody]", "").replace(", outside: maybe", "")


TESTS = {
    "what is outside hears no quote and no author": outside_no_quote,
    "what is the town's, or allowed, hears everything, with a thread": inside_all,
    "Teams gets an Adaptive Card": teams_gets_a_card,
    "Matrix gets an event whose transaction is the idempotency key": matrix_gets_an_event_once,
    "ntfy gets the lock-screen form, critical first": ntfy_gets_the_lock_screen_form,
    "a number that is refused or put off costs the others nothing": sms_costs_nobody_its_own,
    "a gateway gets its own fields and the town's own words": forms_and_templates,
    "a wrong host is told, and holds nobody up": a_wrong_host_is_told_and_holds_nobody_up,
    "mistakes are refused with their line": mistakes_are_refused,
}


if __name__ == "__main__":
    sys.exit(run_scene(TESTS, Scene))
