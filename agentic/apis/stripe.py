"""The Stripe plugin: customers, products, payments, subscriptions and invoices of one account.

What moves money out of the account, opens other accounts or makes new secrets is left out, and refused by name as well.
"""

from collections.abc import Iterable, Iterator

from agentic.apis.recipes.stripe import RECIPES
from agentic.core.rates import Rate
from agentic.core.spec import ApiSpec, Credential, CredentialKind, Host, KeyCheck, Operation, Refusal, Sdk, SecretField
from agentic.registry import hookimpl

_READ = ("GET {}", "GET {}/{id}")
_WRITE = ("POST {}", "POST {}/{id}")
_DELETE = ("DELETE {}/{id}",)
_SEARCH = ("GET {}/search",)

# Family to its path and what can be done there; "{}" is the path.
_FAMILIES: dict[str, tuple[str, tuple[str, ...]]] = {
    "customers": (
        "/v1/customers",
        (
            *(*_READ, *_WRITE, *_DELETE, *_SEARCH, "GET {}/{id}/payment_methods"),
            *("GET {}/{id}/balance_transactions", "POST {}/{id}/balance_transactions"),
        ),
    ),
    "products": ("/v1/products", (*_READ, *_WRITE, *_DELETE, *_SEARCH)),
    "prices": ("/v1/prices", (*_READ, *_WRITE, *_SEARCH)),
    "payment_intents": (
        "/v1/payment_intents",
        (*_READ, *_WRITE, *_SEARCH, "POST {}/{id}/confirm", "POST {}/{id}/capture", "POST {}/{id}/cancel"),
    ),
    "payment_methods": (
        "/v1/payment_methods",
        (*_READ, *_WRITE, "POST {}/{id}/attach", "POST {}/{id}/detach"),
    ),
    "setup_intents": ("/v1/setup_intents", (*_READ, *_WRITE, "POST {}/{id}/confirm", "POST {}/{id}/cancel")),
    "charges": ("/v1/charges", (*_READ, *_SEARCH, "POST {}/{id}")),
    "refunds": ("/v1/refunds", (*_READ, *_WRITE)),
    "payment_links": ("/v1/payment_links", (*_READ, *_WRITE, "GET {}/{id}/line_items")),
    "checkout_sessions": ("/v1/checkout/sessions", (*_READ, "POST {}", "POST {}/{id}/expire", "GET {}/{id}/line_items")),
    "coupons": ("/v1/coupons", (*_READ, *_WRITE, *_DELETE)),
    "promotion_codes": ("/v1/promotion_codes", (*_READ, *_WRITE)),
    "subscriptions": ("/v1/subscriptions", (*_READ, *_WRITE, *_DELETE, *_SEARCH)),
    "subscription_items": ("/v1/subscription_items", (*_READ, *_WRITE, *_DELETE)),
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
    "disputes": ("/v1/disputes", (*_READ, "POST {}/{id}")),
    "events": ("/v1/events", _READ),
    "files": ("/v1/files", _READ),
}
# What the host for files does: the upload, and what is in a file. All else about files is at the API's own host.
_FILES: dict[str, tuple[str, tuple[str, ...]]] = {"files": ("/v1/files", ("POST {}", "GET {}/{id}/contents"))}

# Fields that send money, or the act itself, to somebody else.
_ELSEWHERE = (
    *("on_behalf_of", "transfer_data", "application_fee", "application_fee_amount", "application_fee_percent", "destination"),
    *("issuer.account", "automatic_tax.liability.account"),
    # Whoever reads this mailbox says where a refund goes that cannot go back by itself.
    "instructions_email",
)
_INNER = (
    *("payment_intent_data", "subscription_data", "setup_intent_data", "invoice_settings", "invoice_creation.invoice_data"),
    "subscription_data.invoice_settings",
)
# What Stripe's browser library sends instead of the headers: another account, another key.
_AS_ANOTHER = ("key", "_stripe_account", "_stripe_context")
# Numbers of cards and bank accounts: nobody's belong into a script. Test cards have names (pm_card_visa, tok_visa).
_NUMBERS = ("number", "cvc", "account_number", "iban", "routing_number")
_KINDS = (
    *("card", "us_bank_account", "sepa_debit", "bacs_debit", "au_becs_debit", "acss_debit", "nz_bank_account", "payto"),
    # Without a payment method's type: what older releases of the API take for a customer's card or account.
    *("source", "bank_account"),
)
_CARD_NUMBERS = tuple(f"{outer}{kind}.{name}" for outer in ("", "payment_method_data.") for kind in _KINDS for name in _NUMBERS)
# A file's public link shows it to whoever has the address.
_PUBLIC = ("file_link_data",)
_REFUSED_FIELDS = (
    *_AS_ANOTHER,
    *_ELSEWHERE,
    *_PUBLIC,
    *_CARD_NUMBERS,
    *(f"{outer}.{field}" for outer in _INNER for field in _ELSEWHERE),
)

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
    "public links": ("/v1/file_links/**",),
}

