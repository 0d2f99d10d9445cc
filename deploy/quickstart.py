"""Vigie on a made-up town, whole: engine, mail sink, a newspaper's feed. See deploy/quickstart."""

import argparse
import datetime
import email
import email.policy
import email.utils
import html
import http.client
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from aiosmtpd.controller import Controller

ROOT = Path(__file__).resolve().parents[1]
VIGIE = ROOT / "build" / "release" / "vigie"
TOWN = ROOT / "deploy" / "town" / "mentions.ndjson"
RUN = ROOT / "run" / "quickstart"
USUAL_PORT = 8087
PATIENCE_S = 60

NEWS = [
    ("Techniville : la piscine rouvrira lundi", "Après trois semaines de travaux, le bassin accueille de nouveau les nageurs."),
    ("Techniville : les riverains de la rue des Forges se plaignent du bruit",
     "« On ne dort plus », disent les habitants, qui demandent un rendez-vous au maire."),
    ("Les habitants remercient les agents de la mairie de Techniville",
     "Bravo et merci : la fête du quartier a été une belle réussite."),
]


class Trouble(Exception):
    """Something did not work; the text says what."""


def free_port(wanted=0):
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            return free_port()
        return probe.getsockname()[1]


class MailSink:
    """An SMTP server that keeps each mail as a file."""

    def __init__(self, folder, say):
        self.folder, self.say = folder, say
        folder.mkdir()
        self.controller = Controller(self, hostname="127.0.0.1", port=free_port())

    async def handle_DATA(self, _server, _session, envelope):  # the name is aiosmtpd's
        path = self.folder / f"{time.time_ns()}.eml"
        path.write_bytes(envelope.content)
        subject = email.message_from_bytes(envelope.content, policy=email.policy.default)["Subject"]
        self.say(f"  mail to {', '.join(envelope.rcpt_tos)}: {subject}")
        return "250 kept"

    def mails(self):
        return [email.message_from_bytes(p.read_bytes(), policy=email.policy.default)
                for p in sorted(self.folder.glob("*.eml"))]


def feed():
    now = datetime.datetime.now(datetime.timezone.utc)
    items = "".join(
        f"<item><guid isPermaLink='false'>courrier-{n}</guid><title>{html.escape(title)}</title>"
        f"<description>{html.escape(text)}</description>"
        f"<pubDate>{email.utils.format_datetime(now - datetime.timedelta(hours=n))}</pubDate></item>"
        for n, (title, text) in enumerate(NEWS))
    return f"<?xml version='1.0' encoding='UTF-8'?><rss version='2.0'><channel><title>Le Courrier du Val</title>{items}</channel></rss>"


