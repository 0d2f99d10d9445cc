"""A town that begins: the configuration of the Debian package, an empty data folder, a feed and a mail server on sockets; first_steps.mjs does
in a browser what the person does who has just installed it. Then the engine is started again, and everything is as it was set."""

import email.utils
import http.server
import json
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
sys.path.insert(0, str(HERE.parent / "commands"))
from alerts import MailSink  # noqa: E402
from harness import ROOT, Engine, vigie, wait_for  # noqa: E402

ITEMS = ("Valmont : le marché reprend samedi place de la mairie",
         "Incendie en cours rue des Lilas à Valmont, des gens sont coincés !",
         "Recette de la tarte aux pommes")


class Town:
    """A newspaper with a feed at /fil.xml and a page that is none at /; /mails tells what the mail server got."""

    def __init__(self):
        self.sink = MailSink()
        town = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):  # the name is http.server's
                status, kind, body = town.answer(self.path)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()

    def answer(self, path):
        if path == "/fil.xml":
            items = "".join(f"<item><guid>{number}</guid><title>{text}</title><pubDate>{email.utils.formatdate()}</pubDate></item>" for number, text in enumerate(ITEMS))
            return 200, "application/rss+xml", f"<rss version='2.0'><channel><title>Le Courrier du Val</title>{items}</channel></rss>".encode()
        if path == "/mails":
            return 200, "application/json", json.dumps([[to, str(mail["subject"])] for to, mail in self.sink.mails]).encode()
        return (200, "text/html", b"<!doctype html><title>Le Courrier</title><p>Bonjour") if path == "/" else (404, "text/plain", b"")


def packaged(engine, mail_port):
    """The configuration of the package, with its places moved to here."""
    text = (ROOT / "deploy" / "debian" / "vigie.yaml").read_text(encoding="utf-8")
    for ours, here in (("/var/lib/vigie", engine.directory / "data"), ("/usr/share/vigie/rules", ROOT / "rules"), ("port: 8087", f"port: {engine.port}")):
        assert ours in text, ours
        text = text.replace(ours, str(here))
    return text + f"\ntown_settings: {{allow_private: true, mail: {{url: 'smtp://127.0.0.1:{mail_port}', from: vigie@valmont.example}}}}\n"


def check_after_restart(engine):
    code, told, _ = vigie("config", "check", "--config", str(engine.config))
    assert code == 0 and "commune has set in the screens: 1 feeds, 1 mail addresses, 1 dates" in told, told
    engine.start()
    settings = engine.api("tenants/commune/settings")
    assert settings["name"] == "Valmont" and not settings["is_new"], settings
    assert next(one["values"] for one in settings["variables"] if one["name"] == "commune") == ["Valmont", "Val-mont"], settings
    wait_for("the feed to be read again", lambda: engine.api("tenants/commune/settings")["feeds"][0]["state"] == "active")
    assert len(engine.api("tenants/commune/mentions")["mentions"]) == 2, "it was kept twice, or lost"


def first_steps(program):
    with tempfile.TemporaryDirectory(prefix="vigie-first-") as directory:
        town = Town()
        engine = Engine(directory)
        engine.config.write_text(packaged(engine, town.sink.controller.port), encoding="utf-8")
        engine.start()
        try:
            failed = subprocess.run(["node", HERE / "first_steps.mjs", program, str(engine.port), engine.first_sign_in()["password"], f"http://127.0.0.1:{town.port}/"],
                                    check=False).returncode
            engine.stop()
            if failed:
                return failed
            check_after_restart(engine)
            print("PASS what was set is there after a restart, and the configuration's check knows of it")
        except AssertionError as error:
            print(f"FAIL what was set is there after a restart, and the configuration's check knows of it\n{error}")
            return 1
        finally:
            engine.stop()
            town.sink.controller.stop()
    return 0
