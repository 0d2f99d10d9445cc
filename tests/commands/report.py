#!/usr/bin/env python3
"""`vigie report` as a town's press office calls it: the page in both languages, the PDF, the figures, and open data that keeps to its
published schema and hides whom it must."""

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import ROOT, VIGIE, Engine, Skip, run_scene, vigie  # noqa: E402

SCHEMA = json.loads((ROOT / "deploy" / "open-data" / "schema.json").read_text(encoding="utf-8"))


class Scene:
    def __init__(self, directory):
        self.directory = Path(directory)
        self.engine = Engine(directory)
        code, _, errors = vigie("ingest", "--config", self.engine.config, "--mode", "replay", "--input",
                                ROOT / "deploy" / "town" / "mentions.ndjson")
        assert code == 0, errors

    def report(self, *arguments, week="2026-W42"):
        return vigie("report", "--config", self.engine.config, "--tenant", "techniville", "--week", week, *arguments)

    def made(self, *arguments, **how):
        code, out, errors = self.report(*arguments, **how)
        assert code == 0 and not errors, (code, errors)
        return out

    def close(self):
        self.engine.kill()


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def the_page(scene):
    page = scene.made()
    assert page.startswith("<!DOCTYPE html>\n<html lang=\"fr\">")
    tree = xml.etree.ElementTree.fromstring(page.replace("<!DOCTYPE html>", "").replace("<meta charset=\"utf-8\">", "").replace(
        "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">", "").replace("<br>", "<br/>"))
    assert len(tree.findall(".//h1")) == 1 and len(tree.findall(".//h2")) >= 5
    for table in tree.findall(".//table"):
        assert table.find("caption") is not None
        assert all(th.get("scope") in ("col", "row") for th in table.iter("th"))
    for chart in tree.iter("svg"):
        named = chart.get("aria-labelledby").split()
        assert {e.get("id") for e in chart.iter()}.issuperset(named)
    assert "eau" in page and "12 octobre 2026" in page and "Semaine précédente" in page
    assert not re.search(r"@\w|<script|https?://", re.sub(r"<style>.*</style>", "", page, flags=re.S))


def english(scene):
    page = scene.made("--language", "en")
    assert "<html lang=\"en\">" in page and "The week’s note" in page and "Semaine" not in page


def figures_add_up(scene):
    table = rows(scene.made("--format", "csv"))
    total = next(row for row in table if row["group"] == "all")
    for group in ("source", "day"):
        assert sum(int(row["mentions"]) for row in table if row["group"] == group) == int(total["mentions"]), group
    for row in table:
        assert int(row["mentions"]) == sum(int(row[tone]) for tone in ("negative", "neutral", "positive")), row
        assert (row["net_sentiment"] == "") == (int(row["mentions"]) < 30), row
    before = next(row for row in rows(scene.made("--format", "csv", week="2026-W41")) if row["group"] == "all")
    assert before["mentions"] == total["mentions_week_before"]


def open_data(scene):
    table = rows(scene.made("--format", "open-data"))
    fields = {field["name"]: field for field in SCHEMA["fields"]}
    assert list(table[0]) == list(fields)
    for row in table:
        for name, value in row.items():
            rule = fields[name]["constraints"]
            assert value or not rule["required"], row
            assert "enum" not in rule or value in rule["enum"], row
            assert "pattern" not in rule or re.fullmatch(rule["pattern"], value), row
        assert (row["mentions"] == "") == (row["diffusion"] == "secret"), row
    keys = [tuple(row[name] for name in SCHEMA["primaryKey"]) for row in table]
    assert len(set(keys)) == len(keys)
    hidden = defaultdict(int)
    for row in table:
        hidden[row["theme"]] += row["diffusion"] == "secret"
        hidden[row["ton"], "ton"] += row["diffusion"] == "secret"
    assert sum(hidden.values()) > 0 and 1 not in hidden.values(), "one alone could be computed from its total"


def stricter_k_hides_more(scene):
    counts = [sum(row["diffusion"] == "secret" for row in rows(scene.made("--format", "open-data", "--k", k)))
              for k in ("2", "5", "20")]
    assert counts == sorted(counts) and counts[0] < counts[-1], counts
    code, _, _ = scene.report("--format", "open-data", "--k", "1")
    assert code == 2


def pdf(scene):
    if shutil.which("weasyprint") is None:
        raise Skip("weasyprint is not installed")
    path = scene.directory / "note.pdf"
    scene.made("--format", "pdf", "--out", path)
    content = path.read_bytes()
    assert content.startswith(b"%PDF-") and len(re.findall(rb"/Type\s*/Page[^s]", content)) == 1, "one page"
    assert b"pdfuaid" in content and path.stat().st_mode & 0o077 == 0


def no_pdf_without_weasyprint(scene):
    run = subprocess.run([VIGIE, "report", "--config", scene.engine.config, "--tenant", "techniville", "--week", "2026-W42",
                          "--format", "pdf"], env={**os.environ, "PATH": str(scene.directory)}, capture_output=True, check=False)
    assert run.returncode == 3 and not run.stdout and b"apt-get install weasyprint" in run.stderr, run


def wrong_calls(scene):
    for week in ("2026", "2026-W54", "W42"):
        code, out, errors = scene.report(week=week)
        assert code == 2 and not out and "--week" in errors, (code, errors)
    code, _, errors = vigie("report", "--config", scene.engine.config, "--tenant", "nowhere")
    assert code == 2 and "no tenant 'nowhere'" in errors, errors
    assert scene.report("--format", "docx")[0] == 2
    assert "Aucune mention cette semaine" in scene.made(week="2020-W01")


TESTS = {
    "the page is sound HTML with headings, captions and named charts": the_page,
    "the page is there in English": english,
    "figures add up, and to the week before": figures_add_up,
    "open data keeps to its schema and reveals nothing by its totals": open_data,
    "a stricter k hides more": stricter_k_hides_more,
    "the PDF is one tagged page": pdf,
    "without weasyprint it says what to install": no_pdf_without_weasyprint,
    "wrong calls are refused, an empty week is said": wrong_calls,
}

if __name__ == "__main__":
    sys.exit(run_scene(TESTS, Scene))
