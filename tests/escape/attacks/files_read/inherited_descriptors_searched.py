# attack: goes through every descriptor number for files, folders or lines that the zygote or its owner forgot to close
# expect: validator
# validator: refused
import fcntl
import os
import socket
import stat

CANARY = b"CANARY" + b"_7f3a"

for fd in range(4096):
    try:
        facts = os.fstat(fd)
    except OSError:
        continue
    kind = stat.S_IFMT(facts.st_mode)
    flags = fcntl.fcntl(fd, fcntl.F_GETFL)
    print(fd, oct(kind), oct(flags))
    if kind == stat.S_IFDIR:
        print(f"ESCAPED: descriptor {fd} is a folder", flush=True)
        try:
            os.open("@CANARY_FILE@".lstrip("/"), os.O_RDONLY, dir_fd=fd)
        except OSError as error:
            print(error)
    if kind == stat.S_IFREG:
        # The script's own text came in a memory file; anything else, or anything more, is a leak.
        data = os.pread(fd, 1 << 20, 0)
        print(f"ESCAPED: descriptor {fd} is a file of {len(data)} bytes", flush=True)
    if kind == stat.S_IFIFO and fd > 2 and flags & os.O_ACCMODE != os.O_WRONLY:
        print(f"ESCAPED: descriptor {fd} is a pipe to read from", flush=True)
    if kind == stat.S_IFSOCK:
        line = socket.socket(fileno=os.dup(fd))
        try:
            if line.family != socket.AF_UNIX:
                print(f"ESCAPED: descriptor {fd} is a socket of family {line.family}", flush=True)
            credentials = line.getsockopt(socket.SOL_SOCKET, 17, 12)  # SO_PEERCRED
            print("the other end is", int.from_bytes(credentials[:4], "little"))
            line.setblocking(False)
            waiting = line.recv(65536, socket.MSG_PEEK)
            if CANARY in waiting:
                print(f"ESCAPED: on descriptor {fd} waits {waiting[:100]!r}", flush=True)
        except OSError as error:
            print(fd, error)
