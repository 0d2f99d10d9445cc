#!/usr/bin/env python3
"""Who must answer is told: an urgent mention reaches mail, webhook and chat within seconds and says what, why, when and where
to look, and never who; receivers that fail get it later, once each; people take charge through the API."""

import email
import email.policy
import http.client
import http.server
import json
import sys
import threading
import time
from pathlib import Path

from aiosmtpd.controller import Controller

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import SECRET, Engine, Pusher, free_port, run_scene, signature, wait_for  # noqa: E402

SOON_S = 5
FIRE = "Incendie en cours rue des Lilas à {}, des gens sont coincés ! @jeanne_s l'a vu"
AUTHOR = {"id": "a-jeanne-42", "name": "Jeanne Secrète", "url": "https://reseau.example/jeanne", "followers": 7}
SECRETS = ("a-jeanne-42", "Jeanne", "Secrète", "jeanne_s", "reseau.example/jeanne")


class MailSink:
    def __init__(self):
        self.mails = []
        self.controller = Controller(self, hostname="127.0.0.1", port=free_port())
        self.controller.start()

    async def handle_DATA(self, _server, _session, envelope):  # the name is aiosmtpd's
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.mails.append((list(envelope.rcpt_tos), mail))
        return "250 kept"


class Desk:
    """Receivers over HTTP, one a path. `answers`: what each says in turn, the last for ever; 0: nothing at all."""

    def __init__(self):
        self.answers, self.got = {}, {}
        desk = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):  # the name is http.server's
                body = self.rfile.read(int(self.headers["Content-Length"]))
                desk.got.setdefault(self.path, []).append((time.monotonic(), self.headers, body))
                answers = desk.answers.get(self.path, [200])
                status = answers.pop(0) if len(answers) > 1 else answers[0]
                if status == 0:
                    time.sleep(3)
                    return
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def bodies(self, path):
        return [json.loads(body) for _, _, body in self.got.get(path, [])]

    def keys(self, path):
        return [headers["Idempotency-Key"] for _, headers, _ in self.got.get(path, [])]


class Scene:
    """One engine; a town for every test, so that no test's incident swallows another's."""

    TOWNS = {"techniville": ["mail", "desk", "chat"], "rouveville": ["desk", "mail"], "flakyville": ["flaky"],
             "nonville": ["refusing", "desk"], "killville": ["silent"], "liveville": []}

    def __init__(self, directory):
        self.mail, self.desk = MailSink(), Desk()
        secret = str(Path(directory) / "hook.secret")
        web = {"type": "webhook", "secret_file": secret}
        receivers = [
            {"id": "mail", "type": "mail", "url": f"smtp://127.0.0.1:{self.mail.controller.port}",
             "from": "vigie@ville.example", "to": ["communication@ville.example", "maire@ville.example"]},
            {"id": "chat", "type": "webhook", "url": self.desk.address + "/chat", "shape": "slack",
             "outside": False},
            *({"id": name, "url": f"{self.desk.address}/{name}", **web} for name in ("desk", "flaky", "refusing", "silent"))]
        tenants = [{"id": town, "name": town.capitalize(), "purpose": "test", "legal_basis": "test", "retention_days": 400,
                    "packs": ["municipal_fr"], "variables": {"commune": [town]}, "receivers": names}
                   for town, names in self.TOWNS.items()]
        self.engine = Engine(directory, tenants=tenants, receivers=receivers)
        self.numbers = 0
        self.engine.start()

    def close(self):
        self.engine.kill()
        self.mail.controller.stop()

    def push(self, text, **fields):
        self.numbers += 1
        mention = {"id": f"m{self.numbers}", "source": "reseau", "text": text, "author": AUTHOR, "kind": "post",
                   "url": f"https://reseau.example/{self.numbers}", **fields}
        status, answer = Pusher(self.engine.port).push([mention])
        assert (status, answer["kept"]) == (202, 1), (status, answer)

    def alerts(self, town):
        return self.engine.api(f"tenants/{town}/alerts")["alerts"]

    def post(self, path):
        status, body, _ = self.engine.ask("POST", f"/api/v1/tenants/{path}", headers=self.engine.authorization())
        return status, json.loads(body)


def without_author(text):
    found = [secret for secret in SECRETS if secret.lower() in text.lower()]
    assert not found, f"{found} in {text}"


def three_receivers(scene):
    begun = time.monotonic()
    scene.push(FIRE.format("Techniville"))
    wait_for("the mail", lambda: scene.mail.mails, SOON_S)
    wait_for("the webhook", lambda: scene.desk.got.get("/desk"), SOON_S)
    wait_for("the chat", lambda: scene.desk.got.get("/chat"), SOON_S)
    assert time.monotonic() - begun < SOON_S
    wait_for("its count", lambda: scene.engine.metric("vigie_alert_deliveries_total", result="sent") == 3)
    assert scene.engine.metric("vigie_alerts_raised_total", tenant="techniville", level="critical") == 1


