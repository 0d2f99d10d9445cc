#!/usr/bin/env python3
"""Whatever is pushed at a running engine: a clear answer or a dead letter with its reason, a counter that moves, the good
lines of the same body stored, and the engine goes on."""

import datetime
import http.client
import itertools
import json
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import Engine, Pusher, run_tests, signed, wait_for  # noqa: E402

WINDOW_S = 300
NUMBERS = itertools.count(1)


def mention(**fields):
    return {"id": f"m{next(NUMBERS)}", "text": "Merci à la mairie de Techniville", **fields}


def line(**fields):
    return json.dumps(mention(**fields), ensure_ascii=False).encode()


def push(engine, body, key=None, hook="hook", **how):
    """(status, answer as an object, headers)"""
    status, answer, headers = engine.ask("POST", f"/hooks/{hook}", body, signed(body, key, **how), timeout_s=30)
    return status, json.loads(answer), headers


def stored(engine):
    return Counter(m["id"] for m in engine.query("--limit", "0"))


def dead_letters(engine):
    return engine.query("--dead-letters", "--limit", "0")


# what is wrong with a line → the line, the reason, a word of the detail
BAD_LINES = {
    "a raw NUL": (b'{"id":"x","text":"a\x00b"}', "malformed", ""),
    "bytes that are not UTF-8": (b'{"id":"x","text":"caf\xe9 \xff\xfe"}', "invalid_utf8", ""),
    "no text": (b'{"id":"x"}', "missing_text", "text"),
    "an empty text": (b'{"id":"x","text":"  "}', "missing_text", "text"),
    "no id": (b'{"text":"bonjour"}', "missing_id", "id"),
    "a text that is a number": (b'{"id":"x","text":1}', "invalid_field", "text"),
    "a date that is none": (b'{"id":"x","text":"a","created_at":"hier"}', "invalid_field", "created_at"),
    "arrays nested 2,000 deep": (b'{"id":"x","text":"a","y":' + b"[" * 2000 + b"]" * 2000 + b"}", "too_deep", ""),
    "objects nested 2,000 deep": (b'{"a":' * 2000 + b"1" + b"}" * 2000, "too_deep", ""),
    "brackets never closed": (b'{"id":"x","text":"a","y":' + b"[" * 2000, "malformed", ""),
    "10 MB in one line": (b'{"id":"x","text":"' + b"a" * 10_000_000 + b'"}', "too_long", "1048576"),
    "no JSON": (b"bonjour tout le monde", "malformed", ""),
    "null": (b"null", "malformed", ""),
}


def bad_lines_become_dead_letters(engine):
    for what, (bad, reason, word) in BAD_LINES.items():
        first, last = mention(), mention()
        before = engine.metric("vigie_dead_letters_total", connector="hook", reason=reason)
        body = b"\n".join((json.dumps(first).encode(), bad, json.dumps(last).encode(), b""))
        status, answer, _ = push(engine, body)
        assert status == 202, f"{what}: {status} {answer}"
        assert (answer["kept"], answer["rejected"]) == (2, 1), f"{what}: {answer}"
        assert {first["id"], last["id"]} <= stored(engine).keys(), f"{what}: the good lines are not stored"
        letter = dead_letters(engine)[0]
        assert letter["reason"] == reason and word in letter["detail"] and letter["detail"], f"{what}: {str(letter)[:500]}"
        assert letter["connector"] == "hook" and letter["bytes"][:8] == bad.decode(errors="replace")[:8], str(letter)[:500]
        after = engine.metric("vigie_dead_letters_total", connector="hook", reason=reason)
        assert after == before + 1, f"{what}: the counter went from {before} to {after}"
    assert "x" not in stored(engine)


def torn_last_line(engine):
    good = mention()
    status, answer, _ = push(engine, json.dumps(good).encode() + b'\n{"id":"torn","text":"bonj')
    assert (status, answer["kept"], answer["rejected"]) == (202, 1, 1), answer
    letter = dead_letters(engine)[0]
    assert letter["reason"] == "malformed" and "torn" in letter["detail"], letter
    assert "torn" not in stored(engine) and good["id"] in stored(engine)


