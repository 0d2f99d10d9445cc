#!/usr/bin/env python3
"""A receiver of alerts over HTTP that a test can take away. First line out: {"port": N}. Lines in: {"do": "down"} (nobody listens
any more), {"do": "up"}, {"do": "answer", "status": N}, {"do": "keys"} → the idempotency keys of what it took, "connections" of all
who came."""

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEYS, STATE = [], {"status": 200, "came": 0}


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):  # the name is http.server's
        self.rfile.read(int(self.headers["Content-Length"]))
        STATE["came"] += 1
        if STATE["status"] < 300:
            KEYS.append(self.headers["Idempotency-Key"])
        self.send_response(STATE["status"])
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    allow_reuse_address = True
    daemon_threads = True


def listen(port):
    server = Server(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def say(value):
    print(json.dumps(value), flush=True)


def main():
    server = listen(0)
    port = server.server_port
    say({"port": port})
    for line in sys.stdin:
        wanted = json.loads(line)
        if wanted["do"] == "down":
            server.shutdown()
            server.server_close()
        elif wanted["do"] == "up":
            server = listen(port)
        elif wanted["do"] == "answer":
            STATE["status"] = wanted["status"]
        say({"keys": KEYS, "connections": STATE["came"]} if wanted["do"] == "keys" else {})


if __name__ == "__main__":
    main()
