#!/usr/bin/env python3
"""postgres.py FOLDER LIMIT: the same work in PostgreSQL 15, in a cluster of its own: posts as JSON by COPY, case and accents by
lower() and translate(), a join on `~`, everything stored and synced. Prints one JSON line: posts, posts hit, CPU seconds of the server
from the posts' first byte to the commit.
"""

import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

BIN = Path("/usr/lib/postgresql/15/bin")
ACCENTED, BARE = "àâäáãåçéèêëíìîïñóòôöõúùûüýÿ", "aaaaaaceeeeiiiinooooouuuuyy"
FOLD = f"regexp_replace(translate(lower(post->>'text'), '{ACCENTED}', '{BARE}'), '[^a-z0-9]+', ' ', 'g')"


def main():
    folder, limit = Path(sys.argv[1]), int(sys.argv[2])
    cluster = Path(tempfile.mkdtemp(prefix="vigie-postgres-"))
    postgres = pwd.getpwnam("postgres")

    def as_postgres():  # a server does not run as root
        if os.getuid() == 0:
            os.setgid(postgres.pw_gid)
            os.setuid(postgres.pw_uid)

    def run(*command, **how):
        return subprocess.run(command, check=True, preexec_fn=as_postgres, cwd="/", capture_output=True, text=True, **how).stdout

    if os.getuid() == 0:
        os.chown(cluster, postgres.pw_uid, postgres.pw_gid)
    try:
        run(BIN / "initdb", "-D", cluster / "data", "-E", "UTF8", "--locale", "C.UTF-8")
        run(BIN / "pg_ctl", "-D", cluster / "data", "-w", "-l", cluster / "log", "-o",
            f"-k {cluster} -c listen_addresses= -c max_parallel_workers_per_gather=0 -c jit=off -c shared_buffers=256MB", "start")
        rules = [json.loads(line)["expression"] for line in (folder / "rules.ndjson").read_text().splitlines()]
        with (folder / "posts.ndjson").open(encoding="utf-8") as lines:
            posts = [line.rstrip("\n") for line, _ in zip(lines, range(limit))]

        def copied(rows):
            return "\n".join(row.replace("\\", "\\\\") for row in rows) + "\n\\.\n"

        words = [rule.replace("\\b", "\\y") for rule in rules]
        stat = "\\! cut -d' ' -f14,15 /proc/$PID/stat\n"
        script = ("CREATE TABLE rule(expression text); CREATE UNLOGGED TABLE incoming(post jsonb);\n"
                  "CREATE TABLE mention(id text primary key, post jsonb, rules text[]);\n"
                  f"COPY rule FROM stdin;\n{copied(words)}"
                  f"SELECT pg_backend_pid() AS pid \\gset\n\\setenv PID :pid\n{stat}"
                  f"COPY incoming FROM stdin;\n{copied(posts)}"
                  "INSERT INTO mention SELECT post->>'id', post, array(SELECT expression FROM rule WHERE folded ~ expression) "
                  f"FROM (SELECT post, {FOLD} AS folded FROM incoming OFFSET 0) AS folded_posts;\n{stat}"
                  "SELECT count(*) FROM mention WHERE cardinality(rules) > 0;\n")
        said = run(BIN / "psql", "-h", cluster, "-d", "postgres", "-AtqX", "-v", "ON_ERROR_STOP=1", input=script).split()
        ticks = os.sysconf("SC_CLK_TCK")
        before, after, hit = int(said[0]) + int(said[1]), int(said[2]) + int(said[3]), int(said[4])
        print(json.dumps({"posts": len(posts), "hit": hit, "cpu_s": (after - before) / ticks}))
    finally:
        subprocess.run([BIN / "pg_ctl", "-D", cluster / "data", "-m", "immediate", "stop"], check=False, preexec_fn=as_postgres,
                       cwd="/", capture_output=True)
        shutil.rmtree(cluster, ignore_errors=True)


if __name__ == "__main__":
    main()
