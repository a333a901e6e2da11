"""What the console shows of this machine: its plugins, and what works on it."""

import os
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from agentic.core.cache import cache_folder
from agentic.core.spec import ApiSpec
from agentic.core.values import Verdict, to_json
from agentic.interfaces.checklist import BAD, Item
from agentic.interfaces.plugin_rows import row_of
from agentic.registry import Registry
from agentic.registry.registry import STRICT
from agentic.validator import SdkIndex, ValidationPolicy, validate
from agentic.validator.describe import cached_index, installed, packages_of


class ThisMachine:
    """`looked_at` makes the doctor's items anew."""

    def __init__(self, looked_at: Callable[[], Iterable[Item]]) -> None:
        self._looked_at = looked_at
        # It runs a script in the sandbox: one at a time is enough.
        self._turn = threading.Lock()

    def plugins(self) -> list[dict[str, Any]]:
        """The rows of `agentic plugins list`. A broken plugin is a row, also where it is an error elsewhere."""
        environ = {name: value for name, value in os.environ.items() if name != STRICT}
        return [row_of(plugin) for plugin in Registry.load(environ).plugins]

    def doctor(self) -> dict[str, Any]:
        """What `agentic doctor --json` prints."""
        with self._turn:
            items = list(self._looked_at())
        return {"healthy": not any(item.state == BAD for item in items), "items": to_json(items)}


class InstalledJudge:
    """The validator with the SDKs that are installed here; each is read once."""

    def __init__(self, specs: Mapping[str, ApiSpec]) -> None:
        self._specs = specs
        self._policies: dict[str, ValidationPolicy] = {}
        self._lock = threading.Lock()

    def __call__(self, api: str, code: bytes) -> Verdict:
        with self._lock:
            if api not in self._policies:
                sdk = self._specs[api].sdk
                content = cached_index(sdk, installed(packages_of(sdk)), cache_folder())
                index = SdkIndex(content) if content else None
                self._policies[api] = ValidationPolicy.for_spec(self._specs[api], index)
            policy = self._policies[api]
        return validate(code, policy)
