# attack: ping sockets and raw IP sockets reach the network below TCP and UDP; an answer proves that packets travel
# expect: sandbox
# validator: refused
import _socket
import os
import struct


def checksum(data):
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


def echo_request():
    head = struct.pack(">BBHHH", 8, 0, 0, os.getpid() & 0xFFFF, 1) + b"out of the sandbox.."
    return head[:2] + struct.pack(">H", checksum(head)) + head[4:]


def ping(kind, protocol=1):
    made = _socket.socket(_socket.AF_INET, kind, protocol)
    made.settimeout(0.3)
    made.sendto(echo_request(), ("127.0.0.1", 0))
    answer = made.recv(2048)
    if b"out of the sandbox" in answer:
        print("ESCAPED: an ICMP message came back by socket type", kind, flush=True)


def own_ip_header():
    # IPPROTO_RAW: the script writes the sender's address itself. A UDP datagram for the machine's listener.
    made = _socket.socket(_socket.AF_INET, _socket.SOCK_RAW, 255)
    payload = b"forged sender"
    udp = struct.pack(">HHHH", 53, @UDP_PORT@, 8 + len(payload), 0) + payload
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 7, 0, 64, 17, 0, bytes((127, 0, 0, 9)), bytes((127, 0, 0, 1)))
    made.sendto(ip + udp, ("127.0.0.1", 0))


for attempt in (lambda: ping(_socket.SOCK_DGRAM), lambda: ping(_socket.SOCK_RAW), own_ip_header):
    try:
        attempt()
    except Exception as error:
        print(type(error).__name__, error)
