"""X's filtered stream, its rules, and recent search, from the API's reference."""

import asyncio
import json

import wire

TOKEN = "an-app-token-of-the-tests"


class X(wire.Server):
    def __init__(self):
        super().__init__()
        self.rules, self.posts, self.streams, self.next_rule = [], [], [], 1
        self.page, self.pause = 100, 0

    async def answer(self, request):
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return await request.reply(401, {"title": "Unauthorized", "status": 401})
        if request.path == "/2/tweets/search/stream/rules":
            return await self.change_rules(request)
        if request.path == "/2/tweets/search/recent":
            return await self.search(request)
        if request.path != "/2/tweets/search/stream":
            return await request.reply(404, {"title": "Not Found"})
        if self.streams:
            return await request.reply(429, {"title": "ConnectionException", "connection_issue": "TooManyConnections"})
        assert "author_id" in request.get("expansions") and "edit_history_tweet_ids" in request.get("tweet.fields")
        await request.begin_chunks("application/json")
        await request.chunk(b"\r\n")
        self.streams.append(request)
        await request.reader.read(1)
        self.streams.remove(request)
        return False

    async def change_rules(self, request):
        if request.method == "GET":
            data = {"data": self.rules} if self.rules else {}
            return await request.reply(200, {**data, "meta": {"result_count": len(self.rules)}})
        said = json.loads(request.body)
        assert set(said) in ({"add"}, {"delete"}), said
        for rule in said.get("add", []):
            assert len(rule["value"]) <= 1024
            if "bad(" in rule["value"]:
                return await request.reply(400, {"errors": [{"title": "Invalid Rule", "value": rule["value"]}]})
            self.rules.append({"id": str(self.next_rule), **rule})
            self.next_rule += 1
        gone = said.get("delete", {}).get("ids", [])
        self.rules = [rule for rule in self.rules if rule["id"] not in gone]
        await request.reply(201 if "add" in said else 200, {"meta": {}})

    async def search(self, request):
        """Newest first; next_token is an offset."""
        assert len(request.get("query")) <= 512
        limit = int(request.get("max_results"))
        assert 10 <= limit <= 100
        found = sorted((p for p in self.posts if int(p["id"]) > int(request.get("since_id"))),
                       key=lambda p: -int(p["id"]))
        start = int(request.get("next_token", "0"))
        page = found[start:start + min(limit, self.page)]
        meta = {"result_count": len(page)}
        if start + len(page) < len(found):
            meta["next_token"] = str(start + len(page))
        answer = {"meta": meta}
        if page:
            answer |= {"data": page, "includes": self.includes()}
        await request.reply(200, answer)

    @staticmethod
    def includes():
        return {"users": [{"id": "7", "username": "ana", "name": "Ana", "public_metrics": {"followers_count": 12}}],
                "places": [{"id": "p1", "full_name": "Rouen, France"}]}

    @staticmethod
    def make(number, text, history, answers):
        post = {"id": str(number), "text": text, "author_id": "7", "created_at": "2026-09-21T14:13:20.000Z",
                "lang": "fr", "conversation_id": str(number), "geo": {"place_id": "p1"},
                "edit_history_tweet_ids": [str(one) for one in history] + [str(number)],
                "public_metrics": {"retweet_count": 2, "reply_count": 1, "like_count": 3, "quote_count": 0}}
        if history:
            post["created_at"] = "2026-09-21T14:20:00.000Z"
        if answers:
            post["referenced_tweets"] = [{"type": "replied_to", "id": str(answers)}]
        return post

    async def out(self, raw):
        for request in list(self.streams):
            for piece in ([raw] if not self.pause else [raw[i:i + 1] for i in range(len(raw))]):
                await request.chunk(piece)
                if self.pause:
                    await asyncio.sleep(self.pause)

    async def do_post(self, number, text, history=(), answers=None, silently=False, cut_at=0):
        post = self.make(number, text, history, answers)
        self.posts.append(post)
        line = json.dumps({"data": post, "includes": self.includes(),
                           "matching_rules": [{"id": "1", "tag": "vigie:town"}]}).encode() + b"\r\n"
        if not silently:
            await self.out(line[:cut_at] if cut_at else line)
        if cut_at:
            self.do_cut()

    async def do_raw(self, text):
        await self.out(text.encode())

    def do_rules(self):
        return self.rules

    def do_foreign_rule(self, value, tag):
        self.rules.append({"id": str(self.next_rule), "value": value, "tag": tag})
        self.next_rule += 1

    def do_trickle(self, seconds):
        self.pause = seconds

    def do_pages_of(self, size):
        self.page = size

    def do_listeners(self):
        return len(self.streams)

    def do_cut(self):
        for request in self.streams:
            request.writer.transport.abort()


wire.main(X)
