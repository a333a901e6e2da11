# attack: a DNS question carries data out by its name; asked by UDP and TCP at the machine's own resolvers
# expect: sandbox
# validator: refused
import _socket
import re
import struct
from pathlib import Path


def question(name):
    labels = b"".join(bytes((len(part),)) + part for part in name.encode().split(b"."))
    return struct.pack(">HHHHHH", 0x1234, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack(">HH", 1, 1)


# A harmless question: where there is no wall it really leaves the machine.
NAME = "example.com"
resolvers = {"127.0.0.53"}
try:
    resolvers |= set(re.findall(r"nameserver\s+(\S+)", Path("/etc/resolv.conf").read_text()))
except OSError as error:
    print("resolv.conf:", error)


def by_udp(address, port=53):
    made = _socket.socket(_socket.AF_INET6 if ":" in address else _socket.AF_INET, _socket.SOCK_DGRAM)
    made.settimeout(0.2)
    made.sendto(question(NAME), (address, port))
    if made.recv(512)[:2] == b"\x12\x34":
        print("ESCAPED: the resolver", address, "answered", flush=True)


def by_tcp(address):
    made = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
    made.settimeout(0.2)
    made.connect((address, 53))
    text = question(NAME)
    made.sendall(struct.pack(">H", len(text)) + text)
    if made.recv(512)[2:4] == b"\x12\x34":
        print("ESCAPED: the resolver", address, "answered by TCP", flush=True)


# The arena's UDP listener stands for a resolver that is certainly there.
attempts = [lambda: by_udp("127.0.0.1", @UDP_PORT@)]
attempts += [lambda address=address, way=way: way(address) for address in sorted(resolvers) for way in (by_udp, by_tcp)]
for attempt in attempts:
    try:
        attempt()
    except OSError as error:
        print(error)
