"""The Stripe recipes: for each script in this folder, the tasks it is for and where its constants come from."""

from importlib import resources

from agentic.core.spec import Parameter, ParameterKind, Recipe

_CREATE = "create|add|make|register|set up|new|open|want a|need a|like a"
_LIST = "list|show|print|display|give|get|see|what|which"
_CHANGE = "update|change|set|modify|edit|correct"
_NEWEST = "recent|latest|newest|last"

_NAME = Parameter("NAME", ParameterKind.NAME, required=True)
_MAYBE_NAME = Parameter("NAME", ParameterKind.NAME)
_EMAIL = Parameter("EMAIL", ParameterKind.EMAIL, required=True)
_MAYBE_EMAIL = Parameter("EMAIL", ParameterKind.EMAIL)
_AMOUNT = Parameter("AMOUNT", ParameterKind.AMOUNT, required=True)
_CURRENCY = Parameter("CURRENCY", ParameterKind.CURRENCY, required=True)
_PERCENT = Parameter("PERCENT", ParameterKind.PERCENT, required=True)
_INTERVAL = Parameter("INTERVAL", ParameterKind.INTERVAL)
_CUSTOMER = Parameter("CUSTOMER", ParameterKind.ID, required=True, pattern="cus_")
_PRICE = Parameter("PRICE", ParameterKind.ID, required=True, pattern="price_")
_SUBSCRIPTION = Parameter("SUBSCRIPTION", ParameterKind.ID, required=True, pattern="sub_")
_DESCRIPTION = Parameter("DESCRIPTION", ParameterKind.TEXT, pattern="description|described as|for")
_TRIAL = Parameter("TRIAL_DAYS", ParameterKind.INTEGER, pattern="trial|day")
_ALL = Parameter("ALL", ParameterKind.WORD, pattern="all|every")


def _recipe(name: str, task: str, words: tuple[str, ...], *parameters: Parameter, unless: tuple[str, ...] = ()) -> Recipe:
    script = resources.files(__package__).joinpath(f"{name}.py").read_text("utf-8")
    return Recipe(name, task, words, script, parameters, unless)


def _listing(name: str, task: str, noun: str) -> Recipe:
    """A recipe that lists: everything, or as many as a number beside "last" … or before the noun says."""
    limit = Parameter("LIMIT", ParameterKind.INTEGER, pattern=f"{_NEWEST}|first|limit|top|{noun}")
    return _recipe(name, task, (_LIST, noun), limit, _ALL)


