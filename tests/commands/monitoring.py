#!/usr/bin/env python3
"""deploy/prometheus, deploy/grafana and deploy/alertmanager.yml on a real engine: its metrics, the rules, the dashboards, and alerts
through a real Prometheus and a real Alertmanager to mails that arrive and say when it is over."""

import email
import email.policy
import http.server
import json
import re
import shutil
import subprocess
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from aiosmtpd.controller import Controller

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import ROOT, Engine, Pusher, Skip, free_port, run_scene, signed, vigie, wait_for  # noqa: E402

DEPLOY = ROOT / "deploy"
RULES = DEPLOY / "prometheus" / "rules.yml"
GAS = "URGENT fuite de gaz rue de la République à Techniville, ça sent très fort, évacuez"
# What Prometheus itself makes, and the parts of a histogram's name.
PROMETHEUS_OWN = {"up"}
PART = re.compile(r"_(bucket|sum|count)$")
# Where no source has a budget, there is nothing to draw.
MAY_BE_EMPTY = {"Quotas dépensés"}


class Web(http.server.BaseHTTPRequestHandler):
    """A source that answers as it is told to, and whoever waits for the watchdog."""
    status = 200
    heard = []

    def do_GET(self):
        body = b'{"tickets": [{"number": 1, "body": "Merci Techniville", "opened": "2026-11-20T08:00:00Z"}]}'
        self.answer(Web.status, body if Web.status == 200 else b"{}")

    def do_POST(self):
        Web.heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.answer(200, b"{}")

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Mailbox:
    def __init__(self):
        self.mails = []  # (recipient, subject, body)
        self.controller = Controller(self, hostname="127.0.0.1", port=free_port())
        self.controller.start()

    async def handle_DATA(self, _server, _session, envelope):  # the name is aiosmtpd's
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        body = mail.get_body(("html", "plain")).get_content()
        self.mails += [(to.split("@")[0], mail["Subject"], body) for to in envelope.rcpt_tos]
        return "250 OK"

    def find(self, to, state, alert):
        return next((body for who, subject, body in self.mails
                     if who == to and subject.startswith(f"[{state}") and alert in subject), None)


def replaced(text, *pairs):
    for pattern, replacement in pairs:
        text, count = re.subn(pattern, replacement, text)
        assert count, f"the example has no {pattern}"
    return text


class Scene:
    """The examples with ports of their own, and short waits: every `for:` of the rules is a second, their conditions stay."""

    def __init__(self, directory):
        self.directory = Path(directory)
        self.processes = []
        self.web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Web)
        threading.Thread(target=self.web.serve_forever, daemon=True).start()
        self.mailbox = Mailbox()
        desk = {"id": "desk", "type": "http_json", "api": f"http://127.0.0.1:{self.web.server_port}", "allow_private": True,
                "interval_s": 5, "request": {"url": "{api}/tickets"},
                "mentions": [{"items": "/tickets/*", "kind": "request", "id": "/number", "text": "/body", "created_at": "/opened"}]}
        hook = {"id": "hook", "type": "webhook", "secret_file": str(self.directory / "hook.secret")}
        receiver = {"id": "mail", "type": "mail", "url": f"smtp://127.0.0.1:{self.mailbox.controller.port}",
                    "from": "vigie@techniville.example", "to": ["redaction@techniville.example"]}
        self.engine = Engine(directory, connectors=[hook, desk], receivers=[receiver])
        self.engine.start()
        self.feed()
        self.prometheus_port, self.alertmanager_port = free_port(), free_port()
        if shutil.which("prometheus") and shutil.which("prometheus-alertmanager"):
            self.start_alertmanager()
            self.start_prometheus()
        self.begin_trouble()

    def begin_trouble(self):
        """A source that fails, and an urgent mention that nobody takes."""
        Web.status = 503
        assert Pusher(self.engine.port).push([{"id": "gas", "text": GAS}])[0] == 202

    def end_trouble(self):
        Web.status = 200
        for alert in self.engine.town("alerts?state=open")["alerts"]:
            self.engine.town(f"alerts/{alert['number']}/close", method="POST")

    def feed(self):
        """Everything that is counted has happened once."""
        pusher = Pusher(self.engine.port)
        assert pusher.push([{"id": "1", "text": "Merci à la régie des eaux de Techniville"}])[0] == 202
        assert pusher.push(b'{"id":\n{"id": "2", "text": "Bravo Techniville"}\n')[0] == 202
        assert self.engine.ask("POST", "/hooks/hook", b"{}", signed(b"{}", secret="another" * 5))[0] == 401

    def run(self, name, *arguments):
        with (self.directory / f"{name}.log").open("ab") as log:
            self.processes.append(subprocess.Popen([name, *arguments], stdout=log, stderr=log, cwd=self.directory))

    def start_alertmanager(self):
        config = replaced((DEPLOY / "alertmanager.yml").read_text(encoding="utf-8"),
                          ("127.0.0.1:25", f"127.0.0.1:{self.mailbox.controller.port}"),
                          (r"group_(wait|interval): \S+", r"group_\1: 1s"),
                          ("http://127.0.0.1:8099", f"http://127.0.0.1:{self.web.server_port}"))
        (self.directory / "alertmanager.yml").write_text(config, encoding="utf-8")
        self.run("prometheus-alertmanager", "--config.file=alertmanager.yml", f"--storage.path={self.directory}/am",
                 f"--web.listen-address=127.0.0.1:{self.alertmanager_port}", "--cluster.listen-address=")

    def start_prometheus(self):
        config = replaced((DEPLOY / "prometheus" / "prometheus.yml").read_text(encoding="utf-8"), (r"_interval: \S+", "_interval: 1s"),
                          ("127.0.0.1:9093", f"127.0.0.1:{self.alertmanager_port}"),
                          ("127.0.0.1:8087", f"127.0.0.1:{self.engine.port}"))
        (self.directory / "prometheus.yml").write_text(config, encoding="utf-8")
        (self.directory / "rules.yml").write_text(
            replaced(RULES.read_text(encoding="utf-8"), (r"(?m)^( +for:) \S+$", r"\1 1s")), encoding="utf-8")
        self.run("prometheus", "--config.file=prometheus.yml", f"--storage.tsdb.path={self.directory}/tsdb",
                 f"--web.listen-address=127.0.0.1:{self.prometheus_port}", "--log.level=warn",
                 "--rules.alert.resend-delay=1s")

    def need_servers(self):
        if not self.processes:
            raise Skip("prometheus and prometheus-alertmanager are needed")

    def ask_prometheus(self, path, **query):
        url = f"http://127.0.0.1:{self.prometheus_port}/api/v1/{path}?{urllib.parse.urlencode(query)}"
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{query}: {error.read().decode()}") from error
        except OSError:
            return None

    def metrics(self):
        return self.engine.get("/metrics")[1].decode()

    def close(self):
        for process in self.processes:
            process.terminate()
            process.wait()
        self.mailbox.controller.stop()
        self.engine.kill()