_MONEY_OUT = "money does not leave the account from here; use Stripe's dashboard"
_OTHER_ACCOUNTS = "scripts work in one account only; its balance is stripe.Balance.retrieve()"
_NEW_SECRETS = "scripts make no new secrets; use Stripe's dashboard"
# Stripe's documented test numbers ("Test card numbers"), without those that only say how a payment fails.
_TEST_CARDS = """
4242424242424242 4000056655665556 5555555555554444 2223003122003222 5200828282828210 5105105105105100 378282246310005
371449635398431 6011111111111117 6011000990139424 3056930009020004 36227206271667 3566002020360505 6200000000000005
"""
_CARD_DATA = "card and bank numbers are not handled here; in test mode use a test payment method such as pm_card_visa"
# The same in the SDK's names, so that a script is refused before it runs.
_REFUSED_NAMES: dict[str, str] = {
    "Payout": _MONEY_OUT,
    "Transfer": _MONEY_OUT,
    "TransferReversal": _MONEY_OUT,
    "ApplicationFee": _MONEY_OUT,
    "ApplicationFeeRefund": _MONEY_OUT,
    "BalanceSettings": _MONEY_OUT,
    "treasury": _MONEY_OUT,
    "Topup": "money is not moved into the account from here; use Stripe's dashboard",
    "Account": _OTHER_ACCOUNTS,
    "AccountLink": _OTHER_ACCOUNTS,
    "AccountSession": _OTHER_ACCOUNTS,
    "OAuth": _OTHER_ACCOUNTS,
    "EphemeralKey": _NEW_SECRETS,
    "CustomerSession": _NEW_SECRETS,
    "apps": _NEW_SECRETS,
    "terminal.ConnectionToken": _NEW_SECRETS,
    "WebhookEndpoint": "events are not sent elsewhere from here; stripe.Event.list() has them",
    "Token": _CARD_DATA,
    "Source": _CARD_DATA,
    "financial_connections": _CARD_DATA,
    "forwarding": _CARD_DATA,
    "issuing": "cards are not issued from here; use Stripe's dashboard",
    "FileLink": "files are not made public from here; a file's contents are at its url",
}
_SOURCES = ("create_source", "retrieve_source", "modify_source", "delete_source", "list_sources")


def _refused_names() -> Iterator[tuple[str, str]]:
    """Each resource, and what a client has in its place (`client.v1.payouts` is a PayoutService)."""
    for name, reason in _REFUSED_NAMES.items():
        service = name if name.lower() != name else name.title().replace("_", "")
        yield f"stripe.{name}", reason
        yield f"stripe.{service}Service", reason
    for method in _SOURCES:
        yield f"stripe.Customer.{method}", _CARD_DATA


_WORDS = "stripe customer product price payment charge refund invoice subscription coupon promotion balance dispute checkout"

_PROMPT = """\
Write for the Stripe Python SDK 16.1 (API version 2026-10-28.endive).
- Key: stripe.api_key = os.environ["STRIPE_API_KEY"]. Never write a key into the script.
- A StripeObject is no dict: read obj.field or obj["field"], not .get(), .items(), .keys() or json.dumps(obj).
  Use obj.to_dict() for a dict, str(obj) for JSON, getattr(obj, "field", None) or "field" in obj where it may be missing.
  Of a subscription write subscription["items"].data.
- Lists: for item in stripe.Customer.list(limit=100).auto_paging_iter(). To find a customer by e-mail use
  stripe.Customer.list(email=...): search lags behind.
- Amounts are integers in the currency's smallest unit: 15 EUR is 1500, 500 JPY is 500. Currencies are lower-case.
- Updates: stripe.Customer.modify(id, ...). Cancel: stripe.Subscription.cancel(id). Delete: stripe.Customer.delete(id).
- PaymentIntent and checkout sessions take no payment_method_types any more. To confirm at once:
  automatic_payment_methods={"enabled": True, "allow_redirects": "never"}, confirm=True, payment_method=...
- Cards have names, never numbers: payment_method="pm_card_visa", or card={"token": "tok_visa"} in PaymentMethod.create.
- PromotionCode.create(promotion={"type": "coupon", "coupon": coupon.id}, code=...). Subscriptions and invoices take
  discounts=[{"coupon": id}], not coupon=. A period's end is at subscription["items"].data[0].current_period_end.
- An invoice does not gather pending items by itself: create the draft, then InvoiceItem.create(invoice=invoice.id, ...), then
  Invoice.finalize_invoice(invoice.id).
- A subscription of a customer without a payment method needs collection_method="send_invoice" and days_until_due.
- For a write that could be repeated pass idempotency_key="..." made from what is written.
- Catch stripe.StripeError (not stripe.error), print error.user_message or the error to stderr, and sys.exit(1).
- Print the id of everything that is created or changed, and its key facts.
- A file to upload is one that the script itself makes: stripe.File.create(purpose="dispute_evidence", file=io.BytesIO(data)).
- Not available: payouts, transfers, top-ups, other accounts, webhook endpoints, ephemeral keys, Issuing, public file links."""


