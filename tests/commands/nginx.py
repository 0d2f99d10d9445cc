#!/usr/bin/env python3
"""deploy/nginx.conf in front of a real engine: which TLS is spoken, what cookies are like, what stays inside."""

import http.client
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import ROOT, Engine, Skip, free_port, run_scene, wait_for  # noqa: E402

NAME = "vigie.techniville.example"


class Scene:
    """The example, with ports and a certificate of its own."""

    def __init__(self, directory):
        self.directory = Path(directory)
        self.nginx = None
        self.port, self.plain_port = free_port(), free_port()
        engine_port = free_port()
        self.engine = Engine(directory, http={"port": engine_port, "public_url": f"https://{NAME}", "trusted_proxies": ["127.0.0.1"]})
        self.engine.port = engine_port
        self.engine.start()
        program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        if not program:
            return
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-days", "2",
                        "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"], cwd=directory, check=True,
                       capture_output=True)
        site = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
        for ours, here in (("127.0.0.1:8087", f"127.0.0.1:{engine_port}"), ("listen 80;", f"listen 127.0.0.1:{self.plain_port};"),
                           ("listen 443 ssl", f"listen 127.0.0.1:{self.port} ssl"),
                           ("/etc/ssl/vigie/fullchain.pem", f"{directory}/cert.pem"), ("/etc/ssl/vigie/key.pem", f"{directory}/key.pem")):
            assert ours in site, ours
            site = site.replace(ours, here, 1)
        user = "user root;" if os.geteuid() == 0 else ""
        paths = " ".join(f"{kind}_temp_path {directory}/tmp_{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (self.directory / "nginx.conf").write_text(
            f"{user} daemon off; pid {directory}/nginx.pid; error_log {directory}/nginx.log;\nevents {{}}\n"
            f"http {{ {paths} access_log off;\n{site}\n}}\n", encoding="utf-8")
        self.nginx = subprocess.Popen([program, "-c", self.directory / "nginx.conf", "-e", self.directory / "nginx.log"])
        wait_for("nginx", self.answers)

    def answers(self):
        assert self.nginx.poll() is None, (self.directory / "nginx.log").read_text(encoding="utf-8")
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1):
                return True
        except OSError:
            return False

    def need_nginx(self):
        if not self.nginx:
            raise Skip("nginx is needed")

    def close(self):
        if self.nginx:
            self.nginx.terminate()
            self.nginx.wait()
        self.engine.kill()

    def context(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(self.directory / "cert.pem")
        return context

    def shake(self, context):
        """(version, cipher) agreed on; nothing: refused."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), 5) as raw, \
                    context.wrap_socket(raw, server_hostname=NAME) as secured:
                return secured.version(), secured.cipher()[0]
        except (ssl.SSLError, ConnectionError):
            return None

    def ask(self, method, path, body=None, headers=None):
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=10, context=self.unchecked_name())
        try:
            connection.request(method, path, body, {"Host": NAME, **(headers or {})})
            answer = connection.getresponse()
            return answer.status, answer.read(), answer.headers
        finally:
            connection.close()

    def unchecked_name(self):
        context = self.context()
        context.check_hostname = False  # asked by its address
        return context


def old_tls_is_refused(scene):
    scene.need_nginx()
    for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
        context = scene.context()
        context.set_ciphers("ALL:@SECLEVEL=0")  # what this machine would refuse itself
        context.minimum_version = context.maximum_version = version
        assert scene.shake(context) is None, version
    context = scene.context()
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    assert scene.shake(context)[0] == "TLSv1.3"


def every_cipher_keeps_the_past_secret(scene):
    scene.need_nginx()
    context = scene.context()
    context.set_ciphers("ALL:COMPLEMENTOFALL:@SECLEVEL=0")
    names = [one["name"] for one in context.get_ciphers() if one["protocol"] != "TLSv1.3"]
    agreed = []
    for name in names:
        context = scene.context()
        context.set_ciphers(f"{name}:@SECLEVEL=0")
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        if scene.shake(context):
            agreed.append(name)
    assert len(names) > 30 and len(agreed) >= 3, (len(names), agreed)
    assert all(re.fullmatch(r"ECDHE-RSA-(AES(128|256)-GCM-SHA(256|384)|CHACHA20-POLY1305)", name) for name in agreed), agreed


def cookies_are_bound_to_the_name_and_to_tls(scene):
    scene.need_nginx()
    credentials = json.dumps({"account": "admin", "password": scene.engine.first_sign_in()["password"]})
    status, body, headers = scene.ask("POST", "/api/v1/session", credentials,
                                      {"Content-Type": "application/json", "Origin": f"https://{NAME}"})
    assert status == 200, (status, body)
    cookie = headers["Set-Cookie"]
    parts = {part.strip() for part in cookie.split(";")[1:]}
    assert cookie.startswith("__Host-") and {"Path=/", "HttpOnly", "SameSite=Strict", "Secure"} <= parts, cookie
    assert not any(part.startswith("Domain") for part in parts), cookie
    status, body, headers = scene.ask("GET", "/api/v1/tenants", headers={"Cookie": cookie.split(";")[0]})
    assert status == 200 and json.loads(body)["tenants"], (status, body)
    assert headers["Strict-Transport-Security"].startswith("max-age=") and "nginx/" not in headers["Server"], headers.items()


def what_operators_ask_stays_inside(scene):
    scene.need_nginx()
    for path in ("/metrics", "/health/live", "/health/ready"):
        assert scene.engine.get(path)[0] == 200 and scene.ask("GET", path)[0] == 404, path


def without_tls_one_is_led_to_it(scene):
    scene.need_nginx()
    connection = http.client.HTTPConnection("127.0.0.1", scene.plain_port, timeout=5)
    connection.request("GET", "/x?y=z", headers={"Host": NAME})
    answer = connection.getresponse()
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{NAME}/x?y=z"), answer.headers.items()
    connection.close()


def the_live_feed_comes_through(scene):
    scene.need_nginx()
    connection = http.client.HTTPSConnection("127.0.0.1", scene.port, timeout=10, context=scene.unchecked_name())
    connection.request("GET", "/api/v1/tenants/techniville/stream", headers={"Host": NAME, **scene.engine.authorization()})
    answer = connection.getresponse()
    assert answer.status == 200 and answer.headers["Content-Type"].startswith("text/event-stream"), answer.headers.items()
    assert answer.readline(), "nothing came"
    connection.close()


TESTS = {
    "TLS 1.0 and 1.1 are refused, 1.3 is spoken": old_tls_is_refused,
    "every cipher of TLS 1.2 is one with forward secrecy and authentication": every_cipher_keeps_the_past_secret,
    "cookies are bound to the name and to TLS": cookies_are_bound_to_the_name_and_to_tls,
    "what operators ask stays inside": what_operators_ask_stays_inside,
    "without TLS one is led to it": without_tls_one_is_led_to_it,
    "the live feed comes through": the_live_feed_comes_through,
}

if __name__ == "__main__":
    sys.exit(run_scene(TESTS, Scene))
