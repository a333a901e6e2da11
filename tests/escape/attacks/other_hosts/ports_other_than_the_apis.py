# attack: another port is another server; ports as text, booleans, floats, negatives and numbers beyond 65535
# expect: broker
# validator: refused
import json
import os
import socket
import stat

PORTS = (
    22,
    8443,
    65536 + 443,
    -1,
    0,
    443.0,
    443.5,
    True,
    "443",
    "https",
    None,
    [443],
    {"port": 443},
    1e3,
    2**63 + 443,
    @TCP_PORT@,
)


def control_sockets():
    for number in range(3, 64):
        try:
            if not stat.S_ISSOCK(os.fstat(number).st_mode):
                continue
            made = socket.socket(fileno=os.dup(number))
            if made.type == socket.SOCK_SEQPACKET:
                yield made
        except OSError:
            continue


for control in control_sockets():
    for port in PORTS:
        try:
            control.send(json.dumps({"host": "api.stripe.com", "port": port}).encode())
            answer, descriptors, *_ = socket.recv_fds(control, 4096, 1)
            print(port, answer[:100])
            if descriptors:
                print("ESCAPED: a stream for port", port, flush=True)
        except OSError as error:
            print(port, error)
    # A port written twice: the first may be checked and the last used.
    control.send(b'{"host": "api.stripe.com", "port": 22, "port": 443, "host": "attacker.example"}')
    answer, descriptors, *_ = socket.recv_fds(control, 4096, 1)
    if descriptors:
        print("ESCAPED: a stream for a doubled name", flush=True)

for port in (22, 8443, @TCP_PORT@):
    try:
        with socket.create_connection(("api.stripe.com", port), 0.5):
            print("ESCAPED: connected to port", port, flush=True)
    except OSError as error:
        print(port, error)
