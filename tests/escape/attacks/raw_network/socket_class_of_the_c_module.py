# attack: the C module's socket class knows nothing of the sandbox's patches and connects straight to a listener
# expect: sandbox
# validator: refused
import _socket
import ctypes
import importlib.util
import socket


def say_hello(made):
    made.settimeout(0.5)
    made.connect(("127.0.0.1", @TCP_PORT@))
    made.sendall(b"hello from the sandbox")
    print("ESCAPED: a TCP connection to the machine's listener", flush=True)


def from_the_c_module():
    say_hello(_socket.socket(_socket.AF_INET, _socket.SOCK_STREAM))


def from_the_base_class():
    # The patched class inherits from the C class; its methods are still there.
    made = socket.socket.__base__(socket.AF_INET, socket.SOCK_STREAM)
    say_hello(made)


def from_a_fresh_copy_of_the_module():
    spec = importlib.util.find_spec("socket")
    fresh = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(fresh)
    say_hello(fresh.socket(fresh.AF_INET, fresh.SOCK_STREAM))


def from_a_descriptor_of_libc():
    made = ctypes.CDLL(None, use_errno=True).socket(2, 1, 0)
    if made < 0:
        raise OSError(ctypes.get_errno(), "socket")
    say_hello(_socket.socket(fileno=made))


for attempt in (from_the_c_module, from_the_base_class, from_a_fresh_copy_of_the_module, from_a_descriptor_of_libc):
    try:
        attempt()
    except Exception as error:
        print(attempt.__name__, type(error).__name__, error)
