#!/usr/bin/env python3
"""`vigie ingest`, `query` and `parse` as their users call them: files, folders and pipes into the store of a stopped engine,
and out again through every filter."""

import json
import os
import pty
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import VIGIE, Engine, run_tests, seed, vigie  # noqa: E402

FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Le Courrier</title>
<item><guid>c1</guid><title>La piscine rouvre</title><description>Un &lt;b&gt;bassin&lt;/b&gt; neuf</description>
<link>/piscine</link><pubDate>Wed, 14 Oct 2026 06:00:00 +0000</pubDate></item><item><guid>c2</guid></item></channel></rss>"""


def lines(*mentions):
    return b"".join(json.dumps(m, ensure_ascii=False).encode() + b"\n" for m in mentions)


def mention(name, text="Il fait beau à Techniville", **fields):
    return {"id": name, "source": "reseau", "text": text, "created_at": "2026-10-14T06:00:00Z", **fields}


class Scene:
    """A configuration, a data folder of its own, and no engine running on it."""

    def __init__(self, directory):
        self.directory = Path(directory)
        self.engine = Engine(directory, connectors=[])
        self.config = self.engine.config

    def ingest(self, source, *arguments, data=None):
        code, _, errors = vigie("ingest", "--config", self.config, "--input", source, *arguments, data=data)
        return code, errors.splitlines()[-1] if errors else ""

    def file(self, name, content):
        path = self.directory / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        return path

    def ids(self, *filters):
        return [m["id"] for m in self.engine.query("--limit", "0", *filters)]


def from_file(scene):
    path = scene.file("one.ndjson", lines(mention("a"), mention("b"), mention("a")))
    assert scene.ingest(path) == (0, "2 mentions kept, 0 dropped, 1 known already, 0 unreadable")
    assert sorted(scene.ids()) == ["a", "b"]


def again(scene):
    path = scene.directory / "one.ndjson"
    assert scene.ingest(path) == (0, "0 mentions kept, 0 dropped, 3 known already, 0 unreadable")
    with path.open("ab") as file:
        file.write(lines(mention("appended")))
    assert scene.ingest(path) == (0, "1 mentions kept, 0 dropped, 3 known already, 0 unreadable")
    assert sorted(scene.ids()) == ["a", "appended", "b"]


def from_pipe(scene):
    data = lines(mention("piped"), mention("a"))
    assert scene.ingest("-", data=data) == (0, "1 mentions kept, 0 dropped, 1 known already, 0 unreadable")
    assert "piped" in scene.ids()
    assert scene.ingest("-", data=b"") == (0, "0 mentions kept, 0 dropped, 0 known already, 0 unreadable")


def from_folder(scene):
    for name in ("2", "1"):
        scene.file(f"folder/{name}.ndjson", lines(*(mention(f"f{name}-{n}") for n in range(3))))
    scene.file("folder/notes.txt", b"not for us\n")
    assert scene.ingest(scene.directory / "folder") == (0, "6 mentions kept, 0 dropped, 0 known already, 0 unreadable")
    assert scene.ingest(f"{scene.directory}/folder/") == (0, "0 mentions kept, 0 dropped, 6 known already, 0 unreadable")
    assert {i for i in scene.ids() if i.startswith("f")} == {f"f{f}-{n}" for f in (1, 2) for n in range(3)}


def torn_and_bad_lines(scene):
    path = scene.file("bad.ndjson", lines(mention("whole")) + b"not json\n\xff\n\n" + lines(mention("whole2")) + b'{"id":"torn","te')
    code, summary = scene.ingest(path)
    assert code == 1 and summary == "2 mentions kept, 0 dropped, 0 known already, 3 unreadable: vigie query --dead-letters"
    letters = scene.engine.query("--dead-letters")
    assert len(letters) == 3 and "torn" in letters[0]["detail"] and letters[0]["connector"] == "ingest", letters
    assert {"whole", "whole2"} <= set(scene.ids()) and "torn" not in scene.ids()


def deletion(scene):
    assert scene.ingest("-", data=lines({"id": "piped", "source": "reseau", "deleted": True}))[0] == 0
    assert "piped" not in scene.ids()
    assert scene.ingest("-", data=lines(mention("piped"))) == (0, "0 mentions kept, 0 dropped, 1 known already, 0 unreadable")
    assert "piped" not in scene.ids()


def backfill_is_silent(scene):
    fire = mention("fire", "Incendie en cours rue des Lilas à Techniville, des gens sont coincés !")
    assert scene.ingest("-", data=lines(fire))[0] == 0
    assert scene.engine.query("--alerts") == []
    fire["id"] = "fire2"
    assert scene.ingest("-", "--mode", "replay", data=lines(fire))[0] == 0
    [alert] = scene.engine.query("--alerts")
    assert alert["level"] == "critical" and "Incendie" in alert["quote"], alert


def wrong_calls(scene):
    for arguments, word in ((["--input", scene.directory / "nowhere"], "nowhere"), (["--owned-by", "nobody"], "nobody"),
                            (["--mode", "forward"], "backfill"), (["--format", "fax"], "fax"), (["--mapping", "/nowhere"], "/nowhere"),
                            (["--format", "csv"], "'mentions'")):
        code, _, errors = vigie("ingest", "--config", scene.config, *arguments, data=b"")
        assert code == 2 and word in errors, (code, errors)


def beside_a_running_engine(scene):
    scene.engine.start()
    try:
        code, _, errors = vigie("ingest", "--config", scene.config, data=lines(mention("late")))
        assert code == 3 and errors.startswith("vigie: ") and len(errors) < 500, (code, errors)
        assert "late" not in scene.ids() and "a" in scene.ids(), "query must work beside a running engine"
    finally:
        scene.engine.stop()


def filters(scene):
    data = lines(
        mention("q1", "Plus d'eau au robinet à Techniville, c'est une honte, service nul", created_at="2026-09-01T00:00:00Z"),
        mention("q2", "Merci, bravo à la mairie de Techniville, super fête", created_at="2026-09-02T00:00:00Z", source="autre"),
        mention("q3", "Incendie en cours à Techniville, des gens sont coincés", created_at="2026-09-03T00:00:00Z"))
    assert scene.ingest("-", data=data)[0] == 0
    span = ("--since", "2026-09-01T00:00:00Z", "--until", "2026-09-04T00:00:00Z")
    cases = {
        (): ["q1", "q2", "q3"], ("--tone", "negative"): ["q1", "q3"], ("--tone", "positive"): ["q2"],
        ("--urgency", "high"): ["q3"], ("--urgency", "low"): ["q1", "q2", "q3"], ("--source", "autre"): ["q2"],
        ("--topic", "eau"): ["q1"], ("--topic", "nothing"): [], ("--topic", "eau", "--tone", "positive"): [],
        ("--tenant", "techniville"): ["q1", "q2", "q3"]}
    for chosen, wanted in cases.items():
        assert sorted(scene.ids(*span, *chosen)) == wanted, f"{chosen}: {scene.ids(*span, *chosen)}"
    assert scene.ids("--since", "2026-09-02T00:00:00Z", "--until", "2026-09-03T00:00:00Z") == ["q2"]
    assert len(scene.engine.query("--limit", "2")) == 2
    code, out, _ = vigie("query", "--config", scene.config)
    assert code == 0 and len(out.splitlines()) <= 20


def wrong_filters(scene):
    for arguments in (["--tone", "angry"], ["--urgency", "huge"], ["--since", "hier", "--until", "demain", "--tenant", "nobody"]):
        code, out, errors = vigie("query", "--config", scene.config, *arguments)
        assert (code, out) == (2, ""), (code, out)
        for word in arguments[1::2]:
            assert word in errors, f"{word} is not in {errors}"
    code, _, errors = vigie("query", "--config", scene.config, "--alerts", "--dead-letters")
    assert code == 2 and "excludes" in errors, errors


def parse_feed(scene):
    code, out, errors = vigie("parse", "--format", "feed", "--base-url", "https://courrier.example/rss", data=FEED.encode())
    [item] = [json.loads(line) for line in out.splitlines()]
    assert code == 1 and "missing_text" in errors, (code, errors)
    assert (item["id"], item["title"], item["text"]) == ("c1", "La piscine rouvre", "Un bassin neuf"), item
    assert (item["url"], item["created_at"]) == ("https://courrier.example/piscine", "2026-10-14T06:00:00Z"), item
    assert vigie("parse", "--format", "feed", scene.file("feed.xml", FEED.encode()))[0] == 1
    code, again_out, _ = vigie("parse", "--format", "canonical", data=out.encode())
    assert (code, again_out) == (0, out), "what parse writes is not what it reads"


def wrong_parse(_):
    code, _, errors = vigie("parse", "--format", "fax", data=b"")
    assert code == 2 and "fax" in errors and " canonical " in errors and " feed " in errors, (code, errors)
    code, _, errors = vigie("parse", "--format", "feed", "/nowhere.xml")
    assert code == 2 and "/nowhere.xml" in errors, (code, errors)
    code, out, errors = vigie("parse", "--format", "feed", data=b'<!DOCTYPE r [<!ENTITY a "b">]><rss>&a;</rss>')
    assert (code, out) == (1, "") and "unsafe" in errors, (code, out, errors)


MAPPING = """
network: je-donne-mon-avis
time_zone: Europe/Paris
csv: {id_from: [Démarche, Commentaire]}
mentions:
  - items: /*
    kind: review
    id: "/#id"
    title: /Démarche
    text: /Commentaire
    created_at: /Date de dépôt
    rating: /Satisfaction
    rating_words: {Bien: 5, Mauvais: 1}
"""


def tables(scene):
    mapping = scene.file("avis.yaml", MAPPING.encode())
    table = ("Démarche;Date de dépôt;Satisfaction;Commentaire\r\n"
             "Carte d'identité;05/10/2026 14:30;Bien;\"Rapide ;\r\nmerci Techniville\"\r\n"
             "État civil;06/10/2026 09:00;Mauvais;Déçu\r\n;;;\r\nun;champ;de;trop;ici\r\n").encode("windows-1252")
    path = scene.file("avis.csv", table)
    wanted = (1, "2 mentions kept, 0 dropped, 0 known already, 1 unreadable: vigie query --dead-letters")
    assert scene.ingest(path, "--format", "csv", "--mapping", mapping) == wanted
    found = {m["title"]: m for m in scene.engine.query("--limit", "0", "--source", "je-donne-mon-avis")}
    card = found["Carte d'identité"]
    assert card["text"] == "Rapide ;\r\nmerci Techniville" and card["rating"] == 5, card
    assert card["created_at"] == "2026-10-05T12:30:00Z", card
    assert scene.ingest(path, "--format", "csv", "--mapping", mapping)[1].startswith("0 mentions kept, 0 dropped, 2 known already")


def documents(scene):
    request = ("<request><service_request_id>{0}</service_request_id><description>Lampadaire {0} en panne</description>"
               "<requested_datetime>2026-10-0{0}T08:00:00+02:00</requested_datetime></request>")
    for name, numbers in (("a.xml", (1, 2)), ("b.xml", (3,))):
        scene.file(f"guichet/{name}", f"<service_requests>{''.join(map(request.format, numbers))}</service_requests>".encode())
    assert scene.ingest(scene.directory / "guichet", "--format", "open311_xml") == (
        0, "3 mentions kept, 0 dropped, 0 known already, 0 unreadable")
    post = {"postIdStr": "1254511813748785152", "username": "ville", "userIdStr": "9", "description": "La fête à Techniville",
            "created": "2026-09-12T15:52:18.000000", "likes": 3}
    scene.file("vine/1.json", json.dumps(post).encode())
    assert scene.ingest(scene.directory / "vine", "--format", "vine")[0] == 0
    [vine] = scene.engine.query("--source", "vine", "--limit", "0")
    assert (vine["id"], vine["engagement"]["likes"]) == ("1254511813748785152", 3), vine


def killed(scene):
    random.seed(seed())
    total = 60_000
    path = scene.file("long.ndjson", lines(*(mention(f"k{number}", source="archive") for number in range(total))))
    began = time.monotonic()
    scene.ingest("-", data=b"")
    start_s = time.monotonic() - began
    known, killed_at = 0, []
    while len(killed_at) < 6:
        run = subprocess.Popen([VIGIE, "ingest", "--config", scene.config, "--input", path], stderr=subprocess.DEVNULL)
        time.sleep(start_s + random.uniform(-0.1, 0.6))
        if run.poll() is not None:  # it came to the end before it could be killed
            known = total
            break
        run.kill()
        run.wait()
        killed_at.append(len(scene.ids("--source", "archive")))
        assert killed_at[-1] >= known, f"mentions were lost: {killed_at}"
        known = killed_at[-1]
    print(f"killed when {killed_at} of {total} were stored")
    code, _, errors = vigie("ingest", "--config", scene.config, "--input", path)
    assert code == 0, errors
    summary = errors.splitlines()[-1]
    stored = [m["id"] for m in scene.engine.query("--limit", "0", "--source", "archive")]
    assert len(stored) == len(set(stored)) == total, (len(stored), len(set(stored)))
    if 0 < known < total:  # the last run went on where the killed ones were
        assert "goes on where an earlier run was stopped" in errors, errors
        assert int(summary.split()[0]) == total - known, (summary, killed_at)
        assert int(summary.split(" dropped, ")[1].split()[0]) < total / 20, f"it read again what it had: {summary}"
    assert scene.ingest(path)[1].startswith(f"0 mentions kept, 0 dropped, {total} known"), "once it is read, it is read anew"


def bar(scene):
    path = scene.directory / "long.ndjson"
    master, slave = pty.openpty()
    run = subprocess.Popen([VIGIE, "ingest", "--config", scene.config, "--input", path], stderr=slave)
    os.close(slave)
    said = b""
    while True:
        try:
            said += os.read(master, 65536)
        except OSError:
            break
    assert run.wait() == 0
    shown = [piece for piece in said.decode().split("\r") if piece.startswith("[")]
    assert len(shown) > 1 and "100 %" in shown[-1] and "." in shown[0], shown[-3:]
    run = subprocess.run([VIGIE, "ingest", "--config", scene.config, "--input", path], stderr=subprocess.PIPE, check=True)
    assert b"[" not in run.stderr, "a log is no place for a bar"


TESTS = {
    "a file is read, duplicates are counted": from_file,
    "a file read again gives only what is new in it": again,
    "standard input is read": from_pipe,
    "a folder's files are read, whatever was read before": from_folder,
    "torn and bad lines are counted and kept as dead letters": torn_and_bad_lines,
    "a deletion is final": deletion,
    "a backfill raises no alert, a replay does": backfill_is_silent,
    "a table is read by a mapping of its columns, in a spreadsheet's encoding": tables,
    "folders of documents are read: Open311's XML, Vine's JSON": documents,
    "what was killed goes on where it was, nothing is lost or doubled": killed,
    "a bar says how far it is, where a person looks on": bar,
    "wrong calls say what is wrong": wrong_calls,
    "a running engine's folder is not touched": beside_a_running_engine,
    "query's filters": filters,
    "wrong filters are all told": wrong_filters,
    "parse reads a feed": parse_feed,
    "parse says what it cannot read": wrong_parse,
}


def main():
    with tempfile.TemporaryDirectory(prefix="vigie-ingest-") as directory:
        return run_tests(TESTS, Scene(directory))


if __name__ == "__main__":
    sys.exit(main())
