#!/usr/bin/env python3
"""Words of strangers are words: some 350 ways of making a page, a table or a mail do something, in every field of a mention, seen
through the API, the screens, the weekly note, the tables and the mails. And what nobody may ask: who wrote most."""

import csv
import datetime
import html.parser
import io
import itertools
import json
import re
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from alerts import MailSink  # noqa: E402
from harness import ROOT, Engine, Pusher, chromium, run_scene, vigie, wait_for  # noqa: E402

BROWSER = ROOT / "tests" / "browser"
DO = "window.hostile=1"
EVENTS = ("onerror", "onload", "onfocus", "ontoggle", "onclick", "onmouseover", "onanimationstart", "onbegin", "onpageshow")
CARRIERS = ("<img src=x {}={}>", "<svg {}={}>", "<body {}={}>", "<video src=x {}={}>", "<input autofocus {}={}>",
            "<details open {}={}>", "<iframe {}={}></iframe>", "<object data=x {}={}></object>", "<math {}={}>",
            "<select autofocus {}={}>", "<textarea autofocus {}={}>", "<a href=# autofocus {}={}>x</a>", "<style {}={}></style>",
            "<audio src=x {}={}>", "<form {}={}><button>x</button></form>", "<x tabindex=1 autofocus {}={}>",
            "\"' autofocus {}={} x=\"'", "<svg><animate attributeName=x dur=1s {}={}>")
SCRIPTS = ("<script>{}</script>", "<ScRiPt >{}</sCrIpT>", "<script\n>{}</script>", "<script/x>{}</script>",
           "<<script>{}//<</script>", "<script src=data:,{}></script>", "<script type=module>{}</script>", "<svg><script>{}</script>",
           "<noscript><p title=\"</noscript><script>{}</script>\">", "<template><script>{}</script></template>",
           "<iframe srcdoc=\"<script>parent.{}</script>\"></iframe>", "<math><mtext><script>{}</script>")
ESCAPES = ("", "\">", "'>", "</title>", "</textarea>", "</style>", "-->", "]]>", "</script>", "`>", "</mark></p>", "\\\">")
LINKS = ("javascript:{}", "JaVaScRiPt:{}", "java\tscript:{}", " javascript:{}", "\x01javascript:{}", "&#106;avascript:{}",
         "data:text/html,<script>{}</script>", "vbscript:{}", "//evil.example/%0d%0a{}", "https:javascript:{}",
         "http://user:pass@evil.example/\"onmouseover={}", "feed:javascript:{}", "blob:{}", "jav&#x0A;ascript:{}")
ENCODED = ("&lt;script&gt;{}&lt;/script&gt;", "%3Cscript%3E{}%3C/script%3E", "\\u003cscript\\u003e{}\\u003c/script\\u003e",
           "&#x3C;script&#x3E;{}&#x3C;/script&#x3E;", "＜script＞{}＜/script＞", "+ADw-script+AD4-{}+ADw-/script+AD4-",
           "\u2028{}\u2029", "*/{}/*", "';{}//", "\\';{}//", "${{{}}}", "{{{{constructor.constructor('{}')()}}}}", "<%= {} %>",
           "[[${{{}}}]]", "#{{{}}}", "<!--#exec cmd=\"{}\"-->", "<?php {} ?>", "<![CDATA[<script>{}</script>]]>")
FORMULAS = ("=HYPERLINK(\"https://evil.example\",\"x\")", "+1+1", "-1+1", "@SUM(1)", "\t=1+1", "\r=1+1", "=cmd|'/c calc'!A0", "＝1+1")
HEADERS = ("x\r\nBcc: evil@evil.example", "x\nSubject: other", "x\r\n\r\n<b>body</b>", "=?utf-8?q?x=0ABcc:_evil@evil.example?=",
           "x\u2028Bcc: evil@evil.example", "x\x0bBcc: evil@evil.example", "x\x85Bcc: evil@evil.example")
