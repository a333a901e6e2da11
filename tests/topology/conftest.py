import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from recorded import Recorded, order, record


@pytest.fixture(scope="session")
def dev() -> Recorded:
    """A development stack with two APIs and default settings."""
    return record(order())


@pytest.fixture(scope="session")
def prod() -> Recorded:
    """A protected stack with artifacts that expire and a live API."""
    return record(
        order(
            "prod",
            protect="true",
            delete_artifacts_after_days="30",
            run_seconds="100",
            architecture="arm64",
            stripe__live_keys="true",
        )
    )
