# attack: /proc/self/mem ignores the protection of pages: writes over machine code that is mapped read-only, and calls it
# expect: validator
# validator: refused
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
# A function that nothing here calls; its first bytes become "return 4242".
victim = ctypes.cast(libc.lfind, ctypes.c_void_p).value
CODE = bytes.fromhex("b892100000c3") if os.uname().machine == "x86_64" else bytes.fromhex("40128252c0035fd6")

for path in ("/proc/self/mem", f"/proc/{os.getpid()}/mem", "/proc/thread-self/mem", f"/proc/self/task/{os.getpid()}/mem"):
    try:
        memory = os.open(path, os.O_RDWR)
        os.pwrite(memory, CODE, victim)
    except OSError as error:
        print(path, error)
        continue
    if ctypes.string_at(victim, len(CODE)) == CODE:
        answer = ctypes.CFUNCTYPE(ctypes.c_int)(victim)()
        print(f"ESCAPED: {path}: wrote over machine code, which now answers {answer}", flush=True)