def start_newspaper(port):
    """nginx, serving one feed."""
    (RUN / "www").mkdir()
    (RUN / "www" / "presse.xml").write_text(feed(), encoding="utf-8")
    user = "user root;" if os.geteuid() == 0 else ""
    paths = " ".join(f"{kind}_temp_path {RUN}/tmp;" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (RUN / "nginx.conf").write_text(f"""{user} daemon off; pid {RUN}/nginx.pid; error_log {RUN}/nginx.log;
events {{}}
http {{ {paths} access_log off; types {{ application/rss+xml xml; }}
  server {{ listen 127.0.0.1:{port}; root {RUN}/www; }} }}
""")
    nginx = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    return subprocess.Popen([nginx, "-c", RUN / "nginx.conf", "-e", RUN / "nginx.log"])


def write_config(port, smtp_port, feed_port):
    secret = RUN / "guichet.secret"
    secret.write_text(secrets.token_hex(32))
    secret.chmod(0o600)
    config = {
        "data_directory": "data",
        "rules_directory": str(ROOT / "rules"),
        "http": {"host": "127.0.0.1", "port": port, "public_url": f"http://127.0.0.1:{port}"},
        "receivers": [{"id": "community-manager", "type": "mail", "url": f"smtp://127.0.0.1:{smtp_port}",
                       "from": "vigie@techniville.example", "to": ["communication@techniville.example"]}],
        "tenants": [{
            "id": "techniville", "name": "Techniville", "purpose": "essai de Vigie sur une commune inventée",
            "legal_basis": "aucune donnée réelle", "retention_days": 365, "packs": ["municipal_fr"],
            "variables": {"commune": ["Techniville"], "elus": ["Martin Descombes"], "services": ["régie des eaux"]},
            "official_accounts": [{"source": "x", "author_id": "VilleTechniville"},
                                  {"source": "facebook", "author_id": "ville.techniville"},
                                  {"source": "datagouv", "author_id": "ville-techniville-data"}],
            "receivers": ["community-manager"],
        }],
        "connectors": [
            {"id": "techniville", "type": "file", "path": str(TOWN), "mode": "replay", "shift_to_now": True,
             "owned_by": ["techniville"]},
            {"id": "presse-locale", "type": "feed", "url": f"http://127.0.0.1:{feed_port}/presse.xml",
             "interval_s": 60, "allow_private": True},
            {"id": "guichet", "type": "webhook", "secret_file": str(secret), "owned_by": ["techniville"]},
            {"id": "accueil", "type": "accueil", "owned_by": ["techniville"]},
        ],
    }
    path = RUN / "vigie.yaml"
    path.write_text(json.dumps(config, ensure_ascii=False, indent=2), encoding="utf-8")  # YAML contains JSON
    return path


class Engine:
    def __init__(self, port, config):
        self.port, self.token, self.cookie = port, None, None
        with (RUN / "vigie.log").open("wb") as log:
            self.process = subprocess.Popen([VIGIE, "serve", "--config", config], stderr=log, stdout=log)

    def ask(self, method, path, body=None, headers=None):
        """(status, headers, body)"""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def get(self, path):
        headers = {"Cookie": self.cookie} if self.cookie else {"Authorization": f"Bearer {self.token}"}
        status, _, body = self.ask("GET", path, headers=headers)
        if status != 200:
            raise Trouble(f"{path} answered {status}")
        return json.loads(body)

    def wait_until_ready(self):
        def is_ready():
            if self.process.poll() is not None:
                raise Trouble(f"vigie serve ended:\n{(RUN / 'vigie.log').read_text(errors='replace')}")
            try:
                return self.ask("GET", "/health/ready")[0] == 200
            except OSError:
                return False
        wait_for("the engine", is_ready)
        lines = (RUN / "data" / "first-sign-in.yaml").read_text().splitlines()
        first = dict(line.split(": ", 1) for line in lines if ": " in line and not line.startswith("#"))
        self.token = first["api_token"]
        return first

    def sign_in(self, first):
        body = json.dumps({"account": first["account"], "password": first["password"]})
        status, headers, _ = self.ask("POST", "/api/v1/session", body, {"Content-Type": "application/json"})
        if status != 200:
            raise Trouble(f"signing in answered {status}")
        self.cookie = headers["Set-Cookie"].split(";")[0]


def wait_for(what, condition):
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise Trouble(f"{what}: nothing within {PATIENCE_S} s")


def show_replay(engine):
    """The progress of the town's fortnight, until it is over."""
    def is_over():
        status = next(c for c in engine.get("/api/v1/connectors")["connectors"] if c["id"] == "techniville")
        done = status["done_bytes"] / max(status["total_bytes"], 1)
        print(f"\rReplaying Techniville's fortnight [{'#' * round(30 * done):<30}] {100 * done:3.0f} %", end="", flush=True)
        return status["state"] == "finished"
    wait_for("the replay", is_over)
    print()


def check(engine, first, sink):
    """What a newcomer would see, seen by a program."""
    status, _, page = engine.ask("GET", "/")
    if status != 200 or b"<script" not in page:
        raise Trouble(f"the dashboard answered {status}")
    engine.sign_in(first)
    town = "/api/v1/tenants/techniville"
    mentions = engine.get(f"{town}/mentions?limit=200")["mentions"]
    told = [m for m in mentions if m["evidence"] and m["sentiment"]["label"] and m["urgency"]["level"]]
    if len(told) < 100:
        raise Trouble(f"only {len(told)} of {len(mentions)} mentions are classified with evidence")
    print(f"PASS the dashboard answers, with {len(mentions)} classified mentions on its first page")
    wait_for("the feed", lambda: engine.get(f"{town}/mentions?source=presse-locale")["mentions"])
    print("PASS the newspaper's feed was polled")
    raised = engine.get(f"{town}/alerts?limit=200")["alerts"]
    # That an incident of one story is over is noted, and told to nobody.
    raised = [alert for alert in raised if alert["news"] != "closed" or alert["stories"] > 1]
    if not raised:
        raise Trouble("the fortnight raised no alert")
    mails = wait_for("the alert mails", lambda: len(sink.mails()) >= len(raised) and sink.mails())
    print(f"PASS {len(mails)} alert mails were delivered for {len(raised)} alerts, the first: {mails[0]['Subject']}")


def main():
    parser = argparse.ArgumentParser(prog="deploy/quickstart", description=__doc__)
    parser.add_argument("--check", action="store_true", help="see that all of it works, then end: exit code 0 if so")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    shutil.rmtree(RUN, ignore_errors=True)
    RUN.mkdir(parents=True)
    sink = MailSink(RUN / "mails", lambda text: None if arguments.check else print(text, flush=True))
    children = []
    try:
        sink.controller.start()
        port, feed_port = free_port(USUAL_PORT), free_port()
        children.append(start_newspaper(feed_port))
        engine = Engine(port, write_config(port, sink.controller.port, feed_port))
        children.append(engine.process)
        first = engine.wait_until_ready()
        show_replay(engine)
        if arguments.check:
            check(engine, first, sink)
            return 0
        print(f"\nThe dashboard:  http://127.0.0.1:{port}/\nAccount:        {first['account']}\n"
              f"Password:       {first['password']}\n\nAlert mails are kept in {RUN.relative_to(ROOT)}/mails; the log is "
              f"{RUN.relative_to(ROOT)}/vigie.log. Ctrl-C ends everything.", flush=True)
        return engine.process.wait()
    except Trouble as trouble:
        print(f"FAIL {trouble}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    finally:
        for child in reversed(children):
            child.terminate()
            child.wait()
        sink.controller.stop()


if __name__ == "__main__":
    sys.exit(main())
