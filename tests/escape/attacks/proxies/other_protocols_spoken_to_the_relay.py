# attack: the relay's streams could be taken for something else: SOCKS, the PROXY protocol, SPDY, SMTP, a database, RTSP
# expect: broker
# validator: refused
import socket
import ssl

GREETINGS = {
    "socks5": b"\x05\x01\x00",
    "socks4": b"\x04\x01\x01\xbb\xa9\xfe\xa9\xfe\x00",
    "proxy v1": b"PROXY TCP4 10.0.0.1 169.254.169.254 1 80\r\nGET /v1/payouts HTTP/1.1\r\nHost: api.stripe.com\r\n\r\n",
    "proxy v2": b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c" + bytes((10, 0, 0, 1, 169, 254, 169, 254, 0, 1, 0, 80)),
    "smtp": b"EHLO attacker.example\r\nMAIL FROM:<a@b>\r\n",
    "redis": b"*1\r\n$4\r\nINFO\r\n",
    "rtsp": b"DESCRIBE rtsp://attacker.example/ RTSP/1.0\r\n\r\n",
    "http/0.9": b"GET /v1/payouts\r\n",
    "http/3 words": b"GET /v1/payouts HTTP/3.0\r\nHost: api.stripe.com\r\n\r\n",
    "icap": b"REQMOD icap://attacker.example/ ICAP/1.0\r\n\r\n",
}


def speak(port, text):
    plain = socket.create_connection(("api.stripe.com", port), 1)
    stream = plain if port == 80 else ssl.create_default_context().wrap_socket(plain, server_hostname="api.stripe.com")
    stream.settimeout(0.1)
    stream.sendall(text)
    try:
        return stream.recv(4096)
    finally:
        stream.close()


for name, text in GREETINGS.items():
    for port in (80, 443):
        try:
            answer = speak(port, text)
        except OSError as error:
            print(name, port, error)
            continue
        print(name, port, answer[:20])
        # HTTP refusals apart, whatever answers here is somebody else.
        if answer and (b" 200 " in answer[:20] or not answer.startswith(b"HTTP/1.1 4")):
            print("ESCAPED: an answer to", name, answer[:60], flush=True)
