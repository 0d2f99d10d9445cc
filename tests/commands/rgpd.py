#!/usr/bin/env python3
"""A town's documents under the RGPD, as its data-protection officer gets them from the configuration."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import Engine, run_scene, vigie  # noqa: E402

TENANTS = [{"id": town, "name": town.title(), "purpose": f"écouter {town}", "legal_basis": "mission d'intérêt public",
            "retention_days": days, "keep": "watched", "packs": ["municipal_fr"], "variables": {"commune": [town.title()]},
            "receivers": ["desk"]} for town, days in (("techniville", 365), ("autreville", 90))]
CONNECTORS = [{"id": "presse", "type": "feed", "url": "https://presse.example/rss.xml", "country": "FR"},
              {"id": "accueil", "type": "accueil", "owned_by": ["techniville"]}]
RECEIVERS = [{"id": "desk", "type": "mail", "url": "smtp://127.0.0.1:25", "from": "vigie@ville.example", "to": ["com@ville.example"]}]


class Scene:
    def __init__(self, directory):
        self.directory = Path(directory)
        self.config = Engine(directory, tenants=TENANTS, connectors=CONNECTORS, receivers=RECEIVERS).config

    def close(self):
        pass

    def export(self, tenant, out="out"):
        return vigie("rgpd", "export", "--config", self.config, "--tenant", tenant, "--out", self.directory / out)


def three_documents_are_written_for_their_owner_only(scene):
    code, out, err = scene.export("techniville")
    assert code == 0 and out.count("places to complete") == 3, (out, err)
    pages = {path.name: path for path in (scene.directory / "out").iterdir()}
    assert set(pages) == {"registre.html", "aipd.html", "information-du-public.html"}, pages
    assert all(path.stat().st_mode & 0o077 == 0 for path in pages.values())
    register = pages["registre.html"].read_text()
    for part in ("Techniville", "écouter techniville", "365 jours", "presse.example", "desk", "accueil"):
        assert part in register, part


def each_town_has_its_own(scene):
    assert scene.export("autreville", "other")[0] == 0
    register = (scene.directory / "other" / "registre.html").read_text()
    assert "90 jours" in register and "écouter autreville" in register
    assert "techniville" not in register.lower() and "accueil" not in register, "the neighbour's counter is none of its sources"


def the_security_file_names_what_is_configured(scene):
    code, out, err = vigie("rgs", "export", "--config", scene.config, "--tenant", "techniville", "--out", scene.directory / "rgs")
    assert code == 0 and "dossier-de-securite.html" in out, (out, err)
    path = scene.directory / "rgs" / "dossier-de-securite.html"
    page = path.read_text()
    assert path.stat().st_mode & 0o077 == 0
    for part in ("Techniville", "presse.example", "desk", "S6 Perte", "Reveals.NeedASecondPerson"):
        assert part in page, part


def what_is_wrong_is_said(scene):
    code, _, err = scene.export("nulle-part")
    assert code == 2 and "there is no tenant 'nulle-part'" in err, err
    (scene.directory / "file").write_text("x")
    code, _, err = scene.export("techniville", "file")
    assert code == 3 and "file" in err, (code, err)
    broken = json.loads(scene.config.read_text())
    del broken["tenants"][0]["legal_basis"]
    scene.config.write_text(json.dumps(broken))
    code, _, err = scene.export("techniville")
    assert code == 2 and "legal_basis" in err, err


TESTS = {
    "three documents are written, for their owner only": three_documents_are_written_for_their_owner_only,
    "each town has its own": each_town_has_its_own,
    "the security file names what is configured": the_security_file_names_what_is_configured,
    "what is wrong is said": what_is_wrong_is_said,
}


if __name__ == "__main__":
    sys.exit(run_scene(TESTS, Scene))
