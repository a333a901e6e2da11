"""The policies under which the validator's tests look at scripts."""

import pytest

from agentic.validator import ValidationPolicy

POLICIES = {
    "stripe": ValidationPolicy(
        modules=frozenset({"stripe"}),
        environment=frozenset({"STRIPE_API_KEY", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"}),
        hosts=frozenset({"api.stripe.com", "files.stripe.com"}),
    ),
    "github": ValidationPolicy(
        modules=frozenset({"github", "requests", "urllib3.util.retry"}),
        environment=frozenset({"GITHUB_TOKEN", "GH_TOKEN"}),
        hosts=frozenset({"api.github.com", "uploads.github.com"}),
    ),
    "openweather": ValidationPolicy(
        modules=frozenset({"pyowm", "requests"}),
        environment=frozenset({"OPENWEATHER_API_KEY", "OWM_API_KEY"}),
        hosts=frozenset({"api.openweathermap.org"}),
    ),
}


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
