"""The policies under which the validator's tests look at scripts."""

import dataclasses

import pytest
from small_sdks import POLICIES

from agentic.apis.github import GITHUB
from agentic.core.cache import cache_folder
from agentic.core.spec import Sdk
from agentic.validator import SdkIndex, ValidationPolicy
from agentic.validator.describe import installed_index

# Folders of the corpus that are not called like their API.
_SDK = {"styles": "stripe"}


@pytest.fixture
def policies() -> dict[str, ValidationPolicy]:
    return POLICIES


@pytest.fixture
def policy() -> ValidationPolicy:
    """One policy with everything the single snippets of the tests use."""
    return ValidationPolicy(
        modules=frozenset({"stripe", "requests", "github", "urllib3.util.retry"}),
        environment=frozenset({"STRIPE_API_KEY", "GITHUB_TOKEN"}),
        hosts=frozenset({"api.stripe.com", "api.github.com"}),
    )


@pytest.fixture(scope="session")
def indexes() -> dict[str, SdkIndex]:
    """The indexes of the real SDKs, as they are installed, from the user's own cache: the first time takes seconds."""
    found = {
        "stripe": installed_index(Sdk("stripe", ("stripe",)), cache_folder()),
        "github": installed_index(GITHUB.sdk, cache_folder()),
        "openweather": installed_index(Sdk("pyowm", ("pyowm", "requests")), cache_folder()),
    }
    return {name: index for name, index in found.items() if index is not None}


@pytest.fixture(scope="session")
def checked_policies(indexes: dict[str, SdkIndex]) -> dict[str, ValidationPolicy]:
    """The policies with the indexes of their SDKs."""
    return {name: dataclasses.replace(policy, sdk=indexes[_SDK.get(name, name)]) for name, policy in POLICIES.items()}