TURNED = ("\u202etxet", "\u2066\u2067x", "\u200b\u200dx\ufeff", "a\u0300" * 40)


def payloads():
    made = [carrier.format(event, DO) for carrier, event in itertools.product(CARRIERS, EVENTS)]
    made += [escape + script.format(DO) for escape, script in itertools.product(ESCAPES, SCRIPTS)]
    made += [shape.format(DO) for shape in LINKS + ENCODED]
    return made + [*FORMULAS, *HEADERS, *TURNED]


PAYLOADS = payloads()
HANDLERS = re.compile(r"^on")


class Page(html.parser.HTMLParser):
    """What a page really holds: whatever in it could act."""

    def __init__(self, text):
        super().__init__()
        self.acting = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        if tag in ("script", "iframe", "object", "embed", "form", "input", "base", "link", "video", "audio"):
            self.acting.append(tag)
        for name, value in attrs:
            is_link = name in ("href", "src", "action", "formaction", "xlink:href", "data", "srcdoc")
            if HANDLERS.match(name) or (is_link and not re.match(r"(https?://|mailto:|#|cid:)", value or "")):
                self.acting.append(f"{tag} {name}={value}")


class Scene:
    def __init__(self, directory):
        self.directory = Path(directory)
        self.mail = MailSink()
        mail = {"id": "mail", "type": "mail", "url": f"smtp://127.0.0.1:{self.mail.controller.port}", "from": "vigie@ville.example",
                "to": ["communication@ville.example"]}
        self.engine = Engine(directory, receivers=[mail])
        self.engine.start()
        self.at = datetime.datetime.now(datetime.timezone.utc)
        pusher = Pusher(self.engine.port)
        mentions = [self.mention(number, payload) for number, payload in enumerate(PAYLOADS)]
        for first in range(0, len(mentions), 50):
            status, answer = pusher.push(mentions[first:first + 50])
            assert status == 202 and answer["kept"] == len(mentions[first:first + 50]), (status, answer)

    def mention(self, number, payload):
        """One mention with the payload in all its fields; every thirtieth is urgent, and says something of its own."""
        urgent = f"Incendie en cours rue {number} à Techniville, des gens sont coincés. " if number % 30 == 0 else ""
        return {"id": f"{number}-{payload}", "source": f"réseau {payload}"[:60] if number % 7 == 0 else "reseau",
                "text": f"{urgent}n° {number} {payload} fin", "title": payload, "url": payload, "in_reply_to": f"r{payload}",
                "thread": f"t{payload}", "lang": "fr", "place": {"name": payload}, "kind": "post",
                "author": {"id": f"a{number}{payload}", "name": payload, "url": payload},
                "created_at": (self.at - datetime.timedelta(seconds=len(PAYLOADS) - number)).isoformat()}

    def close(self):
        self.engine.kill()
        self.mail.controller.stop()

    def all_mentions(self):
        found, cursor = [], ""
        while True:
            page = self.engine.town(f"mentions?limit=100{cursor}")
            found += page["mentions"]
            if not page.get("next"):
                return found
            cursor = f"&before={page['next']}"


def there_are_enough(_):
    assert len(PAYLOADS) > 300 and len(set(PAYLOADS)) == len(PAYLOADS), len(PAYLOADS)


def the_api_gives_them_back_as_text(scene):
    status, body, headers = scene.engine.ask("GET", "/api/v1/tenants/techniville/mentions?limit=100",
                                             headers=scene.engine.authorization())
    assert status == 200 and headers["Content-Type"].startswith("application/json"), headers
    assert headers["X-Content-Type-Options"] == "nosniff" and "default-src 'none'" in headers["Content-Security-Policy"], headers
    found = scene.all_mentions()
    assert len(found) == len(PAYLOADS), len(found)
    for one in found:
        number = int(one["id"].split("-", 1)[0])
        payload = PAYLOADS[number]
        if "@" not in payload:  # what may be an account is masked
            assert f"n° {number} {payload} fin" in one["text"], (one["text"], payload)
        if one.get("url"):
            assert re.match(r"https?://", one["url"]), one["url"]
        assert payload not in json.dumps(one.get("author")), one["author"]


