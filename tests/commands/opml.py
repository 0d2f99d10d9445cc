#!/usr/bin/env python3
"""A subscription list of a feed reader becomes connectors: what is printed is a configuration that holds."""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import ROOT, Engine, run_tests, vigie  # noqa: E402

LIST = """<?xml version="1.0" encoding="ISO-8859-1"?>
<opml version="2.0"><head><title>Veille</title></head><body>
<outline text="Presse"><outline text="Locale">
<outline type="rss" text="L'Écho: # du Val" xmlUrl="https://echo.example/rss?a=1&amp;b=%22"/>
<outline type="rss" text="L'écho du val" xmlUrl="https://autre.example/rss"/>
</outline></outline>
<outline type="rss" text="日本" xmlUrl="https://sans-nom.example:8443/rss"/>
<outline type="rss" text="Déjà là" xmlUrl="https://deja.example/rss"/>
<outline type="rss" text="{}" xmlUrl="https://long.example/rss"/>
{}</body></opml>"""


class Scene:
    def __init__(self, directory):
        self.directory = Path(directory)
        self.engine = Engine(directory, connectors=[
            {"id": "deja-la", "type": "feed", "url": "https://deja.example/rss"},
            {"id": "l-echo-du-val", "type": "feed", "url": "https://homonyme.example/rss"}])

    def opml(self, more="", encoding="iso-8859-1"):
        path = self.directory / "liste.opml"
        path.write_bytes(LIST.format("long " * 20, more).encode(encoding, "xmlcharrefreplace"))
        return path


def printed(scene):
    code, out, errors = vigie("connectors", "import-opml", scene.opml())
    assert code == 0 and "5 feeds to add" in errors, (code, errors)
    ids = [line.split("id: ")[1] for line in out.splitlines() if "id: " in line]
    assert ids == ["l-echo-du-val", "l-echo-du-val-2", "sans-nom-example-8443", "deja-la",
                   "long-long-long-long-long-long-long-long"], ids
    assert "  # Presse / Locale / L'Écho: # du Val\n  - id: l-echo-du-val\n    type: feed\n" in out, out
    assert '    url: "https://echo.example/rss?a=1&b=%22"\n' in out, out
    whole = scene.directory / "whole.yaml"
    whole.write_text("data_directory: data\nrules_directory: " + str(ROOT / "rules") + "\ntenants:\n  - {id: v, purpose: p, legal_basis: l, retention_days: 9, packs: [municipal_fr],"
                     " variables: {commune: [V], elus: [M], services: [s]}}\nconnectors:\n" + out, encoding="utf-8")
    code, _, errors = vigie("config", "check", "--config", whole)
    assert code == 0, errors


def added_to(scene):
    code, out, errors = vigie("connectors", "import-opml", "--config", scene.engine.config, scene.opml())
    assert code == 0 and "4 feeds to add" in errors and "1 there already" in errors, (code, errors)
    assert "deja.example" not in out and "- id: l-echo-du-val-2\n" in out and "- id: l-echo-du-val\n" not in out, out


def from_standard_input(scene):
    code, out, _ = vigie("connectors", "import-opml", "-", data=scene.opml().read_bytes())
    assert code == 0 and out.count("type: feed") == 5


def problems(scene):
    code, out, errors = vigie("connectors", "import-opml", scene.opml('<outline text="FTP" xmlUrl="ftp://x.example/"/>'))
    assert code == 1 and "'FTP' is at 'ftp://x.example/'" in errors and out.count("type: feed") == 5, (code, errors)
    path = scene.directory / "bad.opml"
    for content, word in ((b"", "empty"), (b"<rss/>", "root element is <rss>"), (b"<opml/>", "no feed"),
                          (b"\x00\xff\x80", "not OPML"), (b"<opml><outline xmlUrl='https://a.example/'>", "torn")):
        path.write_bytes(content)
        code, out, errors = vigie("connectors", "import-opml", path)
        assert (code, out) == (1, "") and word in errors and "bad.opml" in errors, (content, code, out, errors)
    code, out, errors = vigie("connectors", "import-opml", "/nowhere.opml")
    assert (code, out) == (2, "") and "/nowhere.opml" in errors, (code, errors)


TESTS = {
    "a list becomes connectors that a configuration takes": printed,
    "what is configured already is left out, its ids are not given again": added_to,
    "a list is read from the standard input": from_standard_input,
    "what is wrong with a list is told": problems,
}


def main():
    with tempfile.TemporaryDirectory(prefix="vigie-opml-") as directory:
        return run_tests(TESTS, Scene(directory))


if __name__ == "__main__":
    sys.exit(main())