def promtool(*arguments, data=None):
    if not shutil.which("promtool"):
        raise Skip("promtool (Debian's prometheus) is needed")
    run = subprocess.run(["promtool", *arguments], input=data, cwd=DEPLOY / "prometheus", capture_output=True, text=True, timeout=120,
                         check=False)
    assert run.returncode == 0 and not run.stderr, (run.stdout + run.stderr)[-1500:]


def rules_in_file():
    """{alert: its lines}"""
    text = RULES.read_text(encoding="utf-8")
    return {part.split("\n", 1)[0]: part for part in text.split("- alert: ")[1:]}


def dashboards():
    """[(dashboard, panel's title, expression)]"""
    found = []
    for file in sorted((DEPLOY / "grafana").glob("*.json")):
        board = json.loads(file.read_text(encoding="utf-8"))
        ids = [panel["id"] for panel in board["panels"]]
        assert len(set(ids)) == len(ids) and board["uid"] and board["templating"]["list"], file
        found += [(board["title"], panel["title"], target["expr"]) for panel in board["panels"] for target in panel["targets"]]
        found += [(board["title"], variable["name"], re.match(r"label_values\((\w+),", variable["query"]["query"]).group(1))
                  for variable in board["templating"]["list"] if variable["type"] == "query"]
    return found


def metrics_are_well_named(scene):
    promtool("check", "metrics", data=scene.metrics())


def rules_are_well_formed(_scene):
    promtool("check", "config", "prometheus.yml")
    promtool("check", "rules", "--lint=all", "--lint-fatal", "rules.yml")
    if shutil.which("amtool"):
        subprocess.run(["amtool", "check-config", DEPLOY / "alertmanager.yml"], check=True, capture_output=True, timeout=60)


def every_rule_fires_when_it_should(_scene):
    promtool("test", "rules", "rules_test.yml", "rules_test_days.yml")


def every_alert_is_tested_and_told(_scene):
    tests = "".join(file.read_text(encoding="utf-8") for file in (DEPLOY / "prometheus").glob("rules_test*.yml"))
    pages = {page.stem for page in (DEPLOY / "runbooks").glob("*.md")}
    rules = rules_in_file()
    assert pages == set(rules), pages ^ set(rules)
    for alert, lines in rules.items():
        assert f'alertname="{alert}"' in tests, f"{alert} is not tested"
        for what in (f"runbooks/{alert}.md", "summary:", "description:", "severity:", "audience:"):
            assert what in lines, (alert, what)
        page = (DEPLOY / "runbooks" / f"{alert}.md").read_text(encoding="utf-8")
        assert page.startswith(f"# {alert}\n") and "\n## Look\n" in page and "\n## Do\n" in page, alert


