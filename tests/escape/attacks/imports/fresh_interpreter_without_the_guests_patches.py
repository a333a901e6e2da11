# attack: starts a second Python interpreter inside the process, where neither the guest's patches nor its settings are in place
# expect: validator
# validator: refused
import sys

INSIDE = """
import os, sys
def tell(text):
    os.write(1, (text + "\\n").encode())
try:
    with open("@CANARY_FILE@") as file:
        tell("ESC" + "APED: the second interpreter read " + file.read().strip())
except OSError as error:
    tell(str(error))
try:
    import _socket
    stream = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
    stream.connect(("127.0.0.1", int("@TCP_PORT@")))
    tell("ESC" + "APED: the second interpreter connected")
except OSError as error:
    tell(str(error))
try:
    import socket
    socket.create_connection(("127.0.0.1", int("@TCP_PORT@")), 1)
    tell("ESC" + "APED: the unpatched module connected")
except OSError as error:
    tell(str(error))
try:
    os.close(os.open("@WATCH_DIR@/by_the_second", os.O_CREAT | os.O_WRONLY))
except OSError as error:
    tell(str(error))
"""

for name, arguments in (("_xxsubinterpreters", ()), ("_interpreters", ()), ("_testcapi", ()), ("_testinternalcapi", ())):
    try:
        module = __import__(name)
        if hasattr(module, "run_in_subinterp"):
            print(name, module.run_in_subinterp(INSIDE))
        else:
            interpreter = module.create(*arguments)
            print(name, module.run_string(interpreter, INSIDE))
            module.destroy(interpreter)
    except Exception as error:
        print(name, type(error).__name__, error, file=sys.stderr)