def no_json_at_all(engine):
    status, answer, _ = push(engine, "Bonjour, je voudrais signaler une fuite".encode())
    assert (status, answer["kept"], answer["rejected"]) == (202, 0, 1), answer
    assert dead_letters(engine)[0]["bytes"].startswith("Bonjour")


def array_body(engine):
    good = mention()
    status, answer, _ = push(engine, b"[" + json.dumps(good).encode() + b', {"id":"y"}, 7]')
    assert (status, answer["kept"], answer["rejected"]) == (202, 1, 2), answer
    assert good["id"] in stored(engine)


def duplicate_ids(engine):
    same = line(id="twice")
    before = engine.metric("vigie_mentions_duplicate_total", connector="hook")
    status, answer, _ = push(engine, same + b"\n" + same + b"\n")
    assert (status, answer["kept"], answer["duplicates"]) == (202, 1, 1), answer
    status, answer, _ = push(engine, same + b"\n")
    assert (status, answer["kept"], answer["duplicates"]) == (202, 0, 1), answer
    assert stored(engine)["twice"] == 1
    assert engine.metric("vigie_mentions_duplicate_total", connector="hook") == before + 2


def edit_and_deletion(engine):
    push(engine, line(id="edited", text="avant", created_at="2026-10-14T06:00:00Z") + b"\n")
    push(engine, line(id="edited", text="après", created_at="2026-10-14T06:00:00Z", edited_at="2026-10-14T07:00:00Z"))
    push(engine, line(id="edited", text="vieux", created_at="2026-10-14T06:00:00Z", edited_at="2026-10-14T06:30:00Z"))
    assert [m["text"] for m in engine.query("--limit", "0") if m["id"] == "edited"] == ["après"]
    status, answer, _ = push(engine, b'{"id":"edited","source":"hook","deleted":true}\n')
    assert (status, answer["deleted"]) == (202, 1), answer
    assert "edited" not in stored(engine)
    push(engine, line(id="edited", text="trop tard", created_at="2026-10-14T06:00:00Z"))
    assert "edited" not in stored(engine), "a late original undid its deletion"


def date_in_the_future(engine):
    ahead = mention(created_at="2999-01-01T00:00:00Z")
    status, answer, _ = push(engine, json.dumps(ahead).encode())
    assert (status, answer["kept"]) == (202, 1), answer
    now = datetime.datetime.now(datetime.timezone.utc)
    shown = next(m for m in engine.query("--limit", "0") if m["id"] == ahead["id"])
    told = datetime.datetime.fromisoformat(shown["created_at"].replace("Z", "+00:00"))
    assert told <= now + datetime.timedelta(minutes=6), f"charts would show {told}"


def dropped_where_no_tenant_keeps(engine):
    before = engine.metric("vigie_mentions_dropped_total", connector="strict")
    body = b'{"id":"far","text":"Il pleut sur Brest"}\n{"id":"near","text":"Il pleut sur Techniville"}\n'
    status, answer, _ = push(engine, body, hook="strict")
    assert status == 202 and answer == {"kept": 1, "dropped": 1, "duplicates": 0, "deleted": 0, "rejected": 0}, answer
    assert "near" in stored(engine) and "far" not in stored(engine)
    assert engine.metric("vigie_mentions_dropped_total", connector="strict") == before + 1


