"""The API specs as a function's zip carries them: data frozen at build time, because entry points do not survive zips."""

import json
from collections.abc import Iterable
from pathlib import Path

from agentic.core.errors import BuildError
from agentic.core.spec import ApiSpec

FILE_NAME = "agentic_specs.json"


def sdk_index_name(api: str) -> str:
    """The file beside the specs that holds the index of an API's SDK, in the zips of the functions that validate."""
    return f"agentic_sdk_{api}.jsonl"


def freeze(specs: Iterable[ApiSpec]) -> bytes:
    """The specs as bytes, the same for the same specs."""
    return json.dumps([spec.to_data() for spec in specs], ensure_ascii=False, sort_keys=True, indent=1).encode()


def thaw(task_root: Path) -> dict[str, ApiSpec]:
    """The specs frozen into the zip that is unpacked at `task_root`, by name. Raises `BuildError` without them."""
    path = task_root / FILE_NAME
    try:
        data = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise BuildError(
            f"the function's zip has no readable {FILE_NAME}: {error}", hint="build it with lambdas/build.py"
        ) from error
    specs = [ApiSpec.from_data(item) for item in data]
    return {spec.name: spec for spec in specs}
