"""The layers around a script, what each stops, and which of them must stand: the sandbox's own idea of being closed."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from agentic.core.errors import ConfigurationError

LAYERS = {
    # Every name that an outcome's `layers` can hold, with what the layer stops. In the order of their setting up.
    "own-function": "on AWS Lambda: the function around the script has nothing worth stealing and serves one run only",
    "no-new-privs": "gaining rights by starting set-user-id programs",
    "own-network": "use of any network, the machine's own loopback included",
    "own-ipc": "use of shared memory, semaphores and queues of other processes",
    "own-root": "finding any file that is not the Python library's: its root holds nothing else and is read-only",
    "own-user": "doing what its user may: it is a number that has no files, processes or capabilities",
    "landlock": "opening files that are not the Python library's, writing any, TCP, signals to other processes",
    "zygote-seccomp": "what an SDK could do to the machine while it is imported: sockets, programs, tracing",
    "process": "reaching the memory of run_code and of other runs",
    "rlimits": "using up memory, processor time, files and disk",
    "process-limit": "using up the machine's processes and threads",
    "not-dumpable": "being looked into by other processes of the same user",
    "empty-environment": "finding secrets in environment variables",
    "seccomp": "every system call that is not on a list: sockets, programs, new processes, tracing, signals, writing opens",
    "relay": "nothing; a convenience that lets unmodified SDKs find the relay",
}

KERNEL = frozenset({"no-new-privs", "own-network", "own-ipc", "own-root", "own-user", "landlock", "seccomp"})
"""Those that the kernel makes and that can be left out: for measuring, and for showing what each is good for."""


@dataclass(frozen=True, slots=True)
class Wall:
    """Something that must stand, and the layers any one of which is enough."""

    name: str
    stops: str
    layers: tuple[str, ...]


WALLS = {
    wall.name: wall
    for wall in (
        Wall("process", "sharing memory with what holds a grant", ("process",)),
        Wall("limits", "using up the machine", ("rlimits",)),
        Wall("privileges", "gaining rights", ("no-new-privs", "own-function")),
        Wall("files", "reading or writing files", ("landlock", "own-root", "own-function")),
        Wall("system-calls", "reaching the kernel and other processes", ("seccomp", "own-function")),
        Wall("network", "reaching anything but the relay", ("seccomp", "own-network", "own-function")),
    )
}
"""The mandatory walls by name: the default of the setting `sandbox.require`."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Which walls must stand, which layers to leave out, and whether a function of its own stands around it all.

    `own_function` is for AWS Lambda only, where no kernel layer can be had: there the function is the wall.
    Raises `ConfigurationError` for names that are none.
    """

    require: tuple[str, ...] = tuple(WALLS)
    without: frozenset[str] = frozenset()
    own_function: bool = False

    def __post_init__(self) -> None:
        for what, given, known in (("wall", self.require, WALLS), ("layer to leave out", self.without, KERNEL)):
            if unknown := sorted(set(given) - set(known)):
                raise ConfigurationError(f"no such {what}: {', '.join(unknown)}", hint=f"there are {', '.join(sorted(known))}")


def missing(standing: Collection[str], require: Iterable[str]) -> list[str]:
    """One sentence for each required wall that no layer of `standing` makes."""
    return [
        f"nothing here stops a script from {wall.stops} ({wall.name}: needs {_any_of(wall.layers)})"
        for wall in map(WALLS.__getitem__, require)
        if not set(wall.layers) & set(standing)
    ]


def _any_of(layers: Iterable[str]) -> str:
    # Whoever reads this is not on AWS: there the function is always there.
    return " or ".join(layer for layer in layers if layer != "own-function")
