# attack: forks twice, leaves session and group, closes every descriptor and goes on writing when the run is over
# expect: validator
# validator: refused
import os
import signal
import time

run = os.getpid()


def outlive():
    """Ends after a second and a half in any case."""
    deadline = time.monotonic() + 1.5
    while time.monotonic() < deadline:
        try:
            os.kill(run, 0)
        except ProcessLookupError:
            # The run's process is gone and this one is not.
            os.close(os.open("@WATCH_DIR@/left_by_a_daemon", os.O_CREAT | os.O_WRONLY))
            return
        except PermissionError:
            pass
        time.sleep(0.001)


try:
    if os.fork() == 0:
        os.setsid()
        for name in ("SIGHUP", "SIGTERM", "SIGINT", "SIGCHLD"):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
        if os.fork() == 0:
            os.setpgid(0, 0)
            os.closerange(0, 1024)
            try:
                outlive()
            finally:
                os._exit(0)
        os._exit(0)
    print("the daemon has been started", flush=True)
except OSError as error:
    print("no daemon:", error)
