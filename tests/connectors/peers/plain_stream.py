"""A chunked answer and a WebSocket whose bytes the test decides one by one."""

import base64

import wire


class PlainStream(wire.Server):
    def __init__(self):
        super().__init__()
        self.open, self.said, self.connections = None, [], 0

    async def answer(self, request):
        self.open, self.is_socket = request, "upgrade" in request.headers
        self.connections += 1
        if not self.is_socket:
            await request.begin_chunks("text/plain")
            await request.reader.read(1)  # until the client goes
            return False
        await request.upgrade()
        while frame := await request.read_frame():
            opcode, data = frame
            self.said.append([opcode, base64.b64encode(data).decode()])
            if opcode == 9:
                await request.send(request.frame(data, 10))
            if opcode == 8:
                await request.send(request.frame(data, 8))
                break
        return False

    def do_connections(self):
        return self.connections

    def do_said(self):
        return self.said

    async def do_chunk(self, data):
        await self.open.chunk(data.encode())

    async def do_frame(self, data, opcode=1, final=True, split=0):
        raw = self.open.frame(data.encode(), opcode, final)
        await self.open.send(raw[:split] if split else raw)

    async def do_flood(self, times, data):
        """How many chunks went out before the client held us up (for half a second), at most `times`."""
        import asyncio
        for i in range(times):
            try:
                await asyncio.wait_for(self.open.chunk(data.encode()), 0.5)
            except asyncio.TimeoutError:
                return i
        return times

    def do_end(self):
        self.open.writer.write(b"0\r\n\r\n")

    def do_cut(self):
        self.open.writer.transport.abort()


wire.main(PlainStream)
