"""A Mastodon server's streams and timelines, from its documentation (streaming API, timelines API, entities)."""

import asyncio
import json

import wire

TOKEN = "a-token-of-the-tests"


class Mastodon(wire.Server):
    def __init__(self):
        super().__init__()
        self.statuses = []   # ascending ids
        self.open = []       # (request, is_socket, subscriptions)
        self.page, self.port_of_streams, self.held_back = 40, None, None

    # ---- what clients ask

    async def answer(self, request):
        if request.path == "/api/v2/instance":
            host = request.headers["host"]
            return await request.reply(200, {"configuration": {"urls": {"streaming": f"ws://{host}"}}})
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return await request.reply(401, {"error": "The access token is invalid"})
        if request.path == "/api/v1/streaming":
            return await self.socket(request)
        if request.path.startswith("/api/v1/streaming/"):
            return await self.events(request)
        if request.path.startswith("/api/v1/timelines/"):
            return await self.timeline(request)
        return await request.reply(404, {"error": "Record not found"})

    async def socket(self, request):
        await request.upgrade()
        wanted = []
        self.open.append((request, True, wanted))
        while frame := await request.read_frame():
            opcode, data = frame
            if opcode == 9:
                await request.send(request.frame(data, 10))
            if opcode == 1:
                said = json.loads(data)
                assert said["type"] == "subscribe", said
                assert said["stream"] in ("public", "public:local", "public:remote", "hashtag", "hashtag:local"), said
                assert ("tag" in said) == said["stream"].startswith("hashtag"), said
                wanted.append([said["stream"]] + ([said["tag"]] if "tag" in said else []))
            if opcode == 8:
                break
        self.open = [one for one in self.open if one[0] is not request]
        return False

    async def events(self, request):
        name = request.path.removeprefix("/api/v1/streaming/").replace("/", ":")
        assert (request.get("tag") is not None) == name.startswith("hashtag")
        await request.begin_chunks("text/event-stream")
        await request.chunk(b":)\n")
        self.open.append((request, False, [[name] + request.all("tag")]))
        await request.reader.read(1)
        self.open = [one for one in self.open if one[0] is not request]
        return False

    async def timeline(self, request):
        """min_id: the statuses just after it, given newest first; without: the newest."""
        limit = min(int(request.get("limit", "20")), self.page)
        known = self.statuses
        tag = request.path.split("/tag/")[1] if "/tag/" in request.path else None
        if tag:
            known = [one for one in known if tag in one["tags_"]]
        least = request.get("min_id")
        page = ([one for one in known if int(one["id"]) > int(least)][:limit] if least else known[-limit:])
        headers = {}
        if page:
            headers["Link"] = (f'<http://x{request.path}?limit={limit}&max_id={page[0]["id"]}>; rel="next", '
                               f'<http://x{request.path}?limit={limit}&min_id={page[-1]["id"]}>; rel="prev"')
        await request.reply(200, [self.public(one) for one in reversed(page)], headers)

    @staticmethod
    def public(status):
        return {name: value for name, value in status.items() if name != "tags_"}

    # ---- what happens on the server

    def make(self, number, text, tag="town", answers=None, edited=None):
        number = str(number)
        status = {
            "id": number, "created_at": "2026-10-14T06:13:50.250Z", "in_reply_to_id": answers, "spoiler_text": "",
            "visibility": "public", "language": None, "uri": f"https://social.example/users/ana/statuses/{number}",
            "url": f"https://social.example/@ana/{number}", "replies_count": 1, "reblogs_count": 2,
            "favourites_count": 3, "edited_at": edited, "content": f"<p>{text}</p>", "reblog": None,
            "account": {"id": "7", "acct": "ana", "display_name": "Ana", "followers_count": 12,
                        "uri": "https://social.example/users/ana", "url": "https://social.example/@ana"},
            "tags_": [tag]}
        return status

    async def tell(self, event, payload, tag="town", cut_at=0):
        for request, is_socket, wanted in list(self.open):
            streams = [one for one in wanted if one[0].startswith("public") or one[1] == tag]
            if not streams:
                continue
            if is_socket:
                raw = request.frame(json.dumps({"stream": streams[0], "event": event, "payload": payload}).encode())
            else:
                data = f"event: {event}\ndata: {payload}\n\n".encode()
                raw = f"{len(data):x}\r\n".encode() + data + b"\r\n"
            for byte in ([raw] if not self.held_back else [raw[i:i + 1] for i in range(len(raw))]):
                await request.send(byte if not cut_at else byte[:cut_at])
                if self.held_back:
                    await asyncio.sleep(self.held_back)
            if cut_at:
                request.writer.transport.abort()

    async def do_post(self, number, text, tag="town", answers=None, silently=False, cut_at=0):
        status = self.make(number, text, tag, answers)
        self.statuses.append(status)
        if not silently:
            await self.tell("update", json.dumps(self.public(status)), tag, cut_at)

    async def do_edit(self, number, text, silently=False):
        at = next(i for i, one in enumerate(self.statuses) if one["id"] == str(number))
        self.statuses[at] = self.make(number, text, edited="2026-10-14T07:00:00.000Z")
        if not silently:
            await self.tell("status.update", json.dumps(self.public(self.statuses[at])))

    async def do_delete(self, number):
        self.statuses = [one for one in self.statuses if one["id"] != str(number)]
        await self.tell("delete", str(number))

    async def do_say(self, event, payload):
        await self.tell(event, payload)

    def do_listeners(self):
        return sum(len(wanted) for _, _, wanted in self.open)

    def do_trickle(self, seconds):
        self.held_back = seconds

    def do_cut(self):
        for request, _, _ in self.open:
            request.writer.transport.abort()

    def do_pages_of(self, size):
        self.page = size


wire.main(Mastodon)
