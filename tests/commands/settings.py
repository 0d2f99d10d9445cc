#!/usr/bin/env python3
"""What a person may write into a configuration and what the program says of mistakes: where, what, and before anything runs."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import ROOT, SECRET, VIGIE, free_port, run_tests  # noqa: E402

TENANT = {"id": "techniville", "name": "Techniville", "purpose": "test", "legal_basis": "test", "retention_days": 400,
          "packs": ["municipal_fr"], "variables": {"commune": ["Techniville"]}}
MAIL = {"id": "mail", "type": "mail", "url": "smtp://127.0.0.1:25", "from": "vigie@town.example", "to": ["a@town.example"]}


class Desk:
    """A folder where configurations are written and tried."""

    def __init__(self, directory):
        self.directory = Path(directory)
        self.config = self.directory / "vigie.yaml"
        self.secret("hook.secret")

    def secret(self, name):
        path = self.directory / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(SECRET)
        path.chmod(0o600)

    def write(self, http=None, tenant=None, connectors=(), receivers=(), **more):
        self.config.write_text(json.dumps({
            "data_directory": "data", "rules_directory": str(ROOT / "rules"),
            "http": {"port": free_port(), **(http or {})}, "receivers": list(receivers),
            "tenants": [{**TENANT, **(tenant or {})}], "connectors": list(connectors), **more}, indent=1))

    def run(self, *arguments, **how):
        """(exit code, what it said); in another folder than the configuration's."""
        run = subprocess.run([VIGIE, *arguments], cwd="/", capture_output=True, text=True, check=False, timeout=60, **how)
        return run.returncode, run.stderr

    def check(self, **written):
        self.write(**written)
        return self.run("config", "check", "--config", self.config)


def relative_paths(desk):
    desk.secret("secrets/mail.secret")
    (desk.directory / "inbox").mkdir()
    code, said = desk.check(
        connectors=[{"id": "hook", "type": "webhook", "secret_file": "hook.secret"}],
        receivers=[{**MAIL, "user": "u", "password_file": "secrets/mail.secret"},
                   {"id": "chat", "type": "webhook", "url": "http://127.0.0.1:9/", "secret_file": "./hook.secret"}])
    assert code == 0, said
    (desk.directory / "inbox" / "m.ndjson").write_text('{"id":"1","source":"x","text":"Techniville"}\n')
    desk.write(connectors=[{"id": "drop", "type": "file", "path": "inbox"}])
    code, said = desk.run("ingest", "--config", desk.config, "--input", desk.directory / "inbox")
    assert code == 0, said
    assert (desk.directory / "data" / "store").is_dir()


TESTS = {
    "relative paths are relative to the configuration": relative_paths,
}


def main():
    with tempfile.TemporaryDirectory(prefix="vigie-settings-") as directory:
        return run_tests(TESTS, Desk(directory))


if __name__ == "__main__":
    sys.exit(main())
