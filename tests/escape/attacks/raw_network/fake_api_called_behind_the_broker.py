# attack: the API's local stand-in listens on 127.0.0.1 without a key check; whoever finds its port needs no broker
# expect: sandbox
# validator: refused
import _socket
import os
import re
from pathlib import Path

OWNER = "/proc/@OWNER_PID@"


def sockets_of_the_owner():
    """Their inode numbers, so that other servers of the machine are left alone."""
    return {
        found[1]
        for name in os.listdir(f"{OWNER}/fd")
        if (found := re.match(r"socket:\[(\d+)\]", os.readlink(f"{OWNER}/fd/{name}")))
    }


def ports():
    owned = sockets_of_the_owner()
    for line in Path(f"{OWNER}/net/tcp").read_text().splitlines()[1:]:
        columns = line.split()
        if columns[3] == "0A" and columns[9] in owned:
            yield int(columns[1].rpartition(":")[2], 16)


def ask(port):
    made = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
    made.settimeout(0.3)
    made.connect(("127.0.0.1", port))
    made.sendall(b"GET /v1/payouts HTTP/1.1\r\nHost: api.stripe.com\r\nAuthorization: Bearer mine\r\nConnection: close\r\n\r\n")
    answer = made.recv(65536)
    if re.match(rb"HTTP/1\.[01] \d\d\d ", answer):
        print("ESCAPED: a server on port", port, "answered:", answer[:40], flush=True)


try:
    found = sorted(ports())
except OSError as error:
    print(error)
    found = []
# The one port that is known is tried in any case.
for port in {*found, @TCP_PORT@}:
    try:
        ask(port)
    except OSError as error:
        print(port, error)
