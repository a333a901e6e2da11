# attack: getaddrinfo is patched in Python only; the C library below it still asks files, daemons and resolvers
# expect: sandbox
# validator: refused
import _socket
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
NAME = os.uname().nodename  # The machine's own name is in its hosts file or its resolver.


def said(way, address):
    if address and not str(address).startswith(("127.", "0.")):
        print("ESCAPED:", way, "resolved", address, flush=True)


def c_module():
    for name in (NAME, "example.com", "pypi.org"):
        try:
            for entry in _socket.getaddrinfo(name, 80):
                said("_socket.getaddrinfo", entry[4][0])
        except OSError as error:
            print(name, error)


def older_functions():
    said("_socket.gethostbyname", _socket.gethostbyname("example.com"))


def reverse():
    # Backwards: an address to its name.
    name = _socket.gethostbyaddr("127.0.0.1")[0]
    if name:
        print("ESCAPED: the hosts file says", name, flush=True)


def libresolv():
    for library in (None, "libresolv.so.2"):
        loaded = ctypes.CDLL(library)
        answer = ctypes.create_string_buffer(512)
        query = getattr(loaded, "res_query", None) or loaded.__res_query
        if query(b"example.com", 1, 1, answer, 512) > 0:
            print("ESCAPED: res_query has an answer", flush=True)


for attempt in (c_module, older_functions, reverse, libresolv):
    try:
        attempt()
    except Exception as error:
        print(attempt.__name__, type(error).__name__, error)
