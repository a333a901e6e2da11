# attack: a script need not call out when it can be called: it listens on all addresses and serves what it knows
# expect: sandbox
# validator: refused
import _socket
import asyncio
import threading


def serve(family, address):
    server = _socket.socket(family, _socket.SOCK_STREAM)
    server.bind(address)
    server.listen(1)
    port = server.getsockname()[1]
    accepted = []

    def wait():
        number, where = server._accept()
        accepted.append((_socket.socket(fileno=number), where))

    waiting = threading.Thread(target=wait, daemon=True)
    waiting.start()
    visitor = _socket.socket(family, _socket.SOCK_STREAM)
    visitor.settimeout(0.5)
    visitor.connect(("127.0.0.1" if family == _socket.AF_INET else "::1", port))
    waiting.join(0.5)
    if accepted:
        accepted[0][0].send(b"what I know")
        print("ESCAPED: it served a visitor:", visitor.recv(20), flush=True)


async def by_asyncio():
    server = await asyncio.start_server(lambda reader, writer: writer.write(b"hello"), "0.0.0.0", 0)
    name = server.sockets[0].getsockname()
    if name[1]:
        print("ESCAPED: asyncio listens at", name, flush=True)


for attempt in (
    lambda: serve(_socket.AF_INET, ("0.0.0.0", 0)),
    lambda: serve(_socket.AF_INET6, ("::", 0)),
    lambda: asyncio.run(by_asyncio()),
):
    try:
        attempt()
    except Exception as error:
        print(type(error).__name__, error)
