#!/usr/bin/env python3
"""The command line and the configuration as an operator meets them: every mistake at once with its line, help for every
command, and a refusal that names what is in the way."""

import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import ROOT, VIGIE, Engine, Pusher, run_tests, vigie, wait_for  # noqa: E402

OPTIONS = {
    ("serve",): ["--config"],
    ("classify",): ["--rules", "--config", "--input", "--threads"],
    ("parse",): ["--format", "--base-url", "input"],
    ("ingest",): ["--config", "--input", "--mode", "--owned-by", "backfill", "replay"],
    ("rules",): ["check", "test"],
    ("rules", "check"): ["--rules", "--config"],
    ("rules", "test"): ["--rules", "--lines"],
    ("query",): ["--config", "--tenant", "--topic", "--tone", "--urgency", "--source", "--since", "--until", "--limit",
                 "--dead-letters", "--alerts"],
    ("config",): ["check"],
    ("config", "check"): ["--config"],
}
MISTAKES = """data_directory: data
rules_directory: {rules}
htp: {{port: 1}}
contact: somebody (in the town hall)
http: {{port: 99999}}
pipeline: {{workers: 0}}
receivers:
  - {{id: cm, type: pigeon}}
tenants:
  - {{id: Ville, purpose: " ", retention_days: 0, packs: [municipal_fr], keep: some, receivers: [nobody]}}
connectors:
  - {{id: a, type: feeed}}
  - {{id: a, type: file, path: x, owned_by: [nobody]}}
"""
WORDS = {3: ["htp", "http"], 4: ["contact", "e-mail"], 5: ["port"], 6: ["workers"], 8: ["pigeon", "alertmanager mail matrix"],
         10: ["'id'", "'purpose' is empty", "legal_basis", "retention_days", "keep", "nobody"], 12: ["feeed", " feed ", " webhook "],
         13: ["already taken", "there is no tenant 'nobody'"]}
PARTS = """data_directory: data
rules_directory: {rules}
receivers:
  - {{id: cm, type: mail, url: "http://x", from: nobody, to: []}}
  - {{id: chat, type: webhook, url: "ftp://x", shape: round}}
tenants:
  - {{id: ville, purpose: test, legal_basis: test, retention_days: 3, packs: [nothing], variables: {{commune: [Ville]}}}}
connectors:
  - {{id: a, type: feed, url: "ftp://x", intervall_s: 3}}
  - {{id: b, type: webhook, secret_file: /nowhere/secret}}
  - {{id: c, type: file, path: x, mode: forward}}
"""
PART_WORDS = {4: ["'url'", "'from'", "'to'"], 5: ["'url'", "'shape'"], 9: ["intervall_s", "'url'"],
              10: ["/nowhere/secret"], 11: ["forward"]}


def written(directory, text):
    path = directory / "checked.yaml"
    path.write_text(text.format(rules=ROOT / "rules"), encoding="utf-8")
    return path


def every_mistake(directory, text, words):
    path = written(directory, text)
    code, out, errors = vigie("config", "check", "--config", path)
    assert (code, out) == (2, ""), (code, out, errors)
    for line, wanted in words.items():
        told = "\n".join(e for e in errors.splitlines() if re.search(rf"checked\.yaml:{line}:", e))
        for word in wanted:
            assert word in told, f"line {line}: {word!r} is not in {told!r}\n{errors}"
    return errors


def mistakes(directory):
    every_mistake(directory, MISTAKES, WORDS)


def mistakes_of_parts(directory):
    """What only the connectors and receivers themselves understand."""
    errors = every_mistake(directory, PARTS, PART_WORDS)
    assert "'nothing'" in errors, errors


def not_yaml(directory):
    for text in ("a: [\n", "- a\n", "", "\x00", "a: 1\na: 2\n", "a: &x 1\nb: *x\n"):
        code, _, errors = vigie("config", "check", "--config", written(directory, text))
        assert code == 2 and "checked.yaml" in errors, f"{text!r}: {code} {errors}"


def example(directory):
    """deploy/vigie.yaml, with its places moved to here."""
    text = (ROOT / "deploy" / "vigie.yaml").read_text(encoding="utf-8")
    secret = directory / "example.secret"
    secret.write_text("0123456789abcdef")
    secret.chmod(0o600)
    path = directory / "example.yaml"
    path.write_text(text.replace("/usr/share/vigie/rules", str(ROOT / "rules"))
                    .replace("/etc/vigie/guichet.secret", str(secret)), encoding="utf-8")
    code, out, errors = vigie("config", "check", "--config", path)
    assert code == 0 and "1 tenants, 3 connectors, 2 receivers" in out, (code, out, errors)
    secret.chmod(0o644)
    code, _, errors = vigie("config", "check", "--config", path)
    assert code == 2 and "chmod 600" in errors, (code, errors)


