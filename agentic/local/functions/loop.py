"""One thread that waits for everything the function processes send: requests, log lines, news of their start and end."""

import selectors
import socket
import sys
import threading
from collections import deque
from collections.abc import Callable


class Loop:
    """Calls back when a watched socket or pipe is readable or hung up. Callbacks run in the loop's thread and must not wait."""

    def __init__(self, name: str) -> None:
        self._selector = selectors.DefaultSelector()
        self._woken, self._wake = socket.socketpair()
        self._wake.setblocking(False)
        self._calls: deque[Callable[[], None]] = deque()
        self._open = True
        self._watched: dict[int, Callable[[], object]] = {}
        self.watch(self._woken, lambda: self._woken.recv(4096))
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def call(self, call: Callable[[], None]) -> None:
        """Have the loop's thread call it soon; any thread may ask."""
        self._calls.append(call)
        try:
            self._wake.send(b"\0")
        except BlockingIOError:
            # So many wake-ups wait already that one more says nothing new.
            return

    def watch(self, source: socket.socket | int, ready: Callable[[], object]) -> None:
        """Only in the loop's thread."""
        key = self._selector.register(source, selectors.EVENT_READ, ready)
        self._watched[key.fd] = ready

    def unwatch(self, source: socket.socket | int) -> None:
        """Only in the loop's thread; before `source` is closed."""
        del self._watched[self._selector.unregister(source).fd]

    def close(self) -> None:
        """Does what was asked for so far, then ends the thread."""
        if self._open:
            self.call(self._stop)
            self._thread.join()
            self._selector.close()
            self._woken.close()
            self._wake.close()

    def _stop(self) -> None:
        self._open = False

    def _run(self) -> None:
        while self._open:
            for key, _ in self._selector.select():
                # An earlier callback of this round may have closed this one's source, and its number may be another's now.
                if self._watched.get(key.fd) is key.data:
                    _guarded(key.data)
            while self._calls:
                _guarded(self._calls.popleft())


def _guarded(call: Callable[[], object]) -> None:
    """One process's trouble must not stop the others: it is reported as a thread's uncaught exception is."""
    try:
        call()
    except Exception:  # noqa: BLE001
        threading.excepthook(threading.ExceptHookArgs((*sys.exc_info(), threading.current_thread())))
