"""Which browser the console is tried in: the system's. Playwright only drives it; none is downloaded."""

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def found_chromium() -> str:
    """Its path; empty where there is none. `AGENTIC_CHROMIUM` names another than the one on the PATH."""
    named = os.environ.get("AGENTIC_CHROMIUM", "")
    return named or next((path for name in NAMES if (path := shutil.which(name))), "")
