# attack: starts a shell by each of Python's ways: system, popen, subprocess, spawn, posix_spawn, pty, asyncio, multiprocessing
# expect: validator
# validator: refused
import asyncio
import multiprocessing
import os
import pty
import subprocess
import webbrowser

CANARY = "CANARY" + "_7f3a"
COMMAND = ["/bin/cat", "@CANARY_FILE@"]


def by_asyncio():
    async def work():
        process = await asyncio.create_subprocess_exec(*COMMAND, stdout=subprocess.PIPE)
        return (await process.communicate())[0].decode()

    return asyncio.run(work())


def told(text):
    os.write(1, f"ESC{'APED'}: a worker process wrote {text}\n".encode())


def by_multiprocessing():
    for method in ("fork", "spawn", "forkserver"):
        try:
            worker = multiprocessing.get_context(method).Process(target=told, args=(method,))
            worker.start()
            worker.join(1)
        except Exception as error:
            print(method, type(error).__name__, error)
    return ""


def by_posix_spawn():
    reader, writer = os.pipe()
    child = os.posix_spawn(COMMAND[0], COMMAND, {}, file_actions=[(os.POSIX_SPAWN_DUP2, writer, 1)])
    os.waitpid(child, 0)
    return os.read(reader, 200).decode()


def by_terminal():
    child, line = pty.fork()
    if child == 0:
        os.execv(COMMAND[0], COMMAND)
    return os.read(line, 200).decode()


def by_browser():
    webbrowser.get("/bin/cat %s").open("@CANARY_FILE@")
    return ""


ways = {
    "system": lambda: str(os.system("cat @CANARY_FILE@")),
    "popen": lambda: os.popen("cat @CANARY_FILE@").read(),
    "subprocess": lambda: subprocess.run(COMMAND, capture_output=True, text=True).stdout,
    "a shell": lambda: subprocess.getoutput("cat @CANARY_FILE@"),
    "vfork": lambda: subprocess.run(COMMAND, capture_output=True, text=True, close_fds=False).stdout,
    "spawn": lambda: str(os.spawnv(os.P_WAIT, COMMAND[0], COMMAND)),
    "posix_spawn": by_posix_spawn,
    "terminal": by_terminal,
    "asyncio": by_asyncio,
    "multiprocessing": by_multiprocessing,
    "browser": by_browser,
}
for name, way in ways.items():
    try:
        text = way()
        if CANARY in text:
            print(f"ESCAPED: {name} gave {text!r}", flush=True)
    except Exception as error:
        print(name, type(error).__name__, error)
