#!/usr/bin/env python3
"""expert_python.py FOLDER LIMIT LEXICON all|hits: what somebody who knows Python well builds for the same work.

JSON by the standard library; case and accents by one table; all literals of all rules in one Aho-Corasick automaton
(python3-ahocorasick), `re` only for the rules whose literal was seen; tone by a dictionary; everything, or what a rule asks for,
into SQLite, a synced transaction each 5,000 posts. Prints one JSON line: posts, posts hit, CPU seconds without the set-up.
"""

import json
import re
import resource
import sqlite3
import sys
import unicodedata
from pathlib import Path

import ahocorasick

ROWS_AT_ONCE = 5000


class Fold(dict):
    """For str.translate: letters up to U+024F without case and accents, a space for all else."""

    def __missing__(self, code):
        bare = "".join(c for c in unicodedata.normalize("NFKD", chr(code).lower()) if not unicodedata.combining(c)) if code < 0x250 else ""
        self[code] = bare if re.fullmatch("[a-z0-9]+", bare) else " "
        return self[code]


def read_lexicon(path):
    rows = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    return {row[0]: int(row[2]) for row in rows if len(row) > 2 and row[1] == "tone"}


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main():
    folder, limit, stores_all = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[4] == "all"
    rules = [json.loads(line) for line in (folder / "rules.ndjson").read_text().splitlines()]
    automaton = ahocorasick.Automaton()
    by_literal = {}
    for number, rule in enumerate(rules):
        verify = None if rule["is_literal"] else re.compile(rule["expression"])
        for literal in rule["literals"]:
            key = f" {literal} " if rule["is_literal"] else f" {literal}"
            by_literal.setdefault(key, []).append((number, verify))
    for key, owners in by_literal.items():
        automaton.add_word(key, owners)
    automaton.make_automaton()
    fold, lexicon = Fold(), read_lexicon(Path(sys.argv[3]))
    for file in folder.glob("python.sqlite*"):  # of the round before
        file.unlink()
    base = sqlite3.connect(folder / "python.sqlite")
    base.execute("PRAGMA journal_mode=WAL")
    base.execute("PRAGMA synchronous=FULL")
    base.execute("CREATE TABLE mention(source TEXT, id TEXT, created_at TEXT, author TEXT, text TEXT, url TEXT, tone INTEGER, "
                 "rules TEXT, PRIMARY KEY(source, id)) WITHOUT ROWID")
    insert = "INSERT OR IGNORE INTO mention VALUES (?,?,?,?,?,?,?,?)"
    rows, posts, hit = [], 0, 0
    start = cpu_seconds()
    with (folder / "posts.ndjson").open("rb") as lines:
        for line in lines:
            if posts == limit:
                break
            posts += 1
            post = json.loads(line)
            text = post["text"]
            words = text.translate(fold).split()
            folded = f" {' '.join(words)} "
            found = set()
            for _, owners in automaton.iter(folded):
                for number, verify in owners:
                    if number not in found and (verify is None or verify.search(folded)):
                        found.add(number)
            hit += bool(found)
            if not found and not stores_all:
                continue
            tone = sum(lexicon.get(word, 0) for word in words)
            rows.append((post["source"], post["id"], post["created_at"], post["author"]["id"], text, post["url"], tone,
                         json.dumps(sorted(found))))
            if len(rows) == ROWS_AT_ONCE:
                base.executemany(insert, rows)
                base.commit()
                rows.clear()
    base.executemany(insert, rows)
    base.commit()
    print(json.dumps({"posts": posts, "hit": hit, "cpu_s": cpu_seconds() - start}))


if __name__ == "__main__":
    main()