RECIPES: tuple[Recipe, ...] = (
    _recipe(
        "create_customer",
        "Create a Stripe customer named Alice with email alice@example.com",
        (_CREATE, "customer|client"),
        _NAME,
        _MAYBE_EMAIL,
    ),
    _recipe(
        "create_customer_by_email",
        "Create a customer with the email alice@example.com",
        (_CREATE, "customer|client"),
        _EMAIL,
    ),
    _recipe(
        "change_customer_email",
        "Change the email of customer cus_ABC123 to alice@example.com",
        (_CHANGE, "customer|client", "email|mail|address"),
        _CUSTOMER,
        _EMAIL,
        _MAYBE_NAME,
    ),
    _recipe(
        "rename_customer",
        "Change the name of customer cus_ABC123 to Alice Smith",
        (f"{_CHANGE}|rename|call", "customer|client"),
        _CUSTOMER,
        _NAME,
    ),
    _recipe("delete_customer", "Delete customer cus_ABC123", ("delete|remove|erase", "customer|client"), _CUSTOMER),
    _recipe("show_customer", "Show customer cus_ABC123", (f"{_LIST}|find|look up|retrieve", "customer|client"), _CUSTOMER),
    _recipe(
        "find_customer",
        "Find the customer with email alice@example.com",
        (f"{_LIST}|find|search|look up|look for|retrieve", "customer|client|all customers"),
        _EMAIL,
    ),
    _listing("list_customers", "List the last 20 customers", "customer|client"),
    _recipe(
        "create_product",
        "Create a product called Gold plan",
        (_CREATE, "product"),
        _NAME,
        Parameter("DESCRIPTION", ParameterKind.TEXT, pattern="description|described as"),
    ),
    _recipe(
        "create_product_with_price",
        "Create a product called Gold plan at 15 EUR a month",
        (f"{_CREATE}|sell|offer", "product|plan"),
        _NAME,
        _AMOUNT,
        _CURRENCY,
        _INTERVAL,
    ),
    _recipe(
        "create_price",
        "Create a price of 15 EUR a month for product prod_ABC123",
        (_CREATE, "price"),
        Parameter("PRODUCT", ParameterKind.ID, required=True, pattern="prod_"),
        _AMOUNT,
        _CURRENCY,
        _INTERVAL,
    ),
    _listing("list_products", "List all products", "product"),
    _recipe(
        "create_payment_intent",
        "Create a payment intent of 20 EUR",
        (_CREATE, "payment intent|intent|payment|paymentintent"),
        _AMOUNT,
        _CURRENCY,
        _DESCRIPTION,
    ),
    _recipe(
        "charge_test_card",
        "Take a payment of 20 EUR from the test card",
        ("charge|take|collect|debit|confirm|pay|make|create", "card|visa"),
        _AMOUNT,
        _CURRENCY,
        _DESCRIPTION,
    ),
    _recipe(
        "charge_customer",
        "Charge customer cus_ABC123 20 EUR",
        ("charge|debit|collect|take", "customer|client"),
        _CUSTOMER,
        _AMOUNT,
        _CURRENCY,
        _DESCRIPTION,
    ),
    _listing("list_payments", "List the last 20 payments", "payment|payment intent"),
    _listing("list_charges", "List the last 20 charges", "charge"),
    _recipe(
        "create_payment_link",
        "Create a payment link for Ebook at 9 USD",
        (f"{_CREATE}|generate", "payment link|link"),
        _NAME,
        _AMOUNT,
        _CURRENCY,
    ),
    _recipe(
        "create_payment_link_for_price",
        "Create a payment link for price price_ABC123",
        (f"{_CREATE}|generate", "payment link|link"),
        _PRICE,
        Parameter("QUANTITY", ParameterKind.INTEGER, pattern="quantity|piece|unit|item"),
    ),
    _recipe(
        "refund_payment",
        "Refund payment pi_ABC123",
        ("refund|reimburse|give back|pay back|return", "payment|charge|intent|refund|reimburse"),
        Parameter("PAYMENT", ParameterKind.ID, required=True, pattern="pi_|ch_"),
        Parameter("AMOUNT", ParameterKind.AMOUNT),
        Parameter("CURRENCY", ParameterKind.CURRENCY),
    ),
    _recipe(
        "create_coupon",
        "Create a coupon for 25% off",
        (f"{_CREATE}|generate", "coupon|discount"),
        _PERCENT,
        _MAYBE_NAME,
        Parameter("MONTHS", ParameterKind.INTEGER, pattern="month"),
        Parameter("DURATION", ParameterKind.WORD, pattern="once|forever"),
    ),
    _recipe(
        "create_amount_coupon",
        "Create a coupon for 5 EUR off",
        (f"{_CREATE}|generate", "coupon|discount"),
        _AMOUNT,
        _CURRENCY,
        _MAYBE_NAME,
    ),
    _recipe(
        "create_promotion_code",
        "Create a promotion code SPRING25 for 25% off",
        (f"{_CREATE}|generate", "promotion code|promo code|promo|promotion"),
        Parameter("CODE", ParameterKind.NAME, required=True),
        _PERCENT,
        Parameter("USES", ParameterKind.INTEGER, pattern="use|time|redemption|customer"),
    ),
    _recipe(
        "create_subscription",
        "Subscribe customer cus_ABC123 to price price_ABC123",
        (f"{_CREATE}|subscribe|start", "subscribe|subscription"),
        _CUSTOMER,
        _PRICE,
        _TRIAL,
    ),
    _recipe(
        "create_subscription_for_amount",
        "Subscribe customer cus_ABC123 for 15 EUR a month",
        (f"{_CREATE}|subscribe|start", "subscribe|subscription"),
        _CUSTOMER,
        _AMOUNT,
        _CURRENCY,
        Parameter("INTERVAL", ParameterKind.INTERVAL, required=True),
        _MAYBE_NAME,
        _TRIAL,
    ),
    _recipe(
        "cancel_subscription",
        "Cancel subscription sub_ABC123 now",
        ("cancel|end|stop|terminate", "subscription"),
        _SUBSCRIPTION,
    ),
    _recipe(
        "cancel_subscription_later",
        "Cancel subscription sub_ABC123 at the end of the period",
        ("cancel|end|stop|terminate", "subscription", "period|cycle|period end", "end|period end"),
        _SUBSCRIPTION,
    ),
    _listing("list_subscriptions", "List all subscriptions", "subscription"),
    _recipe(
        "create_invoice",
        'Create an invoice of 50 EUR for customer cus_ABC123, due in 30 days, described as "Services"',
        (f"{_CREATE}|write|issue|invoice", "invoice"),
        _CUSTOMER,
        _AMOUNT,
        _CURRENCY,
        _DESCRIPTION,
        Parameter("DAYS", ParameterKind.INTEGER, pattern="day"),
    ),
    _listing("list_invoices", "List the last 20 invoices", "invoice"),
    _recipe("show_balance", "Show my balance", (f"{_LIST}|check|how much", "balance")),
)
