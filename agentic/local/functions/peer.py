"""Which process is at the other end of a loopback connection: the Runtime API answers the function's own process only.

AWS's runtime client can send no token, so the kernel is asked instead: the client's socket has an inode number in
/proc/net/tcp, and the process that holds it lists that number in /proc/<pid>/fd. Once per connection, about a millisecond.
"""

from pathlib import Path

_TABLE = Path("/proc/net/tcp")
# The kernel hands the table out in pieces and may skip an entry when it changes meanwhile.
_ATTEMPTS = 3

Address = tuple[str, int]


def belongs_to(pid: int, client: Address, server: Address) -> bool:
    """Whether process `pid` holds the socket that is connected from `client` to `server` (both IPv4)."""
    for _ in range(_ATTEMPTS):
        inode = _inode(client, server)
        if inode:
            return _holds(pid, inode)
    return False


def _inode(client: Address, server: Address) -> str:
    local, remote = _hexadecimal(client), _hexadecimal(server)
    for line in _TABLE.read_text().splitlines()[1:]:
        fields = line.split()
        if fields[1] == local and fields[2] == remote:
            return fields[9]
    return ""


def _hexadecimal(address: Address) -> str:
    """127.0.0.1:8080 as the table shows it: `0100007F:1F90` (on a little-endian machine)."""
    host, port = address
    number = bytes(int(part) for part in host.split("."))
    return f"{int.from_bytes(number, 'little'):08X}:{port:04X}"


def _holds(pid: int, inode: str) -> bool:
    wanted = f"socket:[{inode}]"
    try:
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            try:
                if str(descriptor.readlink()) == wanted:
                    return True
            except FileNotFoundError:
                continue
    except OSError:
        # The process has ended, or does not let us look (PR_SET_DUMPABLE): not proved, so refused.
        return False
    return False
