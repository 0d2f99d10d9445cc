#!/usr/bin/env python3
"""Accounts and tokens: `vigie account` while the engine is stopped, its API while it runs; what each may see afterwards."""

import base64
import hashlib
import hmac
import http.client
import json
import struct
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import Engine, run_scene, vigie  # noqa: E402

TOWNS = [{"id": name, "name": name.title(), "purpose": "test", "legal_basis": "test", "retention_days": 30, "keep": "all",
          "packs": ["municipal_fr"], "variables": {"commune": [name]}} for name in ("techniville", "autreville")]
STRONG = "Marronnier-Brouette-37"


class Scene:
    def __init__(self, directory):
        self.engine = Engine(directory, tenants=TOWNS, connectors=[])
        self.data = self.engine.directory / "data"
        self.engine.start()

    def close(self):
        self.engine.kill()

    def account(self, *arguments):
        return vigie("account", *arguments[:1], "--config", str(self.engine.config), *arguments[1:])

    def sign_in(self, account, password, code=None):
        """(status, what was answered, headers of the session)."""
        wanted = {"account": account, "password": password, **({"code": code} if code else {})}
        status, body, headers = self.engine.ask("POST", "/api/v1/session", json.dumps(wanted), {"Content-Type": "application/json"})
        answer = json.loads(body)
        if status != 200:
            return status, answer, {}
        return status, answer, {"Cookie": headers["Set-Cookie"].split(";")[0], "X-CSRF-Token": answer["csrf"],
                                "Content-Type": "application/json"}

    def post(self, path, session, **body):
        status, answer, headers = self.engine.ask("POST", f"/api/v1/{path}", json.dumps(body), session)
        return status, json.loads(answer) if answer else None, headers


