#!/usr/bin/env python3
"""Data folders that earlier engines wrote: one small one per version of the on-disk format, tests/data/store-format-N.tar.xz.

Each is read as it was then, and worked with. `--write` makes the one of the present version anew."""

import io
import json
import re
import shutil
import sys
import tarfile
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import ROOT, Engine, Pusher, run_tests, vigie  # noqa: E402

FOLDER = ROOT / "tests" / "data"
VERSION = int(re.search(r"kStoreFormat = (\d+)", (ROOT / "engine" / "store" / "keys.h").read_text(encoding="utf-8"))[1])
QUERIES = {"mentions": ("--limit", "0"), "alerts": ("--alerts",), "dead_letters": ("--dead-letters",)}
NOT_NEEDED = re.compile(r"LOG|LOCK|OPTIONS-|IDENTITY|ballast|control\.sock|access|audit|first-sign-in")


def written_mentions():
    said = ["Une fuite d'eau rue des Lilas à Techniville", "Merci à la mairie, bravo pour la fête", "Le bus est encore en retard, c'est nul",
            "Incendie en cours à Techniville, des gens sont coincés", "Rien à signaler"]
    return [{"id": f"m{n}", "source": "reseau", "text": f"{said[n % len(said)]} ({n})", "created_at": f"2026-10-{14 + n // 10}T06:{n:02}:00Z",
             "author": {"id": f"a{n % 7}", "name": f"Nom {n % 7}", "followers": n}, "url": f"https://reseau.example/{n}",
             "place": {"name": "rue des Lilas", "lat": 49.4, "lon": 1.1}} for n in range(30)]


def engine_at(directory):
    """One that keeps for so long that nothing of a folder expires while this test is of use."""
    tenant = {"id": "techniville", "name": "Techniville", "purpose": "test", "legal_basis": "test", "retention_days": 3650,
              "keep": "all", "packs": ["municipal_fr"], "variables": {"commune": ["Techniville"]}}
    return Engine(directory, tenants=[tenant])


def lines(mentions):
    return b"".join(json.dumps(one, ensure_ascii=False).encode() + b"\n" for one in mentions)


def write():
    with tempfile.TemporaryDirectory(prefix="vigie-format-") as directory:
        engine = engine_at(directory)
        mentions = written_mentions()
        edited = {**mentions[3], "text": "Incendie éteint à Techniville", "edited_at": "2026-10-20T06:00:00Z"}
        for part in (mentions[:20], mentions[20:] + [edited, {"id": "m4", "source": "reseau", "deleted": True}]):
            code, _, errors = vigie("ingest", "--config", engine.config, "--mode", "replay", data=lines(part) + b"unreadable\n")
            assert code in (0, 1), errors
        backed_up, _, errors = vigie("backup", "--config", engine.config, Path(directory) / "backups")
        assert backed_up == 0, errors
        read = {name: engine.query("--tenant", "techniville", *query) for name, query in QUERIES.items()}
        with tarfile.open(FOLDER / f"store-format-{VERSION}.tar.xz", "w:xz", preset=9) as archive:
            for path in sorted([*Path(directory, "data").rglob("*"), *Path(directory, "backups").rglob("*")]):
                if path.is_file() and not NOT_NEEDED.match(path.name):
                    archive.add(path, path.relative_to(directory))
            told = json.dumps(read, ensure_ascii=False).encode()
            entry = tarfile.TarInfo("read.json")
            entry.size = len(told)
            archive.addfile(entry, io.BytesIO(told))


def unpacked(version, directory):
    """An engine on a copy, and what was read of it when it was written."""
    with tarfile.open(FOLDER / f"store-format-{version}.tar.xz") as archive:
        archive.extractall(directory)
    (Path(directory) / "data" / "keys").chmod(0o700)
    return engine_at(directory), json.loads((Path(directory) / "read.json").read_text(encoding="utf-8"))


def versions():
    return sorted(int(re.search(r"\d+", path.name)[0]) for path in FOLDER.glob("store-format-*.tar.xz"))


def members_of(then, now):
    """What stood there then stands there now; members that came later do not matter."""
    if isinstance(then, dict):
        return isinstance(now, dict) and all(name in now and members_of(value, now[name]) for name, value in then.items())
    if isinstance(then, list):
        return isinstance(now, list) and len(then) == len(now) and all(map(members_of, then, now))
    return then == now


def every_version_has_its_folder():
    assert versions() and versions()[-1] == VERSION, f"{versions()}: make the one of version {VERSION} by {sys.argv[0]} --write"


def all_is_read_as_it_was(version):
    with tempfile.TemporaryDirectory(prefix="vigie-format-") as directory:
        engine, then = unpacked(version, directory)
        assert len(then["mentions"]) == 29 and then["alerts"] and len(then["dead_letters"]) == 2
        for name, query in QUERIES.items():
            now = engine.query("--tenant", "techniville", *query)
            assert members_of(then[name], now), (name, len(then[name]), len(now))


def it_is_worked_with(version):
    with tempfile.TemporaryDirectory(prefix="vigie-format-") as directory:
        engine, then = unpacked(version, directory)
        engine.start()
        try:
            known = Pusher(engine.port).push(written_mentions()[:3])
            assert known[0] == 202 and known[1]["duplicates"] == 3, known
            fresh = Pusher(engine.port).push([{"id": "new", "source": "reseau", "text": "Bravo Techniville"}])
            assert fresh[0] == 202 and fresh[1]["kept"] == 1, fresh
            assert len(engine.town("mentions?limit=200")["mentions"]) == len(then["mentions"]) + 1
        finally:
            engine.kill()


def a_backup_is_restored(version):
    with tempfile.TemporaryDirectory(prefix="vigie-format-") as directory:
        engine, then = unpacked(version, directory)
        for at in range(2):
            shutil.rmtree(Path(directory) / "data" / "store")
            code, _, errors = vigie("restore", "--config", engine.config, Path(directory) / "backups")
            assert code == 0, errors
            for name, query in QUERIES.items():
                assert members_of(then[name], engine.query("--tenant", "techniville", *query)), name
            if at == 0:
                code, _, errors = vigie("backup", "--config", engine.config, Path(directory) / "backups", "--rewrite")
                assert code == 0, errors


def tests():
    found = {"the present version has a folder of its own": every_version_has_its_folder}
    for version in versions():
        found[f"a folder of format {version} is read as it was written"] = lambda v=version: all_is_read_as_it_was(v)
        found[f"a folder of format {version} is worked with"] = lambda v=version: it_is_worked_with(v)
        found[f"a backup of format {version} is restored"] = lambda v=version: a_backup_is_restored(v)
    return found


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        write()
        sys.exit(0)
    sys.exit(run_tests(tests()))