def mail_says_it_all(scene):
    [(recipients, mail)] = scene.mail.mails
    alert = scene.alerts("techniville")[0]
    link = f"http://127.0.0.1:{scene.engine.port}/#/techniville/mention/{alert['mention']}"
    assert recipients == ["communication@ville.example", "maire@ville.example"], recipients
    assert mail["From"].addresses[0].addr_spec == "vigie@ville.example"
    assert "CRITIQUE" in mail["Subject"] and "Techniville" in mail["Subject"] and alert["headline"] in mail["Subject"]
    assert mail["Date"].datetime is not None and mail["Message-ID"] and mail["Auto-Submitted"] == "auto-generated"
    for kind in ("plain", "html"):
        text = mail.get_body((kind,)).get_content()
        for part in ("Incendie en cours", "coincés", "feu.maintenant", "alerté le", "échéance", link, alert["ruleset"],
                     "Arguments", "/#/techniville/arguments/risques"):
            assert part in text, f"{part} is not in the {kind} part:\n{text}"
        without_author(text)
    without_author(mail.as_string())


def webhook_says_it_all(scene):
    [(_, headers, raw)] = scene.desk.got["/desk"]
    body = json.loads(raw)
    at = int(headers["X-Vigie-Signature"].split(",")[0].removeprefix("t="))
    assert headers["X-Vigie-Signature"] == signature(raw, SECRET, at) and abs(time.time() - at) < 60
    alert = body["alert"]
    assert body["number"] == scene.alerts("techniville")[0]["number"] and "CRITIQUE" in body["headline"]
    assert body["link"].endswith(f"/#/techniville/mention/{alert['mention']}"), body
    assert alert["level"] == "critical" and alert["tenant"] == "techniville" and "Incendie" in alert["quote"]
    quote = alert["quote"].encode()
    assert "coincés" in [quote[m["start"]:m["end"]].decode() for m in alert["marks"]], alert["marks"]
    assert "feu.maintenant" in {reason["rule"] for reason in alert["reasons"]} and alert["raised_at"] and alert["created_at"]
    without_author(raw.decode())
    shown = scene.engine.town(f"mentions/{alert['mention']}")
    assert shown["url"] == alert["url"] and shown["urgency"]["level"] == "critical"


def chat_says_it_all(scene):
    [body] = scene.desk.bodies("/chat")
    assert body.keys() == {"text"}
    text = body["text"].replace("\\", "")
    alert = scene.alerts("techniville")[0]
    for part in ("CRITIQUE", "Techniville", "*coincés*", "Incendie en cours", "alerté le",
                 f"/#/techniville/mention/{alert['mention']}"):
        assert part in text, f"{part} is not in {text}"
    without_author(text)


def incident_is_told_once(scene):
    """A second urgent mention of the same matter is silent, a worse one is told."""
    scene.push("Fuite de gaz à Rouveville")
    told = [a["level"] for a in wait_for("the first alert", lambda: scene.alerts("rouveville"))]
    assert told == ["high"], told
    scene.push("Toujours cette fuite de gaz à Rouveville")
    scene.push(FIRE.format("Rouveville"))
    wait_for("the worse one", lambda: len(scene.alerts("rouveville")) == 2)
    worse, first = scene.alerts("rouveville")
    assert (worse["level"], worse["first"], worse["incident"]) == ("critical", False, first["incident"]), worse
    assert worse["mentions"] == 3, worse
    mail = wait_for("its mail", lambda: [m for _, m in scene.mail.mails if "Rouveville" in m["Subject"]][1:])[0]
    assert "s'aggrave" in mail.get_body(("plain",)).get_content()


def failing_receiver(scene):
    scene.desk.answers["/flaky"] = [500, 200]
    scene.push(FIRE.format("Flakyville"))
    wait_for("a second attempt", lambda: len(scene.desk.got.get("/flaky", [])) == 2, 12)
    (first, _, body), (second, _, again) = scene.desk.got["/flaky"]
    assert body == again and second - first > 2, second - first
    assert len(set(scene.desk.keys("/flaky"))) == 1, scene.desk.keys("/flaky")
    wait_for("its count", lambda: scene.engine.metric("vigie_alert_deliveries_total", receiver="flaky", result="sent") == 1)
    assert scene.engine.metric("vigie_alert_deliveries_total", receiver="flaky", result="failed") == 1


