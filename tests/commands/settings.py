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
                   {"id": "chat", "type": "webhook", "url": "http://127.0.0.1:9/", "secret_file": "./hook.secret"}],
        town_settings={"mail": {"url": "smtps://mail.example", "user": "u", "password_file": "secrets/mail.secret"}})
    assert code == 0, said
    (desk.directory / "inbox" / "m.ndjson").write_text('{"id":"1","source":"x","text":"Techniville"}\n')
    desk.write(connectors=[{"id": "drop", "type": "file", "path": "inbox"}])
    code, said = desk.run("ingest", "--config", desk.config, "--input", desk.directory / "inbox")
    assert code == 0, said
    assert (desk.directory / "data" / "store").is_dir()


# what is wrong → what is written, what is said
MISTAKES = {
    "a public_url without a scheme": ({"http": {"public_url": "vigie.example"}}, "'public_url' is"),
    "a public_url of another kind": ({"http": {"public_url": "ftp://vigie.example"}}, "'public_url' is"),
    "a time zone that is none": ({"tenant": {"time_zone": "Europe/Techniville"}}, "no time zone 'Europe/Techniville'"),
    "a time zone outside the database": ({"tenant": {"time_zone": "../../../etc/passwd"}}, "no time zone"),
    "school holidays of no zone": ({"tenant": {"school_zone": "D"}}, "'school_zone' is A, B or C"),
    "volume alerts that are neither": ({"tenant": {"volume_alerts": "sometimes"}}, "volume_alerts"),
    "a language not spoken here": ({"tenant": {"language": "de"}}, "'language' is fr or en"),
    "a format that is none": ({"connectors": [
        {"id": "f", "type": "feed", "url": "https://a.example/", "format": "rss"}]}, "no format 'rss'; there are: "),
    "a password sent in the clear": ({"receivers": [
        {**MAIL, "url": "smtp://mail.example:587", "user": "u", "password_file": "hook.secret"}]}, "in the clear"),
    "a mail server of towns that is none": ({"town_settings": {"mail": {"url": "http://mail.example"}}}, "'url' begins with smtp://"),
    "a receiver of towns that names people": ({"town_settings": {"mail": {"to": ["a@town.example"]}}}, "unknown field 'to'"),
    "an open network of towns that is neither": ({"town_settings": {"allow_private": "sometimes"}}, "must be true or false"),
}


def mistakes_have_a_place(desk):
    for what, (written, wanted) in MISTAKES.items():
        code, said = desk.check(**written)
        assert code == 2 and wanted in said, f"{what}: {code} {said}"
        line = next(line for line in said.splitlines() if wanted in line)
        place = line.removeprefix(str(desk.config)).split(":")
        assert place[1].isdigit() and place[2].isdigit(), f"{what}: {line}"


def all_at_once(desk):
    desk.write(connectors=[{"id": "a", "type": "webhook", "secret_file": "gone"}, {"id": "b", "type": "file", "path": "x", "mode": "y"}],
               receivers=[{**MAIL, "url": "http://x"}])
    code, said = desk.run("serve", "--config", desk.config)
    assert code == 2 and "gone" in said and "'mode'" in said and "smtp://" in said, said
    assert not (desk.directory / "data").exists(), "the data folder was made for a configuration that is wrong"


def unknown_owner(desk):
    desk.write()
    code, said = desk.run("ingest", "--config", desk.config, "--owned-by", "nope", input="")
    assert code == 2 and "there is no tenant 'nope'" in said, said


def far_from_the_rules(desk):
    with tempfile.TemporaryDirectory(prefix="vigie-nowhere-") as nowhere:
        for command in (["classify"], ["rules", "check"], ["rules", "test"]):
            run = subprocess.run([VIGIE, *command], cwd=nowhere, input="", capture_output=True, text=True, check=False)
            assert run.returncode == 2 and f"{nowhere}/rules" in run.stderr and "--rules" in run.stderr, f"{command}: {run}"


def query_says_what_may_be_asked(desk):
    desk.write()
    for option, value, known in (("--tone", "angry", "neutral"), ("--urgency", "urgent", "critical"), ("--since", "hier", "2026-")):
        code, said = desk.run("query", "--config", desk.config, option, value)
        assert code == 2 and option in said and known in said, f"{option}: {code} {said}"


TESTS = {
    "far from the rules, commands say where they looked and how to say it": far_from_the_rules,
    "vigie query says what may be asked": query_says_what_may_be_asked,
    "each mistake is told with its file, line and column": mistakes_have_a_place,
    "mistakes of connectors and receivers are told together, before anything is made": all_at_once,
    "relative paths are relative to the configuration": relative_paths,
    "an unknown --owned-by is refused": unknown_owner,
}


def main():
    with tempfile.TemporaryDirectory(prefix="vigie-settings-") as directory:
        return run_tests(TESTS, Desk(directory))


if __name__ == "__main__":
    sys.exit(main())