def the_example_has_all_there_is(_):
    """Every key that the configuration's reader takes; connectors' and receivers' own stand in connectors/README.md."""
    reader = (ROOT / "engine" / "app" / "config.cc").read_text(encoding="utf-8")
    taken = {key for keys in re.findall(r"allow_only\(\s*\{([^}]*)\}", reader) for key in re.findall(r'"(\w+)"', keys)}
    assert {"tenants", "time_zone", "trusted_proxies"} <= taken, sorted(taken)
    named = set(re.findall(r"\w+(?=:)", (ROOT / "deploy" / "vigie.yaml").read_text(encoding="utf-8")))
    assert taken <= named, f"deploy/vigie.yaml does not show {sorted(taken - named)}"


def relative_paths(directory):
    """They begin where the configuration lies, wherever the command is called."""
    town = directory / "relative"
    engine = Engine(town, connectors=[{"id": "hook", "type": "webhook", "secret_file": "hook.secret"},
                                      {"id": "old", "type": "file", "path": "old.ndjson", "mode": "backfill"}])
    (town / "old.ndjson").write_text('{"id":"o1","text":"La mairie de Techniville"}\n')
    code, _, errors = vigie("config", "check", "--config", engine.config)
    assert code == 0, errors
    engine.start()
    try:
        wait_for("the file", lambda: [m["id"] for m in engine.query()] == ["o1"])
        assert Pusher(engine.port).push([{"id": "h1", "text": "La mairie"}])[0] == 202
    finally:
        assert engine.stop() == 0


def help_texts(_):
    for command, options in OPTIONS.items():
        code, out, errors = vigie(*command, "--help")
        assert code == 0 and not errors, (command, code, errors)
        for option in options:
            assert option in out, f"{option} is not in vigie {' '.join(command)} --help"
        bare = [line for line in out.splitlines() if re.fullmatch(r"\s+--\S+( TEXT)?\s*", line)]
        assert not bare, f"no word on {bare}"
    code, out, _ = vigie("--help")
    assert code == 0 and all(command[0] in out for command in OPTIONS)
    code, out, _ = vigie("--version")
    assert code == 0 and re.match(r"vigie \d+\.\d+", out), out


def misspelt(_):
    for arguments, word in ((["serv"], "serv"), (["query", "--confg", "x"], "--confg"), ([], "subcommand"), (["rules"], "subcommand"),
                            (["serve", "--config", "/nowhere.yaml"], "/nowhere.yaml"), (["serve"], "--config"),
                            (["classify", "--threads", "many"], "many"), (["parse"], "--format"), (["--colour"], "--colour")):
        code, out, errors = vigie(*arguments)
        assert (code, out) == (2, "") and word in errors and "--help" in errors, f"{arguments}: {code} {errors}"


def port_is_taken(directory):
    engine = Engine(directory / "taken")
    with socket.socket() as other:
        other.bind(("127.0.0.1", engine.port))
        other.listen()
        code, _, errors = vigie("serve", "--config", engine.config)
    assert code == 3 and str(engine.port) in errors.splitlines()[-1], (code, errors)


def folder_is_taken(directory):
    engine = Engine(directory / "twice")
    engine.start()
    try:
        code, _, errors = vigie("serve", "--config", engine.config)
        assert code == 3 and errors.splitlines()[-1].startswith("vigie: "), (code, errors)
        assert engine.get("/health/ready")[0] == 200
    finally:
        assert engine.stop() == 0


def stopped_at_once(directory):
    """A signal may come at any moment of the start."""
    engine = Engine(directory / "brief")
    for wait_ms in range(0, 200, 10):
        with subprocess.Popen([VIGIE, "serve", "--config", engine.config], stderr=subprocess.PIPE) as process:
            time.sleep(wait_ms / 1000)
            process.send_signal(signal.SIGTERM)
            errors = process.communicate(timeout=20)[1].decode()
        assert process.returncode in (0, -signal.SIGTERM), f"after {wait_ms} ms: {process.returncode} {errors}"


TESTS = {
    "every mistake of a configuration is told with its line": mistakes,
    "so is what only connectors and receivers understand": mistakes_of_parts,
    "what is no configuration at all is told with its file": not_yaml,
    "the commented example is without mistake, its secret must be private": example,
    "and shows every key there is": the_example_has_all_there_is,
    "relative paths begin where the configuration lies": relative_paths,
    "every command's help tells its options": help_texts,
    "a misspelt command or option is named": misspelt,
    "a port that is taken is named": port_is_taken,
    "a data folder that is in use is left alone": folder_is_taken,
    "an engine may be stopped at any moment of its start": stopped_at_once,
}


def main():
    with tempfile.TemporaryDirectory(prefix="vigie-config-") as directory:
        for name in ("relative", "taken", "twice", "brief"):
            (Path(directory) / name).mkdir()
        return run_tests(TESTS, Path(directory))


if __name__ == "__main__":
    sys.exit(main())
