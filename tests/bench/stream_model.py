"""A model endpoint that streams: stream_model.py PORT DELAY_MS. The first token comes DELAY_MS after the question, as
OpenAI-compatible endpoints send it, then four more at once."""

import asyncio
import json
import sys

WORDS = ["Lorem ", "ipsum ", "dolor ", "sit ", "amet."]


def chunk(delta, finish=None):
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    document = {"id": "chat", "object": "chat.completion.chunk", "created": 0, "model": "stream", "choices": [choice]}
    data = f"data: {json.dumps(document)}\n\n".encode()
    return b"%x\r\n%s\r\n" % (len(data), data)


async def answer(reader, writer, delay):
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            lines = head.decode().split("\r\n")
            sizes = [int(line.split(":")[1]) for line in lines if line.lower().startswith("content-length:")]
            await reader.readexactly(sizes[0] if sizes else 0)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
            await asyncio.sleep(delay)
            for word in WORDS:
                writer.write(chunk({"content": word}))
                await writer.drain()
            data = b"data: [DONE]\n\n"
            writer.write(chunk({}, "stop") + b"%x\r\n%s\r\n0\r\n\r\n" % (len(data), data))
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def main():
    delay = int(sys.argv[2]) / 1000
    server = await asyncio.start_server(lambda reader, writer: answer(reader, writer, delay), "127.0.0.1", int(sys.argv[1]))
    async with server:
        await server.serve_forever()


asyncio.run(main())
