"""Where this user's cache is: what can be made again at any time, shared by all state folders and clones."""

import os
from collections.abc import Mapping
from pathlib import Path


def cache_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """`AGENTIC_CACHE`, else `agentic` in the user's cache folder (XDG_CACHE_HOME or ~/.cache)."""
    if set_by_hand := environ.get("AGENTIC_CACHE"):
        return Path(set_by_hand).expanduser()
    return Path(environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "agentic"
