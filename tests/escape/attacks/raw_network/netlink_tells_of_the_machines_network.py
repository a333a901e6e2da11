# attack: netlink sockets, interface ioctls and /proc/net tell a script which networks, addresses and servers the machine has
# expect: sandbox
# validator: refused
import _socket
import fcntl
import struct
from pathlib import Path


def by_netlink():
    made = _socket.socket(16, _socket.SOCK_RAW, 0)
    # RTM_GETADDR, a dump of all addresses.
    made.sendto(struct.pack("=IHHIIB", 17 + 3, 22, 0x301, 1, 0, 0) + bytes(3), (0, 0))
    made.settimeout(0.5)
    data = made.recv(65536)
    return {data[at + 4 : at + 8] for at in range(len(data) - 8) if data[at : at + 4] == b"\x08\x00\x02\x00"} - {
        bytes((127, 0, 0, 1))
    }


def by_interface_names():
    return {name for _, name in _socket.if_nameindex()} - {"lo"}


def by_ioctl():
    made = _socket.socket(_socket.AF_INET, _socket.SOCK_DGRAM)
    found = set()
    for name in (b"eth0", b"ens3", b"ens5", b"enp0s3", b"wlan0"):
        try:
            found.add(fcntl.ioctl(made, 0x8915, struct.pack("256s", name))[20:24])
        except OSError:
            continue
    return found


def by_proc():
    lines = Path("/proc/net/route").read_text().splitlines()[1:]
    listeners = [line for line in Path("/proc/net/tcp").read_text().splitlines() if line.split()[3] == "0A"]
    return {line.split()[0] for line in lines} | {line.split()[1] for line in listeners}


def by_sys():
    return {path.name for path in Path("/sys/class/net").iterdir()} - {"lo"}


for attempt in (by_netlink, by_interface_names, by_ioctl, by_proc, by_sys):
    try:
        if found := attempt():
            print("ESCAPED:", attempt.__name__, sorted(found)[:5], flush=True)
    except Exception as error:
        print(attempt.__name__, type(error).__name__, error)
