#!/usr/bin/env python3
"""The links in a mail: looking at them changes nothing, however often; who confirms on the page acts, and it is written down who."""

import email
import email.policy
import json
import re
import sys
from html.parser import HTMLParser
from pathlib import Path

from aiosmtpd.controller import Controller

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import Engine, Pusher, free_port, run_scene, wait_for  # noqa: E402

FIRE = "Incendie en cours rue des Lilas à {}, des gens sont coincés, Jeanne l'a vu"
TOWNS = ("takeville", "uselessville", "muteville", "scanville")


class MailSink:
    def __init__(self):
        self.mails = []
        self.controller = Controller(self, hostname="127.0.0.1", port=free_port())
        self.controller.start()

    async def handle_DATA(self, _server, _session, envelope):  # the name is aiosmtpd's
        self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 kept"


class Links(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.found, self.form, self.fields = {}, False, {}
        self.href = None
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.href = attrs.get("href") if tag == "a" else self.href
        self.form |= tag == "form" and attrs.get("method") == "post" and "action" not in attrs
        if tag == "input":
            self.fields[attrs["name"]] = attrs["value"]
        assert tag != "script", "a page with a script"

    def handle_data(self, data):
        if self.href:
            self.found[data] = self.href
            self.href = None


class Scene:
    def __init__(self, directory):
        self.mail = MailSink()
        mail = {"type": "mail", "url": f"smtp://127.0.0.1:{self.mail.controller.port}", "from": "vigie@ville.example",
                "to": ["communication@ville.example"]}
        tenants = [{"id": town, "name": town.capitalize(), "purpose": "test", "legal_basis": "test", "retention_days": 400,
                    "packs": ["municipal_fr"], "variables": {"commune": [town]}, "receivers": ["desk", "outside"]} for town in TOWNS]
        self.engine = Engine(directory, tenants=tenants,
                             receivers=[{"id": "desk", **mail}, {"id": "outside", **mail, "to": ["a@other.example"], "outside": True}])
        self.engine.start()
        self.numbers = 0

    def close(self):
        self.engine.kill()
        self.mail.controller.stop()

    def push(self, text):
        self.numbers += 1
        assert Pusher(self.engine.port).push([{"id": f"m{self.numbers}", "source": "reseau", "text": text}])[0] == 202

    def mails(self, town, to="communication@ville.example"):
        return [m for m in self.mail.mails if town.capitalize() in m["Subject"] and to in m["To"]]

    def links(self, town):
        """{label: path} of the town's mail."""
        self.push(FIRE.format(town))
        [mail] = wait_for("the mail", lambda: self.mails(town))
        found = Links(mail.get_body(("html",)).get_content()).found
        text = mail.get_body(("plain",)).get_content()
        base = f"http://127.0.0.1:{self.engine.port}"
        paths = {}
        for label in ("Prendre en charge", "Pas utile", "Muet 2 h"):
            assert found[label].startswith(base + "/agir/") and f"{label} : {found[label]}" in text, (label, found)
            paths[label] = found[label].removeprefix(base)
        assert "Ouvrir dans Vigie" in found
        return paths

    def ask(self, method, path, body=None, **headers):
        status, body, headers = self.engine.ask(method, path, body=body, headers=headers)
        return status, body.decode(), headers

    def confirm(self, path, **headers):
        return self.ask("POST", path, "confirm=yes", **{"Content-Type": "application/x-www-form-urlencoded", **headers})

    def alert(self, town):
        return self.engine.api(f"tenants/{town}/alerts")["alerts"][0]

    def audit(self, action):
        lines = [json.loads(line) for line in self.engine.log.read_text().splitlines() if line.startswith("{")]
        return [line for line in lines if line["event"] == "audit" and line["action"] == action]


def scanners_change_nothing(scene):
    paths = scene.links("scanville")
    for path in paths.values():
        for method in ("GET", "HEAD", "GET"):
            status, body, headers = scene.ask(method, path)
            assert status == 200 and "default-src 'none'" in headers["Content-Security-Policy"], (status, headers)
            assert "coincés" not in body and "Jeanne" not in body, body
            assert headers["Cache-Control"] == "no-store"
        page = Links(body)
        assert page.form and page.fields == {"confirm": "yes"}, body
        for wrong, fields in ((400, ""), (400, "confirm=no"), (400, "confirm=yes&x=1")):
            assert scene.ask("POST", path, fields)[0] == wrong, fields
        assert scene.confirm(path, Origin="https://evil.example")[0] == 403
        assert scene.confirm(path, **{"Sec-Fetch-Site": "cross-site"})[0] == 403
        assert scene.ask("DELETE", path)[0] == 405
    assert scene.alert("scanville")["state"] == "new"
    assert scene.engine.api("tenants/scanville/silences")["silences"] == []
    assert not scene.audit("takeAlert") and not scene.audit("makeSilence") and not scene.audit("correctMention")


def altered_links(scene):
    path = scene.links("takeville")["Prendre en charge"]
    for bad in (path[:-1], path + "A", path.replace(".", "", 1), "/agir/x", "/agir/" + "A" * 900, path.replace("/agir/", "/agir/B")):
        for method in ("GET", "POST"):
            status, body, _ = scene.ask(method, bad, "confirm=yes" if method == "POST" else None)
            assert status == 404 and "Lien inconnu" in body, (bad, status)
    assert scene.alert("takeville")["state"] == "new"


def whoever_confirms_takes_charge(scene):
    [mail] = scene.mails("takeville")
    path = re.search(r"Prendre en charge : http://[^/]+(/\S+)", mail.get_body(("plain",)).get_content()).group(1)
    assert "Prendre en charge" in scene.ask("GET", path)[1]
    status, body, _ = scene.confirm(path, Origin=f"http://127.0.0.1:{scene.engine.port}")
    assert status == 200 and "vous prenez en charge" in body, body
    alert = scene.alert("takeville")
    assert (alert["state"], alert["by"]) == ("taken", "lien:desk"), alert
    assert "Déjà prise en charge par lien:desk" in scene.confirm(path)[1]
    assert scene.alert("takeville")["at"] == alert["at"]
    [line] = scene.audit("takeAlert")
    assert (line["actor"], line["tenant"], line["object"]) == ("lien:desk", "takeville", str(alert["number"])), line


def not_useful_is_noted_beside_what_was_said(scene):
    path = scene.links("uselessville")["Pas utile"]
    ref = scene.alert("uselessville")["mention"]
    said = {"Content-Type": "application/json", **scene.engine.authorization()}
    assert scene.engine.ask("POST", f"/api/v1/tenants/uselessville/mentions/{ref}/correction", '{"tone":"neutral"}', said)[0] == 200
    assert scene.confirm(path)[0] == 200
    correction = scene.engine.api(f"tenants/uselessville/mentions/{ref}")["correction"]
    assert (correction["tone"], correction["useful"], correction["by"]) == ("neutral", False, "lien:desk"), correction
    assert scene.audit("correctMention")


def muted_it_is_quiet_unless_it_gets_worse(scene):
    path = scene.links("muteville")["Muet 2 h"]
    assert scene.confirm(path)[0] == 200
    [silence] = scene.engine.api("tenants/muteville/silences")["silences"]
    alert = scene.alert("muteville")
    assert silence["matchers"]["incidents"] == [alert["incident"]] and alert["level"] in silence["matchers"]["levels"], silence
    assert silence["state"] == "active" and silence["author"] == "lien:desk" and silence["reason"], silence


def outside_nobody_gets_links(scene):
    for town in TOWNS:
        [mail] = scene.mails(town, "a@other.example")
        assert "/agir/" not in mail.as_string() and "/agir/" not in mail.get_body(("plain",)).get_content()
        assert "coincés" not in mail.get_body(("plain",)).get_content()


def mails_of_an_incident_are_one_thread(scene):
    [mail] = scene.mails("takeville")
    [other] = scene.mails("muteville")
    assert re.fullmatch(r"<vigie-[0-9a-f]{16}@ville\.example>", mail["References"]), mail["References"]
    assert mail["In-Reply-To"] == mail["References"] != other["References"]


TESTS = {
    "looking at a link changes nothing, and a foreign page cannot act": scanners_change_nothing,
    "an altered link is unknown": altered_links,
    "whoever confirms takes charge, once": whoever_confirms_takes_charge,
    "not useful is noted beside what was said before": not_useful_is_noted_beside_what_was_said,
    "muted, an incident is quiet unless it gets worse": muted_it_is_quiet_unless_it_gets_worse,
    "outside the town nobody gets links or quotes": outside_nobody_gets_links,
    "mails of an incident are one thread": mails_of_an_incident_are_one_thread,
}


if __name__ == "__main__":
    sys.exit(run_scene(TESTS, Scene))