def signatures(engine):
    now, body = int(time.time()), line(id="forged")
    wrong = {"X-Vigie-Signature": f"t={now},v1={'0' * 64}", "Content-Type": "application/x-ndjson"}
    cases = {
        "wrong": (wrong, 401),
        "missing": ({"Content-Type": "application/x-ndjson"}, 401),
        "no time": ({**wrong, "X-Vigie-Signature": f"v1={'0' * 64}"}, 401),
        "of another body": (signed(body + b" "), 401),
        "with another secret": (signed(body, secret="f" * 32), 401),
        "too old": (signed(body, at=now - WINDOW_S - 5), 403),
        "from the future": (signed(body, at=now + WINDOW_S + 5), 403),
    }
    for what, (headers, wanted) in cases.items():
        before = engine.metric("vigie_refused_total", connector="hook")
        status, answer, _ = engine.ask("POST", "/hooks/hook", body, headers)
        assert status == wanted and json.loads(answer)["error"], f"{what}: {status} {answer}"
        after = engine.metric("vigie_refused_total", connector="hook")
        assert after == before + 1, f"{what}: vigie_refused_total went from {before} to {after}"
    assert "forged" not in stored(engine)
    assert push(engine, line(), at=now - WINDOW_S + 10)[0] == 202
    assert "403" in next(c for c in engine.api("connectors")["connectors"] if c["id"] == "hook")["detail"]


def refused_requests(engine):
    body = line(id="refused")
    right = signed(body)
    cases = {
        "empty": ("POST", "/hooks/hook", b"", signed(b""), 400),
        "a form": ("POST", "/hooks/hook", body, {**right, "Content-Type": "text/plain"}, 415),
        "compressed": ("POST", "/hooks/hook", body, {**right, "Content-Encoding": "gzip"}, 415),
        "GET": ("GET", "/hooks/hook", None, right, 405),
        "an unknown hook": ("POST", "/hooks/nobody", body, right, 404),
        "a key with a space": ("POST", "/hooks/hook", body, {**right, "Idempotency-Key": "a b"}, 400),
        "over this hook's limit": ("POST", "/hooks/strict", b"a" * 20_000, signed(b"a" * 20_000), 413),
        "over any hook's limit": ("POST", "/hooks/hook", b"a" * 17_000_000, signed(b"a"), 413),
    }
    for what, (method, path, data, headers, wanted) in cases.items():
        try:
            status, answer, _ = engine.ask(method, path, data, headers)
        except (BrokenPipeError, ConnectionResetError):  # answered and closed while we were still sending
            assert wanted == 413, what
            continue
        assert status == wanted, f"{what}: {status} {answer[:200]}"
        assert wanted == 404 or json.loads(answer), what
    assert "refused" not in stored(engine)


def replayed_key(engine):
    body = line(id="once")
    first = push(engine, body, key="key-1")
    again = push(engine, body, key="key-1")
    assert first[:2] == again[:2] and first[1]["kept"] == 1, (first, again)
    status, answer, _ = push(engine, line(id="other"), key="key-1")
    assert status == 422 and "Idempotency-Key" in answer["error"], (status, answer)
    assert stored(engine)["once"] == 1 and "other" not in stored(engine)
    answers = []
    body = line(id="at-once")
    pushes = [threading.Thread(target=lambda: answers.append(push(engine, body, key="key-2")[:2])) for _ in range(8)]
    for thread in pushes:
        thread.start()
    for thread in pushes:
        thread.join()
    assert len(answers) == 8 and all(a == (202, answers[0][1]) and a[1]["kept"] == 1 for a in answers), answers


def keys_survive_a_kill(engine):
    body = line(id="replayed")
    assert push(engine, body, key="key-3")[1]["kept"] == 1
    engine.kill()
    engine.start()
    status, _, _ = push(engine, body, key="key-3")
    assert status == 202 and stored(engine)["replayed"] == 1


