"""A real nats-server with JetStream, behind a door that cuts and trickles what the server says. The stream TOWN holds
what is published to town.>.

    nats.py [--tls CERT KEY]     # the server's own TLS, which begins after its greeting
"""

import asyncio
import ctypes
import itertools
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile

import wire

USER, PASSWORD = "vigie", "a-password-of-the-tests"
PROGRAM = shutil.which("nats-server", path=os.environ.get("PATH", "") + ":/usr/sbin")
PR_SET_PDEATHSIG = 1


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Client:
    """As much of the client protocol as publishing and asking takes."""

    async def open(self, port, ca_file):
        for _ in range(500):
            try:
                self.reader, self.writer = await asyncio.open_connection("127.0.0.1", port)
                break
            except OSError:
                await asyncio.sleep(0.02)
        await self.reader.readline()
        if ca_file:
            await self.writer.start_tls(ssl.create_default_context(cafile=ca_file), server_hostname="localhost")
        hello = {"verbose": False, "pedantic": False, "user": USER, "pass": PASSWORD, "headers": True}
        self.writer.write(f"CONNECT {json.dumps(hello)}\r\nSUB answers.* 1\r\nSUB $JS.EVENT.ADVISORY.CONSUMER.MSG_TERMINATED.> 2\r\n".encode())
        self.answers, self.terminated, self.numbers = {}, 0, itertools.count()
        self.hearing = asyncio.create_task(self.hear())

    async def hear(self):
        while line := await self.reader.readline():
            words = line.decode().split()
            if words[0] == "PING":
                self.writer.write(b"PONG\r\n")
            elif words[0] == "MSG":
                payload = (await self.reader.readexactly(int(words[-1]) + 2))[:-2]
                if words[2] == "2":
                    self.terminated += 1
                else:
                    self.answers.pop(words[1]).set_result(json.loads(payload))

    async def ask(self, subject, payload=b""):
        mine = f"answers.{next(self.numbers)}"
        answer = self.answers[mine] = asyncio.get_running_loop().create_future()
        self.writer.write(f"PUB {subject} {mine} {len(payload)}\r\n".encode() + payload + b"\r\n")
        return await asyncio.wait_for(answer, 10)


class Nats:
    def __init__(self, cert=None, key=None):
        self.cert = cert
        self.folder = tempfile.TemporaryDirectory(prefix="vigie-nats-")
        self.port = free_port()
        self.server = subprocess.Popen(
            [PROGRAM, "-js", "-sd", self.folder.name, "-a", "127.0.0.1", "-p", str(self.port), "--user", USER, "--pass", PASSWORD,
             *(["--tls", "--tlscert", cert, "--tlskey", key] if cert else [])],
            stderr=subprocess.DEVNULL, preexec_fn=lambda: ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL))
        signal.signal(signal.SIGTERM, self.stop)
        self.client, self.through = None, []
        self.pause, self.cut_after = 0, None

    def stop(self, *_):
        self.server.kill()
        self.server.wait()
        self.folder.cleanup()
        os._exit(0)

    async def serve(self, reader, writer):
        """One connection through the door."""
        await self.ready()
        behind, ahead = await asyncio.open_connection("127.0.0.1", self.port)
        self.through.append(writer)

        async def out():
            while data := await behind.read(65536):
                if self.cut_after is not None and b"MSG town." in data:
                    writer.write(data[:data.index(b"MSG town.") + self.cut_after])
                    await writer.drain()
                    self.cut_after = None
                    break
                for piece in ([data] if not self.pause else [data[i:i + 1] for i in range(len(data))]):
                    writer.write(piece)
                    await writer.drain()
                    if self.pause:
                        await asyncio.sleep(self.pause)
            writer.close()

        async def back():
            while data := await reader.read(65536):
                ahead.write(data)
                await ahead.drain()
            ahead.close()

        await asyncio.gather(out(), back(), return_exceptions=True)
        self.through.remove(writer)

    async def ready(self):
        if self.client is None:
            self.client = Client()
            await self.client.open(self.port, self.cert)
            answer = await self.client.ask("$JS.API.STREAM.CREATE.TOWN", json.dumps({"name": "TOWN", "subjects": ["town.>"]}).encode())
            assert "error" not in answer, answer
        return self.client

    async def do_publish(self, payload, subject="town.square", times=1):
        client = await self.ready()
        for number in range(times):
            answer = await client.ask(subject, payload.replace("NUMBER", str(number)).encode())
            assert "error" not in answer, answer

    async def do_consumer(self, name):
        """[delivered and not acknowledged, delivered again, not delivered yet, terminated]"""
        client = await self.ready()
        info = await client.ask(f"$JS.API.CONSUMER.INFO.TOWN.{name}")
        if "error" in info:
            return None
        return [info["num_ack_pending"], info["num_redelivered"], info["num_pending"], client.terminated]

    async def do_remove_consumer(self, name):
        await (await self.ready()).ask(f"$JS.API.CONSUMER.DELETE.TOWN.{name}")

    def do_trickle(self, seconds):
        self.pause = seconds

    def do_cut(self, after):
        """The next message breaks off so many bytes after its beginning."""
        self.cut_after = after

    def do_connections(self):
        return len(self.through)


if __name__ == "__main__":
    asyncio.run(wire.run(lambda: Nats(*sys.argv[2:4]), None))
