"""What the Stripe SDK needs in the sandbox. Imported there, so it may import nothing of the registry."""

import contextlib
import importlib
from typing import Any

import stripe

from agentic.apis import stripe_idioms

# Resources are imported when first touched; a forked child should find them there.
_RESOURCES = (
    "Balance BalanceTransaction Charge Coupon Customer Discount Dispute Event File Invoice InvoiceItem InvoiceLineItem"
    " LineItem ListObject PaymentIntent PaymentLink PaymentMethod Price Product PromotionCode Refund"
    " SearchResultObject SetupIntent StripeClient StripeError Subscription SubscriptionItem Webhook checkout error"
)
# The standard library and HTTP client parts that the first call would import.
_MODULES = (
    "anyio._backends._asyncio asyncio calendar csv decimal encodings.idna hmac http.client httpx itertools json"
    " platform requests requests.adapters ssl statistics stripe.params urllib3.util.ssl_ uuid zoneinfo"
)


class _Canned(stripe.HTTPClient):
    """Answers each request with the same empty list: no connection is made."""

    name = "canned"

    def request(self, *args: Any, **kwargs: Any) -> Any:
        return '{"object": "list", "data": [{"id": "cus_1", "object": "customer"}], "has_more": false, "url": ""}', 200, {}


def bootstrap() -> None:
    """Settings for one run, and the idioms of older releases. May be called again.

    With telemetry the SDK would start `uname` and write a file, neither of which the sandbox allows. The CA bundle stays the
    SDK's own file: the sandbox's `ssl` trusts the relay's CA whatever file is named.
    """
    stripe.enable_telemetry = False
    stripe_idioms.install()


def warm_up() -> None:
    """Import and touch what scripts use, and take one call through the SDK without a connection."""
    bootstrap()
    for name in _MODULES.split():
        importlib.import_module(name)
    for name in _RESOURCES.split():
        getattr(stripe, name)
    stripe.checkout.Session  # noqa: B018 # pyright: ignore[reportUnusedExpression] # touched for its import
    client = stripe.StripeClient("sk_test_warm_up", http_client=_Canned())
    for customer in client.v1.customers.list({"limit": 1}).data:
        str(customer)
    # Once through the real HTTP client too, which finds no network here: half of a first call's time is spent in its first use.
    with contextlib.suppress(stripe.APIConnectionError):
        stripe.StripeClient("sk_test_warm_up", max_network_retries=0).v1.customers.list()
