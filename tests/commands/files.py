#!/usr/bin/env python3
"""`vigie ingest` and the file connector of `vigie serve` on real files: nothing that stands in them is lost, whatever was
read before, and what cannot be read is said."""

import json
import re
import socket
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import Engine, run_tests, vigie, wait_for  # noqa: E402

TENANT = {"id": "techniville", "name": "Techniville", "purpose": "test", "legal_basis": "test", "keep": "all",
          "packs": ["municipal_fr"],
          "variables": {"commune": ["Techniville"], "elus": ["Martin Descombes"], "services": ["régie des eaux"]}}


def line(name, text="La fuite d'eau de la rue des Lilas", **more):
    return json.dumps({"id": name, "source": "archive", "text": text, **more}, ensure_ascii=False) + "\n"


def ingest(engine, path, *arguments):
    """(exit code, how many were kept, standard error)."""
    code, _, errors = vigie("ingest", "--config", engine.config, "--input", path, *arguments)
    kept = re.search(r"(\d+) mentions kept", errors)
    return code, int(kept.group(1)) if kept else None, errors


def ids(engine):
    return {mention["id"] for mention in engine.query("--limit", "0")}


def months_of_each_year_are_read(directory):
    engine = Engine(directory, connectors=[])
    for year in (2023, 2024):
        (directory / str(year)).mkdir()
        for month in (1, 2, 12):
            (directory / str(year) / f"{month:02}.ndjson").write_text(
                "".join(line(f"{year}-{month}-{i}") for i in range(3)))
        code, kept, errors = ingest(engine, directory / str(year))
        assert (code, kept) == (0, 9), errors
    assert len(ids(engine)) == 18


def rewritten_file_is_read_again(directory):
    engine = Engine(directory, connectors=[])
    archive = directory / "archive.ndjson"
    for version in ("first", "second"):
        archive.write_text("".join(line(f"{i}" if i < 80 else f"{i} {version}") for i in range(100)))
        code, _, errors = ingest(engine, archive)
        assert code == 0, errors
    assert len(ids(engine)) == 120
    code, kept, errors = ingest(engine, archive)
    assert (code, kept) == (0, 0) and "100 known already" in errors, errors


def unreadable_input_ends_with_a_message(directory):
    engine = Engine(directory, connectors=[])
    place = directory / "not a file.ndjson"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(place))
        code, _, errors = ingest(engine, place)
    assert code == 3 and f"cannot open {place}" in errors, (code, errors)

    months = directory / "months"
    months.mkdir()
    (months / "01.ndjson").write_text(line("january"))
    (months / "02.ndjson").symlink_to("nowhere")
    code, kept, errors = ingest(engine, months)
    assert (code, kept) == (3, 1) and "02.ndjson: No such file" in errors, (code, errors)
    assert ids(engine) == {"january"}


def what_expires_meanwhile_is_not_counted(directory):
    archive = directory / "archive.ndjson"
    keeps_long, keeps_short = ({**TENANT, "retention_days": days} for days in (20_000, 30))
    archive.write_text("".join(line(f"old {i}", created_at="2020-10-14T06:00:00Z") for i in range(20)))
    engine = Engine(directory, tenants=[keeps_long], connectors=[])
    assert ingest(engine, archive, "--mode", "replay")[:2] == (0, 20)
    settings = json.loads(engine.config.read_text(encoding="utf-8"))
    engine.config.write_text(json.dumps({**settings, "tenants": [keeps_short]}), encoding="utf-8")
    archive.write_text(line("new"))
    code, kept, errors = ingest(engine, archive)
    assert (code, kept) == (0, 1), errors


def torn_line_is_read_when_it_is_whole(directory):
    posts = directory / "posts.ndjson"
    whole, torn = line("whole"), line("torn")
    posts.write_text(whole + torn[:40], encoding="utf-8")
    engine = Engine(directory, connectors=[{"id": "posts", "type": "file", "path": str(posts), "mode": "backfill"}])

    def started_until(mentions):
        engine.start()
        wait_for("the file is read", lambda: len(ids(engine)) == mentions)
        wait_for("the torn line is reported", lambda: len(engine.query("--dead-letters")) == 1)
        engine.stop()

    started_until(1)
    started_until(1)  # nothing has changed: not reported again
    posts.write_text(whole + torn, encoding="utf-8")
    started_until(2)
    assert ids(engine) == {"whole", "torn"}


def appended_lines_of_every_file_are_read(directory):
    posts = directory / "posts"
    posts.mkdir()
    for name in ("a", "b", "c"):
        (posts / f"{name}.ndjson").write_text(line(name))
    engine = Engine(directory, connectors=[
        {"id": "posts", "type": "file", "path": str(posts), "mode": "backfill", "follow": True}])
    engine.start()
    wait_for("the files are read", lambda: ids(engine) == {"a", "b", "c"})
    with (posts / "a.ndjson").open("a") as file:
        file.write(line("more of a"))
    wait_for("the line is read", lambda: "more of a" in ids(engine))
    engine.stop()
    with (posts / "b.ndjson").open("a") as file:
        file.write(line("more of b"))
    engine.start()
    wait_for("the line is read after a restart", lambda: "more of b" in ids(engine))
    engine.stop()


TESTS = {
    "files of the same names in another folder are read": months_of_each_year_are_read,
    "a file whose later part was rewritten is read again": rewritten_file_is_read_again,
    "what cannot be opened ends the command with 3 and says so": unreadable_input_ends_with_a_message,
    "what expires while it reads is not counted against what it stored": what_expires_meanwhile_is_not_counted,
    "a torn last line is reported once and read when it is whole": torn_line_is_read_when_it_is_whole,
    "lines appended to any file of a folder are read": appended_lines_of_every_file_are_read,
}


def main():
    def in_a_folder(test):
        def run():
            with tempfile.TemporaryDirectory() as directory:
                test(Path(directory))
        return run
    return run_tests({title: in_a_folder(test) for title, test in TESTS.items()})


if __name__ == "__main__":
    sys.exit(main())
