"""What carries a script's connections, as the sandbox sees it: a seam, because broker and sandbox do not know each other."""

import socket
from typing import Protocol


class Link(Protocol):
    """One run's network. `trust` is the PEM of the only certificate authority that the script's TLS trusts."""

    @property
    def trust(self) -> str: ...

    @property
    def stopped(self) -> int | None:
        """A descriptor from which the reason can be read once the run is to end at once; None where that never happens."""
        ...

    def stop(self, reason: str) -> None:
        """Asks for the end of the run: `reason`, 1 to 32 of a-z and "_", becomes its outcome's. From any thread."""
        ...

    def close(self) -> None:
        """Ends every connection of the run. Safe to call twice."""
        ...


class Network(Protocol):
    """Called once per run. The broker package's `Relay` is one."""

    def serve(self, control: socket.socket) -> Link:
        """Starts to answer connect requests that arrive on `control` (SOCK_SEQPACKET), which it owns from now on.

        A request is JSON {"host", "port"}. The answer is {"ok": true} with one connected stream socket as ancillary
        data, or {"refused": reason} without any.
        """
        ...
