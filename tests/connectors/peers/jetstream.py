"""Jetstream: /subscribe (version 1, from its README) and subscribeEvents (version 2, from its lexicon).

Events are numbered; version 1 gives them a time in microseconds, version 2 a sequence. A cursor is inclusive.
"""

import asyncio
import base64
import json

import wire

V1 = {"wantedCollections", "wantedDids", "cursor", "compress", "maxMessageSizeBytes", "requireHello"}
V2 = {"kinds", "dids", "collections", "cursor", "zstdDictionary", "maxMessageSizeBytes"}
EPOCH = 1_790_000_000_000_000


class Jetstream(wire.Server):
    def __init__(self):
        super().__init__()
        self.events, self.open = [], []   # (number, kind, body); (request, version, zstd)
        self.floor, self.dictionary, self.dictionary_id, self.squeezed = 0, b"", 0, {}
        self.pause = 0

    async def answer(self, request):
        if request.path == "/xrpc/network.bsky.jetstream.getZstdDictionary":
            return await request.reply(200, self.dictionary)
        version = {"/subscribe": 1, "/xrpc/network.bsky.jetstream.subscribeEvents": 2}.get(request.path)
        if version is None:
            return await request.reply(404, {"error": "NotFound"})
        unknown = {name for name, _ in request.query} - (V1 if version == 1 else V2)
        if unknown:
            return await request.reply(400, {"error": "InvalidRequest", "message": f"unknown {sorted(unknown)}"})
        cursor = int(request.get("cursor", "0"))
        if version == 2:
            if 0 < cursor < 10 ** 15 and cursor < self.floor:
                return await request.reply(400, {"error": "CursorTooOld", "message": f"floor {self.floor}"})
            wanted = request.get("zstdDictionary")
            if wanted and int(wanted) != self.dictionary_id:
                return await request.reply(400, {"error": "UnknownZstdDictionary"})
        zstd = request.get("compress") == "true" or request.get("zstdDictionary") is not None
        assert request.all("wantedCollections") + request.all("collections") == ["app.bsky.feed.post"]
        await request.upgrade()
        least = (cursor - EPOCH if cursor >= 10 ** 15 else cursor)
        if cursor:
            if version == 2 and cursor >= 10 ** 15 and least < self.floor:
                await self.send(request, zstd, json.dumps({"$type": "message", "payload": {
                    "$type": "network.bsky.jetstream.subscribeEvents#info", "name": "OutdatedCursor"}}))
            for event in [e for e in self.events if e[0] >= max(least, self.floor)]:
                await self.send(request, zstd, self.spell(version, event))
        self.open.append((request, version, zstd))
        while frame := await request.read_frame():
            opcode, data = frame
            if opcode == 9:
                await request.send(request.frame(data, 10))
            assert opcode in (8, 9, 10), "a data frame closes the connection"
            if opcode == 8:
                break
        self.open = [one for one in self.open if one[0] is not request]
        return False

    async def send(self, request, zstd, text):
        raw = request.frame(base64.b64decode(self.squeezed[text]), 2) if zstd else request.frame(text.encode())
        for piece in ([raw] if not self.pause else [raw[i:i + 1] for i in range(len(raw))]):
            await request.send(piece)
            if self.pause:
                await asyncio.sleep(self.pause)

    @staticmethod
    def spell(version, event):
        number, did, kind, body = event
        if version == 1:
            return json.dumps({"did": did, "time_us": EPOCH + number, "kind": kind, kind: body})
        time = f"2026-09-21T14:13:20.{number:06d}Z"
        flat = body if kind == "commit" else {kind: body}
        return json.dumps({"$type": "message", "payload": {
            "$type": f"network.bsky.jetstream.subscribeEvents#{kind}", "seq": number, "did": did, "time": time, **flat}})

    async def happen(self, number, did, kind, body, silently):
        event = (number, did, kind, body)
        self.events.append(event)
        for request, version, zstd in list(self.open):
            if not silently:
                await self.send(request, zstd, self.spell(version, event))

    async def do_post(self, number, text, did="did:plc:ana", operation="create", rkey=None, silently=False):
        body = {"rev": "3l" + str(number), "operation": operation, "collection": "app.bsky.feed.post",
                "rkey": rkey or f"k{number}", "record": {
                    "$type": "app.bsky.feed.post", "createdAt": "2026-09-21T14:13:19.000Z", "langs": ["fr"],
                    "text": text}, "cid": "bafy"}
        if operation == "delete":
            del body["record"], body["cid"]
        await self.happen(number, did, "commit", body, silently)

    async def do_account(self, number, did, active, status=None):
        body = {"active": active, "did": did, "seq": 9, "time": "2026-09-21T14:13:19.000Z"}
        if status:
            body["status"] = status
        await self.happen(number, did, "account", body, False)

    async def do_raw(self, text):
        for request, _, zstd in self.open:
            await request.send(request.frame(text.encode()))

    async def do_half(self, number, text):
        """An event of which only the first half of the frame leaves, then the connection is cut."""
        await self.do_post(number, text, silently=True)
        for request, version, _ in list(self.open):
            raw = request.frame(self.spell(version, self.events[-1]).encode())
            await request.send(raw[:len(raw) // 2])
            request.writer.transport.abort()

    def do_spelt(self, version, number, text, did="did:plc:ana"):
        """What an event of do_post would read as: the test compresses it."""
        body = {"rev": "3l" + str(number), "operation": "create", "collection": "app.bsky.feed.post",
                "rkey": f"k{number}", "record": {
                    "$type": "app.bsky.feed.post", "createdAt": "2026-09-21T14:13:19.000Z", "langs": ["fr"],
                    "text": text}, "cid": "bafy"}
        return base64.b64encode(self.spell(version, (number, did, "commit", body)).encode()).decode()

    def do_squeezed(self, text, frame):
        self.squeezed[base64.b64decode(text).decode()] = frame

    def do_dictionary(self, number, data):
        self.dictionary_id, self.dictionary = number, base64.b64decode(data)

    def do_floor(self, number):
        self.floor = number

    def do_trickle(self, seconds):
        self.pause = seconds

    def do_listeners(self):
        return len(self.open)

    def do_cut(self):
        for request, _, _ in self.open:
            request.writer.transport.abort()


wire.main(Jetstream)