def refusing_receiver(scene):
    scene.desk.answers["/refusing"] = [400]
    before = len(scene.desk.got["/desk"])
    scene.push(FIRE.format("Nonville"))
    [dead] = wait_for("the dead delivery", lambda: scene.engine.api("tenants/nonville/deliveries")["deliveries"])
    assert dead["receiver"] == "refusing" and dead["attempts"] == 1 and "400" in dead["last_error"], dead
    assert dead["alert"] == scene.alerts("nonville")[0]["number"]
    assert scene.engine.metric("vigie_alert_deliveries_total", receiver="refusing", result="dead") == 1
    wait_for("the other receiver", lambda: len(scene.desk.got["/desk"]) == before + 1)
    assert len(scene.desk.got["/refusing"]) == 1


def take_and_close(scene):
    number = scene.alerts("techniville")[0]["number"]
    here = f"techniville/alerts/{number}"
    assert scene.engine.town(f"alerts/{number}")["state"] == "new"
    status, taken = scene.post(f"{here}/take")
    assert (status, taken["state"], taken["by"]) == (200, "taken", "api") and taken["at"], taken
    assert [a["number"] for a in scene.engine.town("alerts?state=taken")["alerts"]] == [number]
    assert scene.post(f"{here}/take")[1]["at"] == taken["at"], "taking it twice moved the time"
    status, closed = scene.post(f"{here}/close")
    assert (status, closed["state"]) == (200, "closed"), closed
    assert scene.post(f"{here}/take")[0] == 409
    assert scene.post(f"rouveville/alerts/{number}/take")[0] == 404, "another town's alert"
    assert scene.post("techniville/alerts/999999/take")[0] == 404
    assert scene.engine.ask("POST", f"/api/v1/tenants/{here}/take")[0] == 401
    wait_for("the summary", lambda: scene.engine.town("summary")["open_alerts"] == 0)


def live_stream(scene):
    stream = http.client.HTTPConnection("127.0.0.1", scene.engine.port, timeout=10)
    stream.request("GET", "/api/v1/tenants/liveville/stream", headers=scene.engine.authorization())
    answer = stream.getresponse()
    assert answer.status == 200 and answer.getheader("Content-Type").startswith("text/event-stream")
    scene.push(FIRE.format("Liveville"))
    events, raw = {}, ""
    while events.keys() < {"mention", "alert"}:
        line = answer.readline().decode()
        assert line, f"the stream ended after {raw}"
        raw += line
        if line.startswith("event: "):
            name = line[7:].strip()
            events[name] = json.loads(answer.readline().decode().removeprefix("data: "))
    stream.close()
    assert "Incendie" in events["mention"]["text"] and events["mention"]["urgency"]["level"] == "critical"
    assert events["alert"]["number"] == scene.alerts("liveville")[0]["number"]
    without_author(raw + json.dumps(events, ensure_ascii=False))


def killed_before_delivery(scene):
    scene.desk.answers["/silent"] = [0, 200]
    scene.push(FIRE.format("Killville"))
    wait_for("the first attempt", lambda: scene.desk.got.get("/silent"), SOON_S)
    scene.engine.kill()
    scene.engine.start()
    wait_for("the delivery after the restart", lambda: len(scene.desk.got["/silent"]) == 2)
    assert len(set(scene.desk.keys("/silent"))) == 1, scene.desk.keys("/silent")
    wait_for("its count", lambda: scene.engine.metric("vigie_alert_deliveries_total", receiver="silent", result="sent") == 1)
    assert len(scene.alerts("killville")) == 1 and scene.engine.town("alerts")["alerts"][0]["state"] == "closed"
    assert len(scene.desk.bodies("/chat")) == 1, "what had been delivered came again"
    scene.push("Encore l'incendie de Killville, rue des Lilas, des gens sont coincés !")
    assert scene.engine.stop() == 0
    assert len(scene.engine.query("--tenant", "killville", "--alerts")) == 1, "the incident was forgotten"


TESTS = {
    "an urgent mention reaches mail, webhook and chat within seconds": three_receivers,
    "the mail says what, why, when and where to look, not who": mail_says_it_all,
    "the webhook says it too, signed": webhook_says_it_all,
    "the chat says it too": chat_says_it_all,
    "an incident is told once, and again when it gets worse": incident_is_told_once,
    "a receiver that fails gets it later, under the same key": failing_receiver,
    "a receiver that refuses is listed as dead, the others get theirs": refusing_receiver,
    "an alert is taken in charge and closed, by one hand only": take_and_close,
    "the live stream tells of mention and alert": live_stream,
    "killed before it was delivered, it is delivered after the restart": killed_before_delivery,
}


if __name__ == "__main__":
    sys.exit(run_scene(TESTS, Scene))
