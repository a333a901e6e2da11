# attack: after 101 Switching Protocols a connection is no HTTP any more and nobody checks it: websocket, h2c, TLS within HTTP
# expect: broker
# validator: refused
import socket
import ssl


def speak(text, wait=0.15):
    """All that the relay says to these bytes on one connection."""
    plain = socket.create_connection(("api.stripe.com", 443), 1)
    with ssl.create_default_context().wrap_socket(plain, server_hostname="api.stripe.com") as tls:
        tls.settimeout(wait)
        answer = b""
        try:
            tls.sendall(text)
            while piece := tls.recv(65536):
                answer += piece
        except OSError:
            pass
        return answer


HEAD = b"GET /v1/customers/cus_1 HTTP/1.1\r\nHost: api.stripe.com\r\n"
UPGRADES = {
    "websocket": b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAA\r\n",
    "websocket, wrong version": b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 777\r\n",
    "h2c": b"Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n",
    "TLS": b"Upgrade: TLS/1.2, HTTP/1.1\r\nConnection: Upgrade\r\n",
    "upper case": b"UPGRADE: WEBSOCKET\r\nCONNECTION: upgrade\r\n",
    "without Connection": b"Upgrade: websocket\r\n",
    "settings alone": b"Connection: HTTP2-Settings\r\nHTTP2-Settings: AAMAAABk\r\n",
    "underscore": b"Sec_WebSocket_Version: 13\r\nUpgrade_: websocket\r\n",
}
FRAME = b"\x81\x85\x00\x00\x00\x00hello"
for name, lines in UPGRADES.items():
    answer = speak(HEAD + lines + b"\r\n" + FRAME)
    print(name, answer[:40])
    if b"HTTP/1.1 101" in answer:
        print("ESCAPED: the relay switched to", name, flush=True)
    if b'"upgrade"' in answer or b'"http2-settings"' in answer:
        print("ESCAPED: the API was asked to switch to", name, flush=True)
