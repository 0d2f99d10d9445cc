#!/usr/bin/env python3
"""An author who asks to be forgotten: found by a probe in the files before, and nowhere after, whatever is restored; and what
else the law asks of a town: the file of what is kept on somebody, evidence for a complaint, backups that can be trusted."""

import json
import shutil
import sys
import zipfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import Engine, Pusher, run_scene, vigie, wait_for  # noqa: E402

WORD, NAME = "zqxvkwjhmf83feuille", "Ygrzopt Wbndelle"
LETTER = "torn by Ygrzopt Wbndelle: zqxvkwjhmf83feuille"


def mention(number, author, text):
    return {"id": f"message-number-{number}", "source": "mastodon", "text": text,
            "author": {"id": f"https://m.example/users/{author}", "name": NAME if author == "ana" else author.title(),
                       "url": f"https://m.example/@{author}"}}


class Scene:
    def __init__(self, directory):
        self.directory = Path(directory)
        self.engine = Engine(directory)
        self.backups = self.directory / "backups"
        self.engine.start()
        pusher = Pusher(self.engine.port)
        status, answer = pusher.push([mention(n, "bob", f"Rien à dire ici {n}") for n in range(50)])
        assert status == 202, answer
        status, answer = pusher.push([mention(100, "ana", f"Incendie rue {WORD} à Techniville, au secours !"),
                                      mention(101, "ana", f"Toujours {WORD}")])
        assert (status, answer["kept"]) == (202, 2), answer
        pusher.push(b'{"id":"torn","text":"' + LETTER.encode() + b'\n')
        wait_for("an alert", lambda: self.engine.town("alerts")["alerts"])

    def close(self):
        self.engine.kill()

    def config(self):
        return ("--config", self.engine.config)

    def author(self):
        return (*self.config(), "--tenant", "techniville", "--network", "mastodon")

    def probe(self, folder=None, word=WORD):
        """The files that hold the word: data folder, log, everything below. The test's own exports are not the engine's."""
        root = folder or self.directory
        return [str(path.relative_to(root)) for path in root.rglob("*")
                if path.is_file() and "own" not in path.parts and word.encode() in path.read_bytes()]

    def backup(self):
        code, out, err = vigie("backup", *self.config(), self.backups)
        assert code == 0, err
        return Path(out.split(": ")[0])

    def texts(self):
        return [one["text"] for one in self.engine.query("--limit", "0")]


def what_is_kept_on_somebody_is_told(scene):
    scene.own = scene.directory / "own"
    scene.own.mkdir()
    code, out, err = vigie("rgpd", "access", *scene.author(), "--handle", "@ANA")
    assert code == 0, err
    told = json.loads(out)
    assert [m["id"] for m in told["mentions"]] == ["message-number-101", "message-number-100"], told
    assert told["identities"][0]["name"] == NAME and len(told["alerts"]) == 1, told
    assert told["new_mentions_are_dropped"] is False and told["purpose"] == "test", told
    code, _, err = vigie("rgpd", "access", *scene.author(), "--handle", "nobody")
    assert code == 3 and "nobody" in err, err
    code, _, err = vigie("rgpd", "access", *scene.author())
    assert code in (2, 3) and "author" in err, err
    assert "makeAccessFile" in json.dumps(scene.engine.api("audit?limit=10")), "it is audited"