def code_at(secret, at):
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    mac = hmac.new(key, struct.pack(">Q", int(at) // 30), hashlib.sha1).digest()
    start = mac[19] & 15
    return f"{(struct.unpack('>I', mac[start:start + 4])[0] & 0x7fffffff) % 1_000_000:06d}"


def a_running_engine_keeps_the_file_and_names_its_api(scene):
    before = (scene.data / "access.json").read_bytes()
    for arguments in (("list",), ("add", "marie", "--role", "techniville=reader"), ("disable", "admin")):
        code, _, err = scene.account(*arguments)
        assert code == 3 and "running engine" in err and "/api/v1/accounts" in err, err
    assert (scene.data / "access.json").read_bytes() == before


def a_stopped_ones_accounts_are_made_and_listed(scene):
    scene.engine.stop()
    for wrong in ("techniville=root", "nulle-part=reader", "techniville"):
        code, _, err = scene.account("add", "marie", "--role", wrong)
        assert code == 2 and "TENANT=ROLE" in err, err
    code, out, err = scene.account("add", "marie", "--role", "techniville=reader", "--role", "techniville=community_manager")
    assert code == 0 and out.startswith("password for the first sign-in: "), (out, err)
    scene.password = out.split(": ")[1].strip()
    assert scene.account("add", "marie", "--role", "techniville=reader")[0] == 3, "the name is taken"
    _, out, _ = scene.account("list")
    lines = dict(line.split("\t", 1) for line in out.splitlines())
    assert lines["marie"] == "invited\ttechniville=reader techniville=community_manager", lines
    assert lines["admin"] == "active\t*=tenant_admin *=operator", lines
    code, out, err = scene.account("token", "export", "--right", "read_mentions", "--tenant", "techniville", "--days", "30")
    assert code == 0, err
    scene.token = out.split(": ")[1].strip()
    stored = (scene.data / "access.json").read_text()
    assert scene.password not in stored and scene.token not in stored
    assert (scene.data / "access.json").stat().st_mode & 0o777 == 0o600
    _, shown, _ = vigie("audit", "show", "--config", str(scene.engine.config), "--limit", "2")
    seen = [(e["actor"], e["action"], e["object"]) for e in map(json.loads, shown.splitlines())]
    assert seen == [("console", "makeToken", "export"), ("console", "inviteAccount", "marie")], seen
    scene.engine.start()


def an_invited_one_chooses_a_password_and_sees_one_town(scene):
    status, session, headers = scene.sign_in("marie", scene.password)
    assert status == 200 and session["duty"] == "change_password", session
    assert scene.engine.get("/api/v1/tenants/techniville/mentions", headers)[0] == 404, "not yet"
    status, answer, _ = scene.post("session/password", headers, old=scene.password, new="Motdepasse2026!")
    assert status == 422, answer
    assert scene.post("session/password", headers, old=scene.password, new=STRONG)[0] == 200
    assert scene.engine.get("/api/v1/session", headers)[0] == 401, "its sessions ended"
    _, _, headers = scene.sign_in("marie", STRONG)
    assert scene.engine.get("/api/v1/tenants/techniville/mentions", headers)[0] == 200
    foreign = scene.engine.get("/api/v1/tenants/autreville/mentions", headers)
    missing = scene.engine.get("/api/v1/tenants/nulle-part/mentions", headers)
    assert foreign == missing and foreign[0] == 404, (foreign, missing)
    assert [t["id"] for t in json.loads(scene.engine.get("/api/v1/tenants", headers)[1])["tenants"]] == ["techniville"]
    assert scene.engine.get("/api/v1/accounts", headers)[0] == 403


def a_token_opens_its_town_only(scene):
    bearer = {"Authorization": f"Bearer {scene.token}"}
    assert scene.engine.get("/api/v1/tenants/techniville/mentions", bearer)[0] == 200
    assert scene.engine.get("/api/v1/tenants/autreville/mentions", bearer)[0] == 404
    assert scene.engine.get("/api/v1/tenants/techniville/kpi", bearer)[0] == 403
    watching = http.client.HTTPConnection("127.0.0.1", scene.engine.port, timeout=30)
    watching.request("GET", "/api/v1/tenants/techniville/stream", headers=bearer)
    stream = watching.getresponse()
    assert stream.status == 200 and stream.readline().startswith(b"retry:")
    assert scene.engine.ask("DELETE", "/api/v1/tokens/export", headers=scene.engine.authorization())[0] == 204
    stream.read()  # to its end, which comes with the next heartbeat at the latest; else the socket's timeout
    watching.close()
    assert scene.engine.get("/api/v1/tenants/techniville/mentions", bearer)[0] == 401


def a_second_factor_is_asked_for_and_no_code_opens_twice(scene):
    _, _, headers = scene.sign_in("marie", STRONG)
    secret = scene.post("session/second-factor", headers)[1]["secret"]
    at = time.time()
    status, answer, _ = scene.post("session/second-factor/confirm", headers, code=code_at(secret, at))
    assert status == 200, answer
    recovery = answer["recovery_codes"]
    assert len(set(recovery)) == 10
    status, answer, _ = scene.sign_in("marie", STRONG)
    assert status == 401 and answer["needs"] == "code", answer
    assert scene.sign_in("marie", STRONG, code_at(secret, at))[0] == 401, "the code of the enrolment again"
    assert scene.sign_in("marie", STRONG, code_at(secret, at + 30))[0] == 200
    assert scene.sign_in("marie", STRONG, recovery[0])[0] == 200
    scene.engine.kill()
    scene.engine.start()
    assert scene.sign_in("marie", STRONG, recovery[0])[0] == 401, "remembered across a kill"
    assert secret not in (scene.data / "access.json").read_text()


def disabling_ends_sessions(scene):
    first = scene.engine.first_sign_in()
    _, _, admin = scene.sign_in(first["account"], first["password"])
    invited = scene.post("accounts", admin, name="paul", roles={"autreville": ["reader"]})
    assert invited[0] == 201, invited
    _, _, paul = scene.sign_in("paul", invited[1]["password"])
    assert scene.engine.get("/api/v1/session", paul)[0] == 200
    assert scene.post("accounts/paul/disable", admin)[0] == 204
    assert scene.engine.get("/api/v1/session", paul)[0] == 401
    assert scene.sign_in("paul", invited[1]["password"])[0] == 401


def where_it_is_required_the_powerful_must_enrol(scene):
    scene.engine.stop()
    config = json.loads(scene.engine.config.read_text())
    config["http"]["require_totp"] = True
    scene.engine.config.write_text(json.dumps(config))
    scene.engine.start()
    first = scene.engine.first_sign_in()
    _, session, headers = scene.sign_in(first["account"], first["password"])
    assert session["duty"] == "enrol_second_factor", session
    assert scene.engine.get("/api/v1/accounts", headers)[0] == 403
    secret = scene.post("session/second-factor", headers)[1]["secret"]
    assert scene.post("session/second-factor/confirm", headers, code=code_at(secret, time.time()))[0] == 200
    assert scene.engine.get("/api/v1/accounts", headers)[0] == 200
    assert scene.engine.api("tenants")["tenants"], "scripts' tokens go on"


TESTS = {
    "a running engine keeps the file and names its API": a_running_engine_keeps_the_file_and_names_its_api,
    "a stopped one's accounts are made and listed": a_stopped_ones_accounts_are_made_and_listed,
    "an invited one chooses a password and sees one town": an_invited_one_chooses_a_password_and_sees_one_town,
    "a token opens its town only": a_token_opens_its_town_only,
    "a second factor is asked for, and no code opens twice": a_second_factor_is_asked_for_and_no_code_opens_twice,
    "disabling ends sessions": disabling_ends_sessions,
    "where it is required, the powerful must enrol": where_it_is_required_the_powerful_must_enrol,
}


if __name__ == "__main__":
    sys.exit(run_scene(TESTS, Scene))