def the_note_holds_nothing_that_acts(scene):
    week = scene.at.strftime("%G-W%V")
    for language in ("fr", "en"):
        code, page, errors = vigie("report", "--config", scene.engine.config, "--tenant", "techniville", "--week", week, "--language",
                                   language)
        assert code == 0, errors
        assert not Page(page).acting, Page(page).acting


def tables_hold_no_formula(scene):
    week = scene.at.strftime("%G-W%V")
    for form in ("csv", "open-data"):
        code, table, errors = vigie("report", "--config", scene.engine.config, "--tenant", "techniville", "--week", week, "--format",
                                    form)
        assert code == 0, errors
        for row in csv.reader(io.StringIO(table)):
            for cell in row:
                is_number = re.fullmatch(r"[-+]?[\d.,eE+-]*", cell)
                assert is_number or cell[:1] not in ("=", "+", "-", "@", "\t", "\r"), (form, row)


def mails_have_our_headers_and_nothing_that_acts(scene):
    wait_for("an alert's mail", lambda: scene.mail.mails, 20)
    for to, mail in scene.mail.mails:
        assert to == ["communication@ville.example"], to
        assert mail["Bcc"] is None and mail["Cc"] is None and len(mail.get_all("Subject")) == 1, mail.items()
        assert "\n" not in mail["Subject"] and mail["To"] == "communication@ville.example", mail.items()
        page = mail.get_body(("html",)).get_content()
        assert not Page(page).acting, Page(page).acting
        assert "Incendie" in page and "n° 0" in page, page[:2000]


def the_screens_do_nothing_of_it(scene):
    program = chromium()
    password = scene.engine.first_sign_in()["password"]
    walk = subprocess.run(["node", BROWSER / "hostile.mjs", program, str(scene.engine.port), password], capture_output=True,
                          text=True, timeout=240, check=False)
    assert walk.returncode == 0, walk.stdout[-3000:] + walk.stderr[-3000:]
    assert int(re.search(r"looked at (\d+) mentions", walk.stdout)[1]) > 60, walk.stdout


def nobody_is_ranked_or_followed(scene):
    """Authors are not a thing to ask for: no list, no order, no group, no search by who wrote."""
    town = "/api/v1/tenants/techniville/"
    for path in ("authors", "authors/top", "stats/authors"):
        assert scene.engine.get(town + path, scene.engine.authorization())[0] == 404, path
    for path in ("mentions?author=a1", "mentions?pseudonym=00", "mentions?sort=author", "mentions?order=followers", "stats?by=author",
                 "stats?group=author", "stories?author=a1", "stories?sort=authors", "work?author=a1", "kpi?author=a1"):
        status, body = scene.engine.get(town + path, scene.engine.authorization())
        assert status == 400, (path, status, body)
    description = json.loads(scene.engine.get("/api/v1/openapi.json", scene.engine.authorization())[1])
    asked = {field["name"] for way in description["paths"].values() for route in way.values() if isinstance(route, dict)
             for field in route.get("parameters", []) if field.get("in") == "query"}
    assert asked and not [name for name in asked if re.search("auth|pseudo|handle|follower|political|religi|union", name)], asked


TESTS = {
    "there are more than 300 hostile texts": there_are_enough,
    "the API gives them back as text, links of the web alone, authors hidden": the_api_gives_them_back_as_text,
    "the weekly note holds nothing that acts": the_note_holds_nothing_that_acts,
    "tables hold no formula": tables_hold_no_formula,
    "mails have our headers and nothing that acts": mails_have_our_headers_and_nothing_that_acts,
    "the screens do nothing of it": the_screens_do_nothing_of_it,
    "the API neither ranks nor follows authors": nobody_is_ranked_or_followed,
}

if __name__ == "__main__":
    sys.exit(run_scene(TESTS, Scene))