def evidence_is_as_it_was_made_or_says_not(scene):
    ref = next(one["ref"] for one in scene.engine.query("--limit", "0") if one["id"] == "message-number-100")
    path = scene.own / "evidence.zip"
    code, out, err = vigie("evidence", "make", *scene.config(), "--tenant", "techniville", "--mention", ref, "--out", path)
    assert code == 0 and "public key" in out, err
    key = out.split()[-1]
    code, out, err = vigie("evidence", "verify", path, "--public-key", key)
    assert code == 0 and ref in out, (out, err)
    assert vigie("evidence", "verify", path, "--public-key", "0" * 64)[0] == 1
    content = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        assert names == ["LISEZ-MOI.txt", "publication.json", "verdict.json", "enregistrement.bin", "manifeste.json"], names
        publication = json.loads(archive.read("publication.json"))
        assert WORD in publication["text"] and "name" not in publication["author"], publication
        assert WORD.encode() in archive.read("enregistrement.bin")
        assert json.loads(archive.read("verdict.json"))["evidence"], "why"
        pieces = {name: archive.read(name) for name in names}
    for changed in ("publication.json", "manifeste.json"):
        with zipfile.ZipFile(scene.own / "forged.zip", "w") as archive:
            for name in names:
                archive.writestr(name, pieces[name].replace(b"techniville", b"technivillE").replace(WORD.encode(), b"calme")
                                 if name == changed else pieces[name])
        code, _, err = vigie("evidence", "verify", scene.own / "forged.zip")
        assert code == 1 and "changed" in err or "not as it was signed" in err, (changed, err)
    (scene.own / "torn.zip").write_bytes(content[: len(content) // 2])
    assert vigie("evidence", "verify", scene.own / "torn.zip")[0] in (1, 2)
    code, _, err = vigie("evidence", "make", *scene.config(), "--tenant", "techniville", "--mention", "1-1", "--out", path)
    assert code == 3 and "no such mention" in err, err


def a_backup_is_made_while_the_engine_runs(scene):
    scene.old_backup = scene.backup()
    assert (scene.old_backup / "manifest.json").exists() and (scene.old_backup / "identities" / "keys").is_dir()
    assert scene.probe(scene.old_backup), "the probe finds what is there"
    assert "backup" in json.dumps(scene.engine.api("audit?limit=5"))


def the_probe_finds_the_author_before_and_nowhere_after(scene):
    before = scene.probe()
    assert any("store" in name for name in before) and any("backups" in name for name in before), before
    receipt = scene.own / "receipt.json"
    code, _, err = vigie("erase", *scene.author(), "--handle", "ana", "--out", receipt)
    assert code == 0, err
    told = json.loads(receipt.read_text())
    assert told["state"] == "done" and told["removed"]["mentions"] == 2 and told["removed"]["alerts"] == 1, told
    assert told["removed"]["dead_letters"] == 1, told
    assert "n° " + told["number"] in told["text"], told
    left = [name for name in scene.probe() if not name.startswith("backups")]
    assert not left, left
    assert not [name for name in scene.probe(word=NAME) if not name.startswith("backups")]
    assert not any(WORD in text for text in scene.texts())
    assert WORD not in json.dumps(scene.engine.town("alerts")) + json.dumps(scene.engine.town("mentions"))
    code, out, _ = vigie("rgpd", "verify-receipt", *scene.config(), receipt)
    assert code == 0 and "as this service signed it" in out, out
    scene.public_key = told["public_key"]
    receipt.write_text(receipt.read_text().replace('"mentions":2', '"mentions":3'))
    code, out, _ = vigie("rgpd", "verify-receipt", "--public-key", scene.public_key, receipt)
    assert code == 1 and "NOT as it was signed" in out, out


def whoever_is_erased_is_not_taken_in_again(scene):
    pusher = Pusher(scene.engine.port)
    status, answer = pusher.push([mention(200, "ana", f"Encore {WORD}"), mention(201, "bob", "Bob encore")])
    assert status == 202 and (answer["kept"], answer["dropped"]) == (1, 1), answer
    assert scene.engine.metric("vigie_store_suppressed_mentions") == 1
    status, body, _ = scene.engine.ask("GET", "/api/v1/tenants/techniville/erasures", headers=scene.engine.authorization())
    assert status == 200 and len(json.loads(body)["erasures"]) == 1, body


def an_older_backup_restored_is_told_of_the_erasure_first(scene):
    assert scene.engine.stop() == 0
    new = scene.backup()  # of a stopped engine; brings the journal beside the old one
    assert not scene.probe(new)
    for folder, keep_journal in (("store", True), ("store", False)):
        shutil.rmtree(scene.directory / "data" / folder)
        if not keep_journal:  # a machine that was lost: the backups' own journal tells
            shutil.rmtree(scene.directory / "data" / "erasures")
        code, out, err = vigie("restore", *scene.config(), scene.backups, "--backup", scene.old_backup.name)
        assert code == 0 and "1 people were erased since" in out, (out, err)
        assert not any(WORD in text for text in scene.texts())
        scene.engine.start()
        wait_for("rewritten files", lambda: scene.engine.metric("vigie_store_unscrubbed") == 0)
        assert not [name for name in scene.probe() if not name.startswith("backups")]
        status, answer = Pusher(scene.engine.port).push([mention(300, "ana", f"Revenue {WORD}")])
        assert status == 202 and answer["dropped"] == 1, answer
        assert scene.engine.stop() == 0
    code, _, err = vigie("restore", *scene.config(), scene.backups)
    assert code == 3 and "move it away first" in err, err


def a_store_put_back_by_hand_is_not_shown_before_its_journal(scene):
    store, journal = scene.directory / "data" / "store", scene.directory / "data" / "erasures"
    shutil.rmtree(store)
    away = scene.directory / "own" / "journal"
    shutil.move(journal, away)
    shutil.move(scene.backups / "erasures", scene.directory / "own" / "backups-journal")
    code, out, err = vigie("restore", *scene.config(), scene.backups, "--backup", scene.old_backup.name)
    assert code == 0 and "erased" not in out, (out, err)
    assert any(WORD in text for text in scene.texts()), "nobody told it"
    shutil.move(away, journal)
    shutil.move(scene.directory / "own" / "backups-journal", scene.backups / "erasures")
    code, _, err = vigie("query", *scene.config())
    assert code == 3 and "being erased" in err, err
    scene.engine.start()
    assert not any(WORD in text for text in scene.texts())
    assert scene.engine.stop() == 0


def backups_are_rewritten_without_who_was_erased(scene):
    assert scene.probe(scene.backups)
    code, out, err = vigie("backup", *scene.config(), scene.backups, "--rewrite")
    assert code == 0 and out.startswith(scene.old_backup.name), (out, err)
    assert not scene.probe(scene.backups), "no byte in any backup"
    assert not scene.probe(scene.backups, NAME)
    assert vigie("backup", *scene.config(), scene.backups, "--rewrite")[1] == "", "nothing is left to do"
    shutil.rmtree(scene.directory / "data" / "store")
    code, out, err = vigie("restore", *scene.config(), scene.backups, "--backup", scene.old_backup.name)
    assert code == 0 and "erased" not in out, (out, err)
    assert len(scene.texts()) == 50


def what_is_no_whole_backup_is_refused(scene):
    shutil.rmtree(scene.directory / "data" / "store")
    rows = scene.old_backup / "data" / "mentions.rows"
    whole = rows.read_bytes()
    rows.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    restore = ("restore", *scene.config(), scene.backups, "--backup", scene.old_backup.name)
    code, _, err = vigie(*restore)
    assert code == 3 and "mentions.rows is not as it was written" in err, err
    rows.write_bytes(whole)
    manifest = scene.old_backup / "manifest.json"
    text = manifest.read_text()
    manifest.unlink()
    code, _, err = vigie(*restore)
    assert code == 3 and "no whole backup" in err, err
    manifest.write_text(text.replace('"vigie_backup":1', '"vigie_backup":2'))
    code, _, err = vigie(*restore)
    assert code == 3 and "newer Vigie" in err, err
    assert not (scene.directory / "data" / "store").exists(), "nothing half done is left"
    manifest.write_text(text)
    assert vigie(*restore)[0] == 0


def without_what_is_held_apart_nobody_is_known(scene):
    shutil.rmtree(scene.directory / "data" / "store")
    shutil.move(scene.old_backup / "identities", scene.directory / "own" / "identities")
    restore = ("restore", *scene.config(), scene.backups, "--backup", scene.old_backup.name)
    code, _, err = vigie(*restore)
    assert code == 3 and "identities" in err and "missing" in err, err
    assert vigie(*restore, "--without-identities")[0] == 0
    code, out, err = vigie("rgpd", "access", *scene.config(), "--tenant", "techniville", "--network", "mastodon",
                           "--author-id", "https://m.example/users/bob")
    assert code == 0, err
    told = json.loads(out)
    assert len(told["mentions"]) == 50 and told["identities"] == [], told
    of_bob = ("--tenant", "techniville", "--network", "mastodon", "--author-id", "https://m.example/users/bob")
    code, out, err = vigie("erase", *scene.config(), *of_bob)
    assert code == 0 and json.loads(out)["removed"]["mentions"] == 50, (out, err)
    code, out, err = vigie("rgpd", "access", *scene.config(), *of_bob)
    assert code != 0 or not json.loads(out)["mentions"], out
    before = {file: file.read_bytes() for file in scene.old_backup.rglob("*") if file.is_file()}
    code, _, err = vigie("backup", *scene.config(), scene.backups, "--rewrite")
    assert code == 3 and "identities" in err and "back first" in err, (code, err)
    assert before == {file: file.read_bytes() for file in scene.old_backup.rglob("*") if file.is_file()}, "it was touched"


TESTS = {
    "what is kept on somebody is told": what_is_kept_on_somebody_is_told,
    "evidence is as it was made or says not": evidence_is_as_it_was_made_or_says_not,
    "a backup is made while the engine runs": a_backup_is_made_while_the_engine_runs,
    "the probe finds the author before and nowhere after": the_probe_finds_the_author_before_and_nowhere_after,
    "whoever is erased is not taken in again": whoever_is_erased_is_not_taken_in_again,
    "an older backup restored is told of the erasure first": an_older_backup_restored_is_told_of_the_erasure_first,
    "a store put back by hand is not shown before its journal": a_store_put_back_by_hand_is_not_shown_before_its_journal,
    "backups are rewritten without who was erased": backups_are_rewritten_without_who_was_erased,
    "what is no whole backup is refused": what_is_no_whole_backup_is_refused,
    "without what is held apart nobody is known": without_what_is_held_apart_nobody_is_known,
}


if __name__ == "__main__":
    sys.exit(run_scene(TESTS, Scene))
