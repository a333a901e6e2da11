"""Policies for the corpus's APIs, and indexes of SDKs that a test spells out."""

from agentic.apis.github import GITHUB
from agentic.validator import SdkIndex, ValidationPolicy
from agentic.validator.describe import Source, Sources, describe

POLICIES = {
    "stripe": ValidationPolicy(
        modules=frozenset({"stripe"}),
        environment=frozenset({"STRIPE_API_KEY", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"}),
        hosts=frozenset({"api.stripe.com", "files.stripe.com"}),
    ),
    "github": ValidationPolicy.for_spec(GITHUB),
    "openweather": ValidationPolicy(
        modules=frozenset({"pyowm", "requests"}),
        environment=frozenset({"OPENWEATHER_API_KEY", "OWM_API_KEY"}),
        hosts=frozenset({"api.openweathermap.org"}),
    ),
}
# Scripts of other styles, all for Stripe.
POLICIES["styles"] = POLICIES["stripe"]


def index_of(files: dict[str, str], *modules: str, additions: tuple[str, ...] = ()) -> SdkIndex:
    """The index of an SDK whose source is spelled out in the test: dotted names, packages ending in ".", to their text."""
    sources = {
        name.removesuffix("."): Source(name.endswith("."), lambda text=text: text.encode()) for name, text in files.items()
    }
    return SdkIndex(describe(Sources(sources, ""), modules, additions))
