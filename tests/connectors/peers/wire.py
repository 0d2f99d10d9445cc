"""A server on real sockets that speaks HTTP/1.1 (bodies whole or chunked without end) and WebSocket (RFC 6455).

Written from the RFCs, with Python's own library only, so that no code is shared with what it tests. A peer is a
subclass: `answer(request)` says what happens to a request. The test talks to it over standard input and output, a
line of JSON each way: {"do": NAME, ...} calls do_NAME(**rest) and its value is printed. On starting, {"port": N}.

    wire.main(Peer)          # PROGRAM [--tls CERT KEY]
"""

import asyncio
import base64
import hashlib
import json
import ssl
import struct
import sys
from urllib.parse import parse_qsl, urlsplit


class Request:
    def __init__(self, method, target, headers, body, reader, writer):
        self.method, self.headers, self.body = method, headers, body
        self.reader, self.writer = reader, writer
        parts = urlsplit(target)
        self.target, self.path = target, parts.path
        self.query = parse_qsl(parts.query, keep_blank_values=True)

    def get(self, name, otherwise=None):
        return next((value for key, value in self.query if key == name), otherwise)

    def all(self, name):
        return [value for key, value in self.query if key == name]

    async def send(self, raw):
        self.writer.write(raw)
        await self.writer.drain()

    async def reply(self, status, body=b"", headers=None):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        head = f"HTTP/1.1 {status} x\r\nContent-Length: {len(body)}\r\nContent-Type: application/json\r\n"
        for name, value in (headers or {}).items():
            head += f"{name}: {value}\r\n"
        await self.send(head.encode() + b"\r\n" + body)

    async def begin_chunks(self, content_type):
        await self.send(f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nTransfer-Encoding: chunked\r\n\r\n".encode())

    async def chunk(self, data):
        await self.send(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    async def upgrade(self):
        """The server's half of the opening handshake (RFC 6455, 4.2)."""
        assert self.headers.get("upgrade", "").lower() == "websocket", self.headers
        assert self.headers.get("sec-websocket-version") == "13", self.headers
        key = self.headers["sec-websocket-key"]
        assert len(base64.b64decode(key)) == 16
        digest = hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()
        await self.send(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        b"Sec-WebSocket-Accept: " + base64.b64encode(digest) + b"\r\n\r\n")

    @staticmethod
    def frame(data, opcode=1, final=True):
        size = len(data)
        head = bytes([(0x80 if final else 0) | opcode])
        head += (bytes([size]) if size < 126 else b"\x7e" + struct.pack(">H", size) if size < 65536
                 else b"\x7f" + struct.pack(">Q", size))
        return head + data

    async def read_frame(self):
        """(opcode, data) of the client's next frame: always masked (5.3). None at the end."""
        try:
            first, second = await self.reader.readexactly(2)
            assert second & 0x80, "a client's frames are masked"
            size = second & 0x7F
            if size >= 126:
                size = int.from_bytes(await self.reader.readexactly(2 if size == 126 else 8), "big")
            mask = await self.reader.readexactly(4)
            data = await self.reader.readexactly(size)
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        return first & 0x0F, bytes(byte ^ mask[i % 4] for i, byte in enumerate(data))


class Server:
    """`seen`: the targets asked for, in order. `wrong`: what the client did against the protocol."""

    def __init__(self):
        self.seen, self.wrong, self.answers = [], [], []

    async def answer(self, request):
        raise NotImplementedError

    def do_seen(self):
        return self.seen

    def do_wrong(self):
        return self.wrong

    def do_next_answer(self, status, headers=None, body="", path=""):
        """The next request (whose path begins with `path`) gets this instead."""
        self.answers.append((status, headers or {}, body, path))

    async def serve(self, reader, writer):
        try:
            while await self.serve_one(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        except AssertionError as broken:
            self.wrong.append(str(broken) or "an assertion")
        finally:
            writer.close()

    async def serve_one(self, reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ")
        headers = {name.strip().lower(): value.strip() for name, value in
                   (line.split(":", 1) for line in head[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        self.seen.append(target)
        request = Request(method, target, headers, body, reader, writer)
        for i, (status, extra, said, path) in enumerate(self.answers):
            if request.path.startswith(path):
                del self.answers[i]
                await request.reply(status, said.encode(), extra)
                return True
        return await self.answer(request) is not False


async def run(make, tls):
    server = make()
    context = None
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=context, limit=1 << 22)
    print(json.dumps({"port": listening.sockets[0].getsockname()[1]}), flush=True)
    loop = asyncio.get_running_loop()
    stdin = asyncio.StreamReader(limit=1 << 24)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stdin), sys.stdin)
    while line := await stdin.readline():
        said = json.loads(line)
        value = getattr(server, "do_" + said.pop("do"))(**said)
        if asyncio.iscoroutine(value):
            value = await value
        print(json.dumps(value), flush=True)


def main(make):
    tls = sys.argv[2:4] if sys.argv[1:2] == ["--tls"] else None
    asyncio.run(run(make, tls))
