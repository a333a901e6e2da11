"""Indexes kept in the user's cache: reading an SDK takes seconds, and its source changes with its version only."""

import contextlib
import hashlib
import tempfile
from pathlib import Path

from agentic.core.spec import Sdk
from agentic.validator.describe.describe import describe
from agentic.validator.describe.sources import Sources, installed
from agentic.validator.sdk.index import SdkIndex

_KEPT = 16


def packages_of(sdk: Sdk) -> set[str]:
    """The top-level packages that an SDK's modules are in."""
    return {module.partition(".")[0] for module in sdk.modules}


def cached_index(sdk: Sdk, sources: Sources, cache: Path) -> bytes:
    """The index of `sdk` from its sources, made when it is not in the folder `cache`. Empty if it cannot be made."""
    facts = [sources.fingerprint, _own_fingerprint(), repr(sorted(sdk.modules)), repr(sorted(sdk.additions))]
    path = cache / "sdk" / f"{hashlib.sha256(chr(0).join(facts).encode()).hexdigest()}.jsonl"
    with contextlib.suppress(OSError):
        content = path.read_bytes()
        path.touch()  # so that pruning keeps what is in use
        return content
    try:
        content = describe(sources, sdk.modules, sdk.additions)
    except RecursionError:  # an SDK whose source is nested beyond reading has no index
        return b""
    with contextlib.suppress(OSError):  # a cache that cannot be written costs time, nothing else
        _save(path, content)
    return content


def installed_index(sdk: Sdk, cache: Path) -> SdkIndex | None:
    """The index of `sdk` as it is installed here; None without one."""
    content = cached_index(sdk, installed(packages_of(sdk)), cache)
    return SdkIndex(content) if content else None


def _own_fingerprint() -> str:
    """Changes with the code that makes indexes."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _save(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".new-", delete=False) as file:
        file.write(content)
    Path(file.name).replace(path)
    others = sorted(path.parent.glob("*.jsonl"), key=lambda item: item.stat().st_mtime, reverse=True)
    for old in others[_KEPT:]:
        old.unlink(missing_ok=True)
