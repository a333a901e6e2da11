# attack: the relay reads JSON from the script: what is nested, huge, doubled or oddly encoded may slip through
# expect: broker
# validator: refused
import json
import os
import socket
import stat


def control_sockets():
    """The socket by which connections are asked of the relay: a Unix socket that keeps messages apart."""
    for number in range(3, 256):
        try:
            if not stat.S_ISSOCK(os.fstat(number).st_mode):
                continue
        except OSError:
            continue
        found = socket.socket(fileno=os.dup(number))
        if found.type == socket.SOCK_SEQPACKET:
            yield found


TEXTS = [
    b"{}",
    b"[]",
    b"null",
    b"1e999",
    b"{" * 2000,
    b"[" * 2047,
    b'{"host": "api.stripe.com"}',
    b'{"host": ["api.stripe.com"], "port": 443}',
    b'{"host": {"api.stripe.com": 1}, "port": 443}',
    b'{"host": null, "port": 443}',
    b'{"host": "api.stripe.com", "port": true}',
    b'{"host": "api.stripe.com", "port": 443.0}',
    b'{"host": "api.stripe.com", "port": 1e400}',
    b'{"host": "api.stripe.com", "port": ' + b"4" * 1000 + b"}",
    b'{"host": "attacker.example", "host": "api.stripe.com", "port": 25}',
    b'{"host": "api.stripe.com\\u0000.attacker.example", "port": 443}',
    b'{"host": "\\ud800", "port": 443}',
    b'{"host": "' + b"a" * 5000 + b'", "port": 443}',
    b'{"host": "api.stripe.com", "port": 443}' + b" " * 3000 + b"x",
    '{"host": "api.stripe.com", "port": 22}'.encode("utf-16"),
    b"\xff\xfe\x00",
    b'{"host": "/etc/passwd", "port": 443}',
    b'{"host": "@UNIX_SOCKET@", "port": 0}',
    b'{"host": "api.stripe.com", "port": 443, "exchange": "os.system", "trust": "all"}',
    b'{"ok": true}',
    # The end of the line to whoever reads it: the last, because the script has no line afterwards.
    b"",
]
for control in control_sockets():
    for text in TEXTS:
        try:
            control.send(text)
            answer, descriptors, *_ = socket.recv_fds(control, 4096, 4)
        except OSError as error:
            print(text[:40], error)
            break
        print(text[:40], answer[:80], len(descriptors))
        asked = text.strip()
        if descriptors and not asked.startswith(b'{"host": "api.stripe.com", "port": 443'):
            print("ESCAPED: a stream for", text[:60], flush=True)
        for descriptor in descriptors:
            os.close(descriptor)
print("done", json.dumps("still here"))
