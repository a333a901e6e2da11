"""The Stripe plugin: customers, products, payments, subscriptions and invoices of one account.

What moves money out of the account, opens other accounts or makes new secrets is left out, and refused by name as well.
"""

from collections.abc import Iterable, Iterator

from agentic.apis.recipes.stripe import RECIPES
from agentic.core.spec import ApiSpec, Credential, CredentialKind, Host, Operation, Refusal, Sdk, SecretField
from agentic.registry import hookimpl

_READ = ("GET {}", "GET {}/{id}")
_WRITE = ("POST {}", "POST {}/{id}")
_DELETE = ("DELETE {}/{id}",)
_SEARCH = ("GET {}/search",)

# Family to its path and what can be done there; "{}" is the path.
_FAMILIES: dict[str, tuple[str, tuple[str, ...]]] = {
    "customers": ("/v1/customers", (*_READ, *_WRITE, *_DELETE, *_SEARCH, "GET {}/{id}/payment_methods")),
    "products": ("/v1/products", (*_READ, *_WRITE, *_DELETE, *_SEARCH)),
    "prices": ("/v1/prices", (*_READ, *_WRITE, *_SEARCH)),
    "payment_intents": (
        "/v1/payment_intents",
        (*_READ, *_WRITE, *_SEARCH, "POST {}/{id}/confirm", "POST {}/{id}/capture", "POST {}/{id}/cancel"),
    ),
    "payment_methods": (
        "/v1/payment_methods",
        (*_READ, "POST {}/{id}", "POST {}/{id}/attach", "POST {}/{id}/detach"),
    ),
    "charges": ("/v1/charges", (*_READ, *_SEARCH, "POST {}/{id}")),
    "refunds": ("/v1/refunds", (*_READ, *_WRITE)),
    "payment_links": ("/v1/payment_links", (*_READ, *_WRITE, "GET {}/{id}/line_items")),
    "checkout_sessions": ("/v1/checkout/sessions", (*_READ, "POST {}", "POST {}/{id}/expire", "GET {}/{id}/line_items")),
    "coupons": ("/v1/coupons", (*_READ, *_WRITE, *_DELETE)),
    "promotion_codes": ("/v1/promotion_codes", (*_READ, *_WRITE)),
    "subscriptions": ("/v1/subscriptions", (*_READ, *_WRITE, *_DELETE, *_SEARCH)),
    "subscription_items": ("/v1/subscription_items", _READ),
    "invoices": (
        "/v1/invoices",
        (
            *(*_READ, *_WRITE, *_DELETE, *_SEARCH, "GET {}/{id}/lines"),
            *("POST {}/{id}/finalize", "POST {}/{id}/pay", "POST {}/{id}/send", "POST {}/{id}/void"),
            "POST {}/{id}/mark_uncollectible",
        ),
    ),
    "invoiceitems": ("/v1/invoiceitems", (*_READ, *_WRITE, *_DELETE)),
    "balance": ("/v1/balance", ("GET {}",)),
    "balance_transactions": ("/v1/balance_transactions", _READ),
    "disputes": ("/v1/disputes", _READ),
    "events": ("/v1/events", _READ),
}

# Fields that send money, or the act itself, to another account.
_ELSEWHERE = (
    *("on_behalf_of", "transfer_data", "application_fee", "application_fee_amount", "application_fee_percent", "destination"),
    *("issuer.account", "automatic_tax.liability.account"),
)
_INNER = (
    *("payment_intent_data", "subscription_data", "setup_intent_data", "invoice_settings", "invoice_creation.invoice_data"),
    "subscription_data.invoice_settings",
)
# What Stripe's browser library sends instead of the headers: another account, another key.
_AS_ANOTHER = ("key", "_stripe_account", "_stripe_context")
_REFUSED_FIELDS = (*_AS_ANOTHER, *_ELSEWHERE, *(f"{outer}.{field}" for outer in _INNER for field in _ELSEWHERE))

# Never allowed, whatever the list above says: money out of the account, other accounts, new secrets, data sent elsewhere.
_NEVER = {
    "payouts": ("/v1/payouts/**", "/v1/balance_settings", "/v2/money_management/**"),
    "transfers": ("/v1/transfers/**", "/v1/application_fees/**", "/v1/treasury/**", "/v1/test_helpers/treasury/**"),
    "topups": ("/v1/topups/**",),
    "accounts": ("/v1/account", "/v1/accounts/**", "/v1/account_links", "/v1/account_sessions", "/v2/core/**"),
    "ephemeral_keys": ("/v1/ephemeral_keys/**", "/v1/customer_sessions", "/v2/billing/meter_event_session"),
    "connection_tokens": ("/v1/terminal/connection_tokens", "/v1/terminal/onboarding_links"),
    "webhook_endpoints": ("/v1/webhook_endpoints/**",),
    "secrets": ("/v1/apps/**",),
    "issuing": ("/v1/issuing/**", "/v1/test_helpers/issuing/**"),
    "bank accounts": (
        *("/v1/customers/{id}/sources/**", "/v1/customers/{id}/bank_accounts/**", "/v1/customers/{id}/cards/**"),
        *("/v1/tokens/**", "/v1/sources/**", "/v1/financial_connections/**"),
    ),
    # It sends card data to a URL of the caller's choice.
    "forwarding": ("/v1/forwarding/**",),
}

