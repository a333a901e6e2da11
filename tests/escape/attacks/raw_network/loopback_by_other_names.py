# attack: the machine's own address has many names (0.0.0.0, ::1, mapped, 127.1.2.3); a rule may know one of them only
# expect: sandbox
# validator: refused
import _socket

PLACES = [
    (_socket.AF_INET, ("0.0.0.0", @TCP_PORT@)),
    (_socket.AF_INET, ("127.0.0.1", @TCP_PORT@)),
    (_socket.AF_INET6, ("::1", @TCP_PORT@)),
    (_socket.AF_INET6, ("::", @TCP_PORT@)),
    (_socket.AF_INET6, ("::ffff:127.0.0.1", @TCP_PORT@)),
    (_socket.AF_INET6, ("::ffff:0:0", @TCP_PORT@)),
    (_socket.AF_INET6, ("64:ff9b::7f00:1", @TCP_PORT@)),
]
for family, place in PLACES:
    # MPTCP (262) falls back to TCP where the other side does not know it; a filter may look at protocol 0 and 6 only.
    for protocol in (0, 6, 262):
        try:
            made = _socket.socket(family, _socket.SOCK_STREAM, protocol)
            made.settimeout(0.2)
            made.connect(place)
            made.sendall(b"hello")
            print("ESCAPED: reached the machine as", place[0], "protocol", protocol, flush=True)
        except OSError as error:
            print(place[0], protocol, error)


def fast_open(flag=0x20000000):
    # TCP Fast Open connects by sendto: no connect call for a filter to see.
    made = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
    made.settimeout(0.2)
    if made.sendto(b"hello", flag, ("127.0.0.1", @TCP_PORT@)):
        print("ESCAPED: reached the machine without connect", flush=True)


try:
    fast_open()
except OSError as error:
    print("fast open", error)
