# attack: takes back by prctl what was given up by prctl: not dumpable, dying with the parent, no new rights, the filter
# expect: validator
# validator: refused
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
SET_DEATH, GET_DEATH, GET_DUMPABLE, SET_DUMPABLE = 1, 2, 3, 4
SET_KEEP, SET_SECCOMP, SET_TIMING, CAPBSET_READ = 8, 22, 14, 23
SET_SUBREAPER, GET_SUBREAPER, SET_NNP, GET_NNP = 36, 37, 38, 39
AMBIENT, SET_PTRACER, SET_MM = 47, 0x59616D61, 35


def prctl(option, *values):
    ctypes.set_errno(0)
    arguments = [ctypes.c_ulong(value) for value in (*values, 0, 0, 0, 0)[:4]]
    return libc.prctl(option, *arguments)


def answer_of(option):
    number = ctypes.c_int(-1)
    return number.value if libc.prctl(option, ctypes.byref(number), 0, 0, 0) else number.value


dumpable = prctl(GET_DUMPABLE)
prctl(SET_DUMPABLE, 1)
print("dumpable", dumpable, "->", prctl(GET_DUMPABLE), os.strerror(ctypes.get_errno()))
if dumpable == 0 and prctl(GET_DUMPABLE) == 1:
    print("ESCAPED: other processes may look into this one again", flush=True)

death = answer_of(GET_DEATH)
prctl(SET_DEATH, 0)
print("signal when the parent dies", death, "->", answer_of(GET_DEATH), os.strerror(ctypes.get_errno()))
if death == 9 and answer_of(GET_DEATH) == 0:
    print("ESCAPED: it would outlive its zygote", flush=True)

prctl(SET_SUBREAPER, 1)
print("subreaper", answer_of(GET_SUBREAPER), os.strerror(ctypes.get_errno()))
if answer_of(GET_SUBREAPER) == 1:
    print("ESCAPED: orphans come to the script, not to the zygote that would end them", flush=True)

before = prctl(GET_NNP)
prctl(SET_NNP, 0)
if before == 1 and prctl(GET_NNP) == 0:
    print("ESCAPED: new rights can be had again", flush=True)

# Second filters are allowed to add, never to take away; mode 0 would be none.
for mode in (0, 1 << 16):
    print("filter mode", mode, prctl(SET_SECCOMP, mode), os.strerror(ctypes.get_errno()))
for name, option, value in (("keep rights", SET_KEEP, 1), ("tracer", SET_PTRACER, 2**64 - 1), ("memory map", SET_MM, 1)):
    print(name, prctl(option, value), os.strerror(ctypes.get_errno()))
for capability in range(8):
    if prctl(AMBIENT, 2, capability) == 0:
        print(f"ESCAPED: capability {capability} was raised", flush=True)