def what_is_named_exists(scene):
    known = {line.split()[2] for line in scene.metrics().splitlines() if line.startswith("# TYPE ")} | PROMETHEUS_OWN
    used = [(alert, lines) for alert, lines in rules_in_file().items()] + [(title, expr) for _, title, expr in dashboards()]
    seen = set()
    for where, text in used:
        for name in re.findall(r"\b(?:vigie|process)_[a-z_]+", text):
            assert name in known or PART.sub("", name) in known, f"{where}: there is no metric {name}"
            seen.add(name)
    assert len(seen) > 30, seen


def backups_are_seen(scene):
    made, restored = (f"vigie_backup_{what}_timestamp_seconds" for what in ("made", "restored"))
    assert scene.engine.metric(made) == 0 and scene.engine.metric(restored) == 0
    backups = str(scene.directory / "backups")
    code, _, said = vigie("backup", "--config", str(scene.engine.config), backups)
    assert code == 0, said
    assert scene.engine.metric(made) > 1.7e9 and scene.engine.metric(restored) == 0
    config = json.loads(scene.engine.config.read_text(encoding="utf-8"))
    trial = scene.directory / "trial.yaml"
    trial.write_text(json.dumps({**config, "data_directory": str(scene.directory / "trial")}), encoding="utf-8")
    code, _, said = vigie("restore", "--config", str(trial), backups)
    assert code == 0, said
    assert scene.engine.metric(restored) >= scene.engine.metric(made) - 1


def alerts_arrive(scene):
    """The source is for operations; what is urgent and not taken, for the community manager. Then both are mended."""
    scene.need_servers()
    blind = wait_for("the mail about the source", lambda: scene.mailbox.find("exploitation", "FIRING", "VigieSourceBlind"), 60)
    assert "La source desk ne répond plus" in blind and "VigieSourceBlind.md" in blind, blind
    urgent = wait_for("the mail about urgency", lambda: scene.mailbox.find("communication", "FIRING", "VigieUrgentUnhandled"), 60)
    assert "techniville : 1 alerte(s) urgente(s) sans prise en charge" in urgent and "gaz" not in urgent, urgent
    assert not scene.mailbox.find("communication", "FIRING", "VigieSource"), "operations' alerts are not the community manager's"
    assert not scene.mailbox.find("exploitation", "RESOLVED", "VigieSourceBlind"), scene.mailbox.mails
    scene.end_trouble()


def alerts_end(scene):
    scene.need_servers()
    wait_for("the source to be back", lambda: scene.mailbox.find("exploitation", "RESOLVED", "VigieSourceBlind"), 60)
    wait_for("urgency to end", lambda: scene.mailbox.find("communication", "RESOLVED", "VigieUrgentUnhandled"), 60)


def watchdog_is_heard(scene):
    scene.need_servers()
    told = wait_for("the watchdog", lambda: list(Web.heard), 30)
    assert {alert["labels"]["alertname"] for one in told for alert in one["alerts"]} == {"VigieWatchdog"}, told


def everything_is_evaluated(scene):
    """No rule fails on the engine's real metrics, and every panel draws something."""
    scene.need_servers()
    rules = [rule for group in scene.ask_prometheus("rules")["groups"] for rule in group["rules"]]
    assert {rule["name"] for rule in rules} == set(rules_in_file())
    assert all(rule["health"] == "ok" for rule in rules), [rule for rule in rules if rule["health"] != "ok"]
    empty = set()
    for board, title, expression in dashboards():
        asked = re.sub(r"\$(?:tenant|instance|connector)", ".*", expression).replace("$__range", "1m")
        assert "$" not in asked, (board, title, asked)
        if not scene.ask_prometheus("query", query=asked)["result"]:
            empty.add(title)
    assert empty <= MAY_BE_EMPTY, empty


TESTS = {
    "promtool finds nothing to mend in the engine's metrics": metrics_are_well_named,
    "promtool and amtool find nothing to mend in configuration and rules": rules_are_well_formed,
    "every alert fires when it should, and not before": every_rule_fires_when_it_should,
    "every alert has tests, words in French and a runbook": every_alert_is_tested_and_told,
    "rules and dashboards name no metric that a running engine does not have": what_is_named_exists,
    "a blind source and an urgent mention nobody takes: mails through Prometheus and Alertmanager": alerts_arrive,
    "a backup and its trial are seen": backups_are_seen,
    "the watchdog reaches whoever waits for it": watchdog_is_heard,
    "every rule is evaluated, every panel draws": everything_is_evaluated,
    "what is over, mails say": alerts_end,
}


if __name__ == "__main__":
    sys.exit(run_scene(TESTS, Scene))
