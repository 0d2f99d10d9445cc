#!/usr/bin/env python3
"""Rules are reloaded again and again while mentions come in, every other time with rules that are wrong.

The old ones stay in force then; no mention is lost, and each is judged by one whole rule set that was valid: what it says fits
the rule set that it names. VIGIE_RELOADS (12), VIGIE_SEED repeats a run.
"""

import json
import shutil
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import ROOT, wait_for  # noqa: E402
from oracle import Client, Ledger, dose, run_faults  # noqa: E402

RELOADS = dose("RELOADS", 12)
VALID = """title: Essai
needs: [commune]
rules:
  - {{id: veille, watch: true, any: ["{{commune}}"]}}
  - {{id: "v{0}", topic: "version-{0}", any: [eau, rue, fuite, bus, école, merci, toujours, rien, mairie, bruit, nuit, parc]}}
"""
WRONG = ("title: Essai\nrules:\n  - {id: veille, any: [", "title: Essai\nrules:\n  - {id: v, topic: x, any: ['{nobody}']}\n",
         "title: Essai\nneeds: [commune]\nrules:\n  - {id: v, topic: x, regex: '(a'}\n", "")


class Rules:
    """A rules directory of one pack, which is replaced whole."""

    def __init__(self, directory):
        self.path = directory / "rules"
        (self.path / "packs").mkdir(parents=True)
        shutil.copytree(ROOT / "rules" / "lexicons", self.path / "lexicons")
        self.pack = self.path / "packs" / "essai.yaml"
        self.write(VALID.format(0))

    def write(self, text):
        fresh = self.pack.with_suffix(".new")
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(self.pack)


def under_load(trial):
    rules, ledger = Rules(trial.directory), Ledger()
    tenant = {"id": "techniville", "purpose": "test", "legal_basis": "test", "retention_days": 400, "keep": "all",
              "packs": ["essai"], "variables": {"commune": ["Techniville"]}}
    engine = trial.engine(tenants=[tenant], rules=rules.path)
    engine.start()
    valid = {engine.api("rules")["ruleset"]: "version-0"}
    clients = [Client(engine.port, ledger, trial.rng, name=name, per_push=5, pause_s=0.005) for name in "ab"]
    for client in clients:
        client.start()

    def reloads(result):
        return engine.metric("vigie_ruleset_reloads_total", result=result)

    for reload in range(1, RELOADS + 1):
        is_valid = reload % 2 == 0
        rules.write(VALID.format(reload) if is_valid else trial.rng.choice(WRONG))
        engine.process.send_signal(signal.SIGHUP)
        wait_for("the reload", lambda: reloads("ok") + reloads("refused") == reload)  # noqa: B023
        in_force = engine.api("rules")["ruleset"]
        assert (in_force not in valid) == is_valid, "wrong rules came into force, or good ones did not"
        if is_valid:
            valid[in_force] = f"version-{reload}"
        elif list(valid)[-1] != in_force:
            raise AssertionError("the old rules did not stay in force")
    assert reloads("ok") == RELOADS // 2
    for client in clients:
        client.stop()
    judged = engine.query("--limit", "0")
    strange = [json.dumps(one)[:300] for one in judged if [valid.get(one["ruleset"])] != one["topics"]]
    assert not strange, f"{len(strange)} of {len(judged)}, for example {strange[0]}"
    assert len({one["ruleset"] for one in judged}) > 1, "no reload came in between"
    trial.judge(engine, ledger, tried=RELOADS)
    assert engine.stop() == 0


FAULTS = {"rules are reloaded under load": under_load}


if __name__ == "__main__":
    sys.exit(run_faults(FAULTS))
