"""In the child: `socket` and `ssl` made to go through the relay, for every library that uses them.

This is convenience, not a wall: it makes unmodified SDKs work where there is no network but one inherited socket.
It is installed in the zygote before any SDK is imported; there, and in a run without a relay, every connect is refused.
"""

import errno
import ipaddress
import json
import os
import socket
import ssl
import threading
import weakref
from typing import Any

_INTERNET = (socket.AF_INET, socket.AF_INET6)
_SERVICES = {"http": 80, "https": 443}

_original_init = socket.socket.__init__
_original_connect = socket.socket.connect
_original_bind = socket.socket.bind
_original_listen = socket.socket.listen
_original_setsockopt = socket.socket.setsockopt
_original_getsockopt = socket.socket.getsockopt
_original_getpeername = socket.socket.getpeername
_original_getsockname = socket.socket.getsockname
_original_load_verify_locations = ssl.SSLContext.load_verify_locations


class _Relay:
    """The child's end of the line to the relay, and the one certificate authority to trust."""

    def __init__(self) -> None:
        self.control: socket.socket | None = None
        self.trust = ""
        self.lock = threading.Lock()
        self.placeholder = -1
        # By inode: a socket's number and object change when TLS wraps it, its inode does not.
        self.peers: dict[int, tuple[str, int]] = {}
        self.contexts: weakref.WeakSet[ssl.SSLContext] = weakref.WeakSet()

    def connect(self, host: str, port: int) -> int:
        """A connected stream's descriptor. Raises `ConnectionRefusedError` with the relay's reason."""
        if self.control is None:
            raise ConnectionRefusedError("the sandbox has no network")
        with self.lock:
            self.control.send(json.dumps({"host": host, "port": port}).encode())
            data, fds, _flags, _address = socket.recv_fds(self.control, 4096, 1)
        if fds:
            return fds[0]
        reason = json.loads(data)["refused"] if data else "the run is over"
        raise ConnectionRefusedError(f"the sandbox refuses {host}:{port}: {reason}")

    def unconnected(self) -> int:
        """A descriptor for a socket before it is connected: a stream whose other end is closed already."""
        if self.placeholder < 0:
            ours, other = socket.socketpair()
            other.close()
            self.placeholder = ours.detach()
        return os.dup(self.placeholder)

    def is_unconnected(self, fd: int) -> bool:
        return self.placeholder >= 0 and os.path.sameopenfile(fd, self.placeholder)


_relay = _Relay()


def install() -> None:
    """Replaces what opens connections, resolves names and loads certificates. For this process and its forks."""
    methods = {
        "__init__": _init,
        "connect": _connect,
        "connect_ex": _connect_ex,
        "bind": _bind,
        "listen": _listen,
        "setsockopt": _setsockopt,
        "getsockopt": _getsockopt,
        "getpeername": _getpeername,
        "getsockname": _getsockname,
    }
    for name, method in methods.items():
        setattr(socket.socket, name, method)
    for name, function in {"getaddrinfo": _getaddrinfo, "gethostbyname": _gethostbyname}.items():
        setattr(socket, name, function)
    for name in ("load_verify_locations", "load_default_certs", "set_default_verify_paths"):
        setattr(ssl.SSLContext, name, _load_trust)


def use_relay(control: int, trust: str) -> None:
    """In the child, after the fork: from now on connections are asked for at `control`."""
    _relay.control = socket.socket(fileno=control)
    _relay.trust = trust
    _relay.placeholder = -1
    for context in _relay.contexts:  # Made by the warm-up, before there was anything to trust.
        _original_load_verify_locations(context, cadata=trust)


def forget_zygote() -> None:
    """In the child, once its descriptors are closed: the zygote's placeholder is one of them."""
    _relay.placeholder = -1


