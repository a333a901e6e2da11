# attack: no new process: exec replaces this one, and with it the guest and all of its Python
# expect: validator
# validator: refused
import os
import sys

SAY = "echo ESC''APED: a shell took the place of the script; cat @CANARY_FILE@"
sys.stdout.flush()
for name, way in {
    "execv": lambda: os.execv("/bin/sh", ["sh", "-c", SAY]),
    "execve": lambda: os.execve("/bin/sh", ["sh", "-c", SAY], {"PATH": "/bin"}),
    "execvp": lambda: os.execvp("sh", ["sh", "-c", SAY]),
    "by descriptor": lambda: os.execve(os.open("/bin/sh", os.O_RDONLY), ["sh", "-c", SAY], {}),
    "another Python": lambda: os.execv(sys.executable, ["python", "-c", "print('ESC' + 'APED: a fresh Python')"]),
    "the loader": lambda: os.execv("/lib64/ld-linux-x86-64.so.2", ["ld", "/bin/sh", "-c", SAY]),
    "a set-user-id program": lambda: os.execv("/bin/su", ["su", "-c", SAY]),
}.items():
    try:
        way()
    except OSError as error:
        print(name, error, flush=True)