# What a file may be for: nobody's identity, nothing that runs on a card reader or lets it into a network.
_PURPOSES = ("dispute_evidence", "business_icon", "business_logo", "customer_signature")


def _operations(families: dict[str, tuple[str, tuple[str, ...]]]) -> Iterator[Operation]:
    for family, (path, patterns) in families.items():
        for pattern in patterns:
            method, _, where = pattern.replace("{}", path).partition(" ")
            refused = _REFUSED_FIELDS if method == "POST" else _AS_ANOTHER
            allowed = (("purpose", _PURPOSES),) if (method, where) == ("POST", "/v1/files") else ()
            yield Operation(method, where, family, refused_fields=refused, allowed_values=allowed)


def _never() -> Iterator[Operation]:
    for family, paths in _NEVER.items():
        for path in paths:
            yield Operation("*", path, family)


# What the sandbox adds to the SDK (`stripe_idioms`, which needs the SDK; this module does not).
_DICT_METHODS = ("get", "keys", "values", "items", "to_dict_recursive")
_ADDITIONS = ("stripe.error", *(f"stripe.StripeObject.{name}" for name in _DICT_METHODS))

_CREDENTIAL = Credential(CredentialKind.HEADER, "Bearer {api_key}", "Authorization")

# Of one account (docs.stripe.com/rate-limits): 100 requests a second, 25 in a sandbox; 20 to the files.
_RATES = (
    Rate(requests=25, seconds=1, burst=25, keys="test"),
    Rate(requests=100, seconds=1, burst=100, keys="live"),
    Rate(requests=20, seconds=1, burst=20, family="files"),
)

STRIPE = ApiSpec(
    name="stripe",
    title="Stripe",
    surface_version=1,
    sdk=Sdk(
        # The lock picks 16.1, for which the prompt and the recipes are written.
        requirement="stripe[async]>=14.0.1,<17",
        modules=("stripe",),
        warm_up="agentic.apis.stripe_sandbox:warm_up",
        bootstrap="agentic.apis.stripe_sandbox:bootstrap",
        additions=_ADDITIONS,
        refused=tuple(_refused_names()),
    ),
    hosts=(
        Host("api.stripe.com", tuple(_operations(_FAMILIES)), _CREDENTIAL),
        Host("files.stripe.com", tuple(_operations(_FILES)), _CREDENTIAL),
    ),
    secrets=(
        SecretField(
            name="api_key",
            title="Stripe secret key (sk_… or rk_…)",
            environment=("STRIPE_API_KEY", "STRIPE_SECRET_KEY"),
            placeholder="sk_test_placeholder0000000000000000",
            fake_value="sk_test_{random}",
            test_pattern=r"(?:sk|rk)_test_\w+",
            # "sk_org_…" is an organisation's; one that does not call itself a test key may be live.
            live_pattern=r"(?:sk|rk)_(?:live|org(?!_test))_\w+",
        ),
    ),
    prompt=_PROMPT,
    recipes=RECIPES,
    fake="agentic.apis.fakes.stripe:fake_stripe",
    words=tuple(_WORDS.split()),
    refused=tuple(_never()),
    # Another account than the key's; and what the SDK tells of the machine, which is nothing for a person to read either.
    refused_headers=("Stripe-Account", "Stripe-Context"),
    dropped_headers=("X-Stripe-Client-User-Agent", "X-Stripe-Client-Telemetry"),
    # Signing and session secrets, and what `expand` could show of an issued card. A payment's client_secret is meant for the
    # customer's browser and stays.
    scrubbed_fields=("secret", "cvc", "card.number"),
    idempotency_header="Idempotency-Key",
    counted_headers=("Stripe-Version", "Stripe-Account", "Stripe-Context"),
    settle="agentic.apis.stripe_settle:find_out",
    rates=_RATES,
    test_cards=tuple(_TEST_CARDS.split()),
    key_check=KeyCheck("api.stripe.com", "/v1/balance", live_field="livemode"),
    placeholders=(("STRIPE_WEBHOOK_SECRET", "whsec_placeholder"),),
    refusal=Refusal(403, "application/json", '{{"error": {{"type": "invalid_request_error", "message": "{message}"}}}}'),
)


@hookimpl
def agentic_apis() -> Iterable[ApiSpec]:
    return [STRIPE]