def full_rings(_):
    with tempfile.TemporaryDirectory(prefix="vigie-full-") as directory:
        small = {"workers": 1, "inbox_capacity_envelopes": 1, "outbox_capacity_envelopes": 1}
        engine = Engine(directory, pipeline=small)
        engine.start()
        answers, headers = Counter(), []

        def send(first):
            body = b"\n".join(line(id=f"f{first}-{n}", text="La mairie de Techniville " + "a b c " * 40) for n in range(400))
            while True:
                status, _, got = push(engine, body)
                answers[status] += 1
                if status != 429:
                    return
                headers.append(got["Retry-After"])
                time.sleep(0.05)

        senders = [threading.Thread(target=send, args=(i,)) for i in range(24)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        ids, counted = stored(engine), engine.metric("vigie_refused_total", connector="hook", reason="busy")
        assert engine.stop() == 0
        assert counted == answers[429], f"{counted} counted, {dict(answers)}"
    assert answers[429] > 0 and all(h and int(h) >= 1 for h in headers), f"{dict(answers)}, {headers[:3]}"
    assert answers[202] == 24 and set(answers) == {202, 429}, dict(answers)
    assert len(ids) == 24 * 400 and set(ids.values()) == {1}, len(ids)


def broken_connections(engine):
    """Clients that die in the middle of a push leave nothing behind."""
    body = line(id="half")
    for cut in (0, 1, len(body) // 2, len(body) - 1):
        connection = http.client.HTTPConnection("127.0.0.1", engine.port, timeout=5)
        connection.putrequest("POST", "/hooks/hook")
        for name, value in {**signed(body), "Content-Length": str(len(body))}.items():
            connection.putheader(name, value)
        connection.endheaders(body[:cut])
        connection.close()
    assert "half" not in stored(engine)


def dead_letters_in_the_api(engine):
    letters = engine.api("dead-letters?limit=5")["dead_letters"]
    told = dead_letters(engine)[:5]
    assert [(x["number"], x["reason"]) for x in letters] == [(x["number"], x["reason"]) for x in told]


def it_goes_on(engine):
    assert engine.process.poll() is None
    assert engine.get("/health/live")[0] == 200 and engine.get("/health/ready")[0] == 200
    pusher, last = Pusher(engine.port), mention()
    assert pusher.push([last])[0] == 202
    wait_for("the last mention in the API",
             lambda: last["id"] in {m["id"] for m in engine.town("mentions?limit=200")["mentions"]})
    assert engine.stop() == 0, engine.log_tail()


TESTS = {
    "a bad line is a dead letter with its reason, its neighbours are stored": bad_lines_become_dead_letters,
    "a torn last line is named as such": torn_last_line,
    "what is no JSON at all is a dead letter": no_json_at_all,
    "an array gives its good elements": array_body,
    "the same id twice is stored once and counted": duplicate_ids,
    "the later edit stays, a deletion is final": edit_and_deletion,
    "a date in the future is brought back to now": date_in_the_future,
    "202 says what was kept and what dropped": dropped_where_no_tenant_keeps,
    "wrong, missing, stale and early signatures are refused and counted": signatures,
    "refused requests say why": refused_requests,
    "the same Idempotency-Key gives the same answer and stores once": replayed_key,
    "a key replayed after kill -9 stores once": keys_survive_a_kill,
    "full rings answer 429 with Retry-After, and nothing is lost": full_rings,
    "clients that break off leave nothing behind": broken_connections,
    "the API lists the dead letters": dead_letters_in_the_api,
    "after all that the engine still takes mentions and stops in order": it_goes_on,
}


def main():
    with tempfile.TemporaryDirectory(prefix="vigie-serve-") as directory:
        secret = str(Path(directory) / "hook.secret")
        hook = {"type": "webhook", "secret_file": secret}
        tenant = {"id": "techniville", "name": "Techniville", "purpose": "test", "legal_basis": "test", "retention_days": 400,
                  "packs": ["municipal_fr"], "variables": {"commune": ["Techniville"]}}
        engine = Engine(directory, tenants=[tenant], connectors=[
            {"id": "hook", "max_body_bytes": 16_000_000, "owned_by": ["techniville"], **hook},
            {"id": "strict", "max_body_bytes": 10_000, **hook}])
        engine.start()
        try:
            return run_tests(TESTS, engine)
        finally:
            if engine.process.poll() is None:
                engine.kill()


if __name__ == "__main__":
    sys.exit(main())