_WORDS = "stripe customer product price payment charge refund invoice subscription coupon promotion balance dispute checkout"

_PROMPT = """\
Write for the Stripe Python SDK 16.1 (API version 2026-10-28.endive).
- Key: stripe.api_key = os.environ["STRIPE_API_KEY"]. Never write a key into the script.
- A StripeObject is no dict: read obj.field or obj["field"]; there is no .get(), .items(), .keys() and no json.dumps(obj).
  Use obj.to_dict() for a dict, str(obj) for JSON, getattr(obj, "field", None) or "field" in obj where it may be missing.
  Of a subscription write subscription["items"].data.
- Lists: for item in stripe.Customer.list(limit=100).auto_paging_iter(). To find a customer by e-mail use
  stripe.Customer.list(email=...): search lags behind.
- Amounts are integers in the currency's smallest unit: 15 EUR is 1500, 500 JPY is 500. Currencies are lower-case.
- Updates: stripe.Customer.modify(id, ...). Cancel: stripe.Subscription.cancel(id). Delete: stripe.Customer.delete(id).
- PaymentIntent takes no payment_method_types any more. To confirm at once:
  automatic_payment_methods={"enabled": True, "allow_redirects": "never"}, confirm=True, payment_method=...
- PromotionCode.create(promotion={"type": "coupon", "coupon": coupon.id}, code=...). Subscriptions and invoices take
  discounts=[{"coupon": id}], not coupon=. A period's end is at subscription["items"].data[0].current_period_end.
- An invoice does not gather pending items by itself: create the draft, then InvoiceItem.create(invoice=invoice.id, ...), then
  Invoice.finalize_invoice(invoice.id).
- A subscription of a customer without a payment method needs collection_method="send_invoice" and days_until_due.
- For a write that could be repeated pass idempotency_key="..." made from what is written.
- Catch stripe.StripeError (not stripe.error), print error.user_message or the error to stderr, and sys.exit(1).
- Print the id of everything that is created or changed, and its key facts.
- Not available: payouts, transfers, top-ups, other accounts, webhook endpoints, ephemeral keys, Issuing, file uploads."""


def _operations() -> Iterator[Operation]:
    for family, (path, patterns) in _FAMILIES.items():
        for pattern in patterns:
            method, _, where = pattern.replace("{}", path).partition(" ")
            yield Operation(method, where, family, refused_fields=_REFUSED_FIELDS if method == "POST" else _AS_ANOTHER)


def _never() -> Iterator[Operation]:
    for family, paths in _NEVER.items():
        for path in paths:
            yield Operation("*", path, family)


STRIPE = ApiSpec(
    name="stripe",
    title="Stripe",
    sdk=Sdk(
        requirement="stripe[async]>=16.1,<16.2",
        modules=("stripe",),
        warm_up="agentic.apis.stripe_sandbox:warm_up",
        bootstrap="agentic.apis.stripe_sandbox:bootstrap",
    ),
    hosts=(
        Host(
            "api.stripe.com",
            tuple(_operations()),
            Credential(CredentialKind.HEADER, "Bearer {api_key}", "Authorization"),
        ),
    ),
    secrets=(
        SecretField(
            name="api_key",
            title="Stripe secret key (sk_… or rk_…)",
            environment=("STRIPE_API_KEY", "STRIPE_SECRET_KEY"),
            placeholder="sk_test_placeholder0000000000000000",
            fake_value="sk_test_{random}",
            test_pattern=r"(?:sk|rk)_test_\w+",
            live_pattern=r"(?:sk|rk)_live_\w+",
        ),
    ),
    prompt=_PROMPT,
    recipes=RECIPES,
    fake="agentic.apis.fakes.stripe:fake_stripe",
    words=tuple(_WORDS.split()),
    refused=tuple(_never()),
    dropped_headers=("Stripe-Account", "Stripe-Context"),
    # Signing and session secrets. A payment's client_secret is meant for the customer's browser and stays.
    scrubbed_fields=("secret", "cvc"),
    idempotency_header="Idempotency-Key",
    placeholders=(("STRIPE_WEBHOOK_SECRET", "whsec_placeholder"),),
    refusal=Refusal(403, "application/json", '{{"error": {{"type": "invalid_request_error", "message": "{message}"}}}}'),
)


@hookimpl
def agentic_apis() -> Iterable[ApiSpec]:
    return [STRIPE]