def _init(self: socket.socket, family: int = -1, type: int = -1, proto: int = -1, fileno: int | None = None) -> None:  # noqa: A002 (the original's name)
    if fileno is None and family in (-1, *_INTERNET):
        family = socket.AF_INET if family == -1 else family
        type = socket.SOCK_STREAM if type == -1 else type  # noqa: A001
        proto = 0 if proto == -1 else proto
        fileno = _relay.unconnected()
    _original_init(self, family, type, proto, fileno)


def _connect(self: socket.socket, address: Any) -> None:
    if self.family not in _INTERNET:
        _original_connect(self, address)
        return
    if self.type != socket.SOCK_STREAM:
        raise ConnectionRefusedError("the sandbox carries streams only")
    host, port = _name(address[0]), int(address[1])
    stream = _relay.connect(host, port)
    try:
        os.dup2(stream, self.fileno(), inheritable=False)
    finally:
        os.close(stream)
    # The blocking mode belongs to the open file, which has just been exchanged.
    os.set_blocking(self.fileno(), self.gettimeout() is None)
    _relay.peers[os.fstat(self.fileno()).st_ino] = (host, port)


def _connect_ex(self: socket.socket, address: Any) -> int:
    try:
        self.connect(address)
    except OSError as error:
        return error.errno or 111
    return 0


def _bind(self: socket.socket, address: Any) -> None:
    """Nothing: a client that names its own end of a connection gets the only one there is."""
    if self.family not in _INTERNET:
        _original_bind(self, address)


def _listen(self: socket.socket, *backlog: int) -> None:
    if self.family in _INTERNET:
        raise PermissionError(errno.EPERM, "the sandbox takes no connections")
    _original_listen(self, *backlog)


def _setsockopt(self: socket.socket, level: int, option: int, *value: Any) -> None:
    # The stream is a Unix socket; TCP and IP options have no meaning there.
    if self.family not in _INTERNET or level == socket.SOL_SOCKET:
        _original_setsockopt(self, level, option, *value)


def _getsockopt(self: socket.socket, level: int, option: int, length: int = 0) -> int | bytes:
    if self.family in _INTERNET and level != socket.SOL_SOCKET:
        return bytes(length) if length else 0
    return _original_getsockopt(self, level, option, length) if length else _original_getsockopt(self, level, option)


def _getpeername(self: socket.socket) -> Any:
    """Of an unconnected socket an error: by it `ssl` tells whether to shake hands at once or after `connect`."""
    name = _original_getpeername(self)
    if self.family not in _INTERNET:
        return name
    if _relay.is_unconnected(self.fileno()):
        raise OSError(errno.ENOTCONN, os.strerror(errno.ENOTCONN))
    return _relay.peers.get(os.fstat(self.fileno()).st_ino, ("127.0.0.1", 443))


def _getsockname(self: socket.socket) -> Any:
    return ("127.0.0.1", 0) if self.family in _INTERNET else _original_getsockname(self)


def _getaddrinfo(host: Any, port: Any, family: int = 0, type: int = 0, proto: int = 0, flags: int = 0) -> list[Any]:  # noqa: A002 (the original's name)
    """The name itself as the address: the relay resolves, this process cannot."""
    number = _SERVICES.get(_name(port), -1) if isinstance(port, str | bytes) and not _name(port).isdigit() else int(port or 0)
    if number < 0:
        raise socket.gaierror(socket.EAI_SERVICE, f"unknown service {_name(port)!r}")
    name = _name(host or "localhost")
    if flags & socket.AI_NUMERICHOST and not _is_address(name):
        raise socket.gaierror(socket.EAI_NONAME, f"{name} is no address")
    return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (name, number))]


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _gethostbyname(name: str) -> str:
    raise socket.gaierror(socket.EAI_NONAME, "the sandbox resolves no names; connect by name")


def _load_trust(self: ssl.SSLContext, *_files: Any, **_named: Any) -> None:
    """Whatever certificates a library brings, only the relay's authority is trusted."""
    _relay.contexts.add(self)
    if _relay.trust:
        _original_load_verify_locations(self, cadata=_relay.trust)


def _name(value: Any) -> str:
    return value.decode("ascii") if isinstance(value, bytes | bytearray) else str(value)
