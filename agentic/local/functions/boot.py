"""What happens inside a function process before AWS's runtime client takes over. Standard library only.

The process gets the world that a Lambda environment has: the unpacked zip first on the path, then the standard library, then
the few packages that Lambda's image carries. A package that is missing in the zip is missing here too, although it is
installed beside us; and `agentic` is the one in the zip, never the checkout's.
"""

import importlib
import json
import os
import resource
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

# AWS's own packages: AWS's runtime client (`runtime_client` is its compiled part) and boto3.
AWS_PACKAGES = frozenset(
    {"awslambdaric", "runtime_client", "simplejson", "snapshot_restore_py", "boto3", "botocore", "s3transfer"}
)
# What a function finds without carrying it.
IMAGE = AWS_PACKAGES | {"jmespath", "urllib3", "dateutil", "six"}
_OURS = "agentic"

# `sys.argv[1]` is the folder that holds our package, `sys.argv[2]` the start as JSON, without the variables.
PLAIN = f"import sys; sys.path.insert(0, sys.argv[1]); from {__name__} import run_plain; run_plain()"


class ImageFinder:
    """Finds the image's packages in a site-packages folder, and nothing else that lies there."""

    def __init__(self, site_packages: str) -> None:
        self._path = [site_packages]

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:
        """The import system's hook. Parts of a package (`path` given) are found by the ordinary finder."""
        return PathFinder.find_spec(name, self._path, target) if path is None and name in IMAGE else None


@dataclass(frozen=True, slots=True)
class Start:
    """One function process to start. `number` is the caller's name for it; `variables` is its whole environment."""

    number: int
    handler: str
    task_root: str
    site_packages: str
    data_bytes: int
    plain: bool
    variables: Mapping[str, str]


def run_plain() -> None:
    """The entry of a process that was not forked with everything imported (see `PLAIN`)."""
    sys.path.remove(sys.argv[1])
    start = Start(**json.loads(sys.argv[2]), variables=dict(os.environ))
    offer_image(start.site_packages)
    run(start)


def offer_image(site_packages: str) -> None:
    """From here on this process finds the image's packages, after its path."""
    sys.meta_path.append(ImageFinder(site_packages))


def run(start: Start) -> None:
    """Become the function: returns, or raises SystemExit, only when the runtime client ends."""
    os.environ.clear()
    os.environ.update(start.variables)
    time.tzset()
    resource.setrlimit(resource.RLIMIT_DATA, (start.data_bytes, start.data_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.chdir(start.task_root)
    sys.path.insert(0, start.task_root)
    sys.argv = ["awslambdaric", start.handler]
    # What the zip carries is imported from there, even where a forked process has the image's copy (which botocore keeps).
    with os.scandir(start.task_root) as entries:
        carried = {entry.name.partition(".")[0] for entry in entries} & IMAGE | {_OURS}
    for name in [name for name in sys.modules if name.partition(".")[0] in carried]:
        del sys.modules[name]
    # The client binds to AWS_LAMBDA_RUNTIME_API, and to the log settings, when it is imported: not before this line.
    importlib.import_module("awslambdaric.__main__").main(sys.argv)
