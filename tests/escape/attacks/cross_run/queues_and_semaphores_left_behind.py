# attack: message queues and semaphores, System V's and POSIX's, keep what a run puts in until somebody takes it out
# expect: sandbox
# validator: refused
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
KEY = 0x41474E55
MQ_OPEN = {"x86_64": 240, "aarch64": 180}.get(os.uname().machine, 240)


def checked(result, name):
    if result < 0:
        raise OSError(ctypes.get_errno(), name)
    return result


def system_v_queue():
    queue = checked(libc.msgget(KEY, 0o1666), "msgget")
    try:
        message = ctypes.create_string_buffer((1).to_bytes(8, "little") + b"from another run")
        checked(libc.msgsnd(queue, message, 16, 0o4000), "msgsnd")
        answer = ctypes.create_string_buffer(64)
        if checked(libc.msgrcv(checked(libc.msgget(KEY, 0), "msgget"), answer, 32, 0, 0o4000), "msgrcv") == 16:
            print("ESCAPED: a queue kept", answer.raw[8:24], flush=True)
    finally:
        libc.msgctl(queue, 0, None)


def system_v_semaphore():
    made = checked(libc.semget(KEY, 1, 0o1666), "semget")
    try:
        checked(libc.semctl(made, 0, 16, 42), "semctl")
        if libc.semctl(checked(libc.semget(KEY, 1, 0), "semget"), 0, 12) == 42:
            print("ESCAPED: a semaphore kept 42", flush=True)
    finally:
        libc.semctl(made, 0, 0)


def posix_queue():
    queue = checked(libc.syscall(MQ_OPEN, b"agentic_attack", os.O_RDWR | os.O_CREAT | os.O_NONBLOCK, 0o666, None), "mq_open")
    try:
        checked(libc.syscall(MQ_OPEN + 2, queue, b"left", 4, 0, None), "mq_timedsend")
        print("ESCAPED: a POSIX queue kept a message", flush=True)
    finally:
        os.close(queue)
        libc.syscall(MQ_OPEN + 1, b"agentic_attack")


def posix_semaphore():
    from _multiprocessing import SemLock

    made = SemLock(1, 1, 1, "/agentic_attack", False)
    print("ESCAPED: a named semaphore", made.name, flush=True)
    os.unlink("/dev/shm/sem.agentic_attack")


def what_others_left():
    for name in ("shm", "msg", "sem"):
        with open(f"/proc/sysvipc/{name}") as file:
            if len(file.readlines()) > 1:
                print("ESCAPED: other processes'", name, "are listed", flush=True)


for attempt in (system_v_queue, system_v_semaphore, posix_queue, posix_semaphore, what_others_left):
    try:
        attempt()
    except Exception as error:
        print(attempt.__name__, type(error).__name__, error)
