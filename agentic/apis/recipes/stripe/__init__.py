"""The Stripe recipes: for each script in this folder, the tasks it is for and where its constants come from."""

from importlib import resources

from agentic.apis.recipes.stripe_parameters import (
    ALL,
    AMOUNT,
    CHANGE,
    CREATE,
    CURRENCY,
    CUSTOMER,
    DESCRIPTION,
    EMAIL,
    INTERVAL,
    INVOICE,
    LIST,
    MAYBE_EMAIL,
    MAYBE_NAME,
    NAME,
    NEWEST,
    PAYMENT,
    PERCENT,
    PRICE,
    PRODUCT,
    SUBSCRIPTION,
    TRIAL,
)
from agentic.core.spec import Parameter, ParameterKind, Recipe

_NOT_RENEWED = "do not renew|don't renew|not renew|stop renewing|no longer renew|not be renewed|let expire"
_BY_HAND = (
    "paid by bank transfer|paid by transfer|paid by wire transfer|paid by wire|paid in cash|paid by cash|paid by cheque|"
    "paid by check"
)
_MONEY = (
    "balance|funds|money is in my|money is in our|money is in the account|money is on the account|money is on my|"
    "money is available|money do I have|money do we have"
)
_DISPUTE = (
    "dispute|chargeback|disputed payments|disputed charges|payments were disputed|charges were disputed|"
    "payments are disputed|charges are disputed"
)
_LINK = "payment link|link|pay link|checkout link|payment page|checkout page|buy link|link to pay|link to buy"


def _recipe(name: str, task: str, words: tuple[str, ...], *parameters: Parameter, unless: tuple[str, ...] = ()) -> Recipe:
    script = resources.files(__package__).joinpath(f"{name}.py").read_text("utf-8")
    return Recipe(name, task, words, script, parameters, unless)


def _listing(name: str, task: str, noun: str) -> Recipe:
    """A recipe that lists: everything, or as many as a number beside "last" … or before the noun says."""
    limit = Parameter("LIMIT", ParameterKind.INTEGER, pattern=f"{NEWEST}|first|limit|top|{noun}")
    return _recipe(name, task, (LIST, noun), limit, ALL)


RECIPES: tuple[Recipe, ...] = (
    _recipe(
        "create_customer",
        "Create a Stripe customer named Alice with email alice@example.com",
        (CREATE, "customer|client"),
        NAME,
        MAYBE_EMAIL,
    ),
    _recipe(
        "create_customer_by_email",
        "Create a customer with the email alice@example.com",
        (CREATE, "customer|client"),
        EMAIL,
    ),
    _recipe(
        "change_customer_email",
        "Change the email of customer cus_ABC123 to alice@example.com",
        (CHANGE, "customer|client", "email|mail|address"),
        CUSTOMER,
        EMAIL,
        MAYBE_NAME,
    ),
    _recipe(
        "rename_customer",
        "Change the name of customer cus_ABC123 to Alice Smith",
        (f"{CHANGE}|rename|call", "customer|client"),
        CUSTOMER,
        NAME,
    ),
    _recipe("delete_customer", "Delete customer cus_ABC123", ("delete|remove|erase", "customer|client"), CUSTOMER),
    _recipe("show_customer", "Show customer cus_ABC123", (f"{LIST}|find|look up|retrieve", "customer|client"), CUSTOMER),
    _recipe(
        "find_customer",
        "Find the customer with email alice@example.com",
        (
            f"{LIST}|find|search|look up|look for|retrieve",
            "customer|client|all customers|look them up|who is|whose email|belongs to",
        ),
        EMAIL,
    ),
    _listing("list_customers", "List the last 20 customers", "customer|client"),
    _recipe(
        "attach_test_card",
        "Add the test card to customer cus_ABC123",
        (
            "add|attach|save|put|give|assign|link|put on file|keep on file|save on file",
            "card|visa|payment method",
            "customer|client",
        ),
        CUSTOMER,
    ),
    _recipe(
        "create_product",
        "Create a product called Gold plan",
        (CREATE, "product"),
        NAME,
        Parameter("DESCRIPTION", ParameterKind.TEXT, pattern="description|described as"),
    ),
    _recipe(
        "create_product_with_price",
        "Create a product called Gold plan at 15 EUR a month",
        (f"{CREATE}|sell|offer", "product|plan|sell|offer"),
        NAME,
        AMOUNT,
        CURRENCY,
        INTERVAL,
    ),
    _recipe(
        "create_price",
        "Create a price of 15 EUR a month for product prod_ABC123",
        (CREATE, "price"),
        PRODUCT,
        AMOUNT,
        CURRENCY,
        INTERVAL,
    ),
    _listing("list_products", "List all products", "product"),
    _recipe("archive_product", "Archive product prod_ABC123", ("archive|deactivate|retire|disable", "product"), PRODUCT),
    _recipe(
        "create_payment_intent",
        "Create a payment intent of 20 EUR",
        (CREATE, "payment intent|intent|payment|paymentintent"),
        AMOUNT,
        CURRENCY,
        DESCRIPTION,
    ),
    _recipe(
        "charge_test_card",
        "Take a payment of 20 EUR from the test card",
        ("charge|take|collect|debit|confirm|pay|make|create|run|put|use|try", "card|visa|test charge|test payment"),
        AMOUNT,
        CURRENCY,
        DESCRIPTION,
    ),
    _recipe(
        "charge_customer",
        "Charge customer cus_ABC123 20 EUR",
        ("charge|debit|collect|take", "customer|client|card on file|saved card"),
        CUSTOMER,
        AMOUNT,
        CURRENCY,
        DESCRIPTION,
    ),
    _recipe(
        "credit_customer",
        "Give customer cus_ABC123 a credit of 10 EUR",
        ("give|grant|add|apply|create|issue", "credit", "customer|client"),
        CUSTOMER,
        AMOUNT,
        CURRENCY,
        DESCRIPTION,
        unless=("card|note|refund|invoice|list|show",),
    ),
    _listing("list_payments", "List the last 20 payments", "payment|payment intent"),
    _listing("list_charges", "List the last 20 charges", "charge"),
    _recipe(
        "show_payment",
        "Show payment pi_ABC123",
        (f"{LIST}|find|look up|retrieve|check", "payment|charge|intent|payment intent|paymentintent"),
        PAYMENT,
    ),
    _recipe(
        "cancel_payment",
        "Cancel payment pi_ABC123",
        ("cancel|abort|call off", "payment|intent|payment intent|paymentintent"),
        Parameter("PAYMENT", ParameterKind.ID, required=True, pattern="pi_"),
    ),
    _recipe(
        "create_payment_link",
        "Create a payment link for Ebook at 9 USD",
        (f"{CREATE}|generate", _LINK),
        NAME,
        AMOUNT,
        CURRENCY,
    ),
    _recipe(
        "create_payment_link_for_price",
        "Create a payment link for price price_ABC123",
        (f"{CREATE}|generate", _LINK),
        PRICE,
        Parameter("QUANTITY", ParameterKind.INTEGER, pattern="quantity|piece|unit|item"),
    ),
    _recipe(
        "refund_payment",
        "Refund payment pi_ABC123",
        ("refund|reimburse|give back|pay back|return", "payment|charge|intent|refund|reimburse"),
        PAYMENT,
        Parameter("AMOUNT", ParameterKind.AMOUNT),
        Parameter("CURRENCY", ParameterKind.CURRENCY),
    ),
    _listing("list_refunds", "List the last 20 refunds", "refund"),
    _listing("list_disputes", "List the last 20 disputes", _DISPUTE),
    _recipe(
        "create_coupon",
        "Create a coupon for 25% off",
        (f"{CREATE}|generate", "coupon|discount|voucher"),
        PERCENT,
        MAYBE_NAME,
        Parameter("MONTHS", ParameterKind.INTEGER, pattern="month"),
        Parameter("DURATION", ParameterKind.WORD, pattern="once|forever"),
    ),
    _recipe(
        "create_amount_coupon",
        "Create a coupon for 5 EUR off",
        (f"{CREATE}|generate", "coupon|discount|voucher"),
        AMOUNT,
        CURRENCY,
        MAYBE_NAME,
    ),
    _listing("list_coupons", "List all coupons", "coupon"),
    _recipe(
        "create_promotion_code",
        "Create a promotion code SPRING25 for 25% off",
        (f"{CREATE}|generate", "promotion code|promo code|promo|promotion|voucher code|discount code"),
        Parameter("CODE", ParameterKind.NAME, required=True),
        PERCENT,
        Parameter("USES", ParameterKind.INTEGER, pattern="use|time|redemption|customer"),
    ),
    _recipe(
        "create_subscription",
        "Subscribe customer cus_ABC123 to price price_ABC123",
        (f"{CREATE}|subscribe|start|put on", "subscribe|subscription|sign up|enrol|enroll|put on"),
        CUSTOMER,
        PRICE,
        TRIAL,
    ),
    _recipe(
        "create_subscription_for_amount",
        "Subscribe customer cus_ABC123 for 15 EUR a month",
        (f"{CREATE}|subscribe|start", "subscribe|subscription"),
        CUSTOMER,
        AMOUNT,
        CURRENCY,
        Parameter("INTERVAL", ParameterKind.INTERVAL, required=True),
        MAYBE_NAME,
        TRIAL,
    ),
    _recipe(
        "cancel_subscription",
        "Cancel subscription sub_ABC123 now",
        ("cancel|end|stop|terminate", "subscription"),
        SUBSCRIPTION,
    ),
    _recipe(
        "cancel_subscription_later",
        "Cancel subscription sub_ABC123 at the end of the period",
        (
            f"cancel|end|stop|terminate|{_NOT_RENEWED}",
            "subscription",
            f"period|cycle|term|period end|{_NOT_RENEWED}",
            f"end|over|run out|expire|period end|{_NOT_RENEWED}",
        ),
        SUBSCRIPTION,
    ),
    _recipe(
        "pause_subscription",
        "Pause the payments of subscription sub_ABC123",
        ("pause|suspend|freeze|put on hold", "subscription|collection|until further notice|for the time being|for a while"),
        SUBSCRIPTION,
    ),
    _recipe(
        "resume_subscription",
        "Resume subscription sub_ABC123",
        ("resume|unpause|continue|reactivate|keep|carry on", "subscription|collection"),
        SUBSCRIPTION,
    ),
    _recipe(
        "change_subscription_price",
        "Move subscription sub_ABC123 to price price_ABC123",
        ("move|change|switch|update|upgrade|downgrade|swap", "subscription", "price|plan"),
        SUBSCRIPTION,
        PRICE,
    ),
    _listing(
        "list_subscriptions", "List all subscriptions", "subscription|subscriptions running|running subscriptions|have running"
    ),
    _recipe(
        "create_invoice",
        'Create an invoice of 50 EUR for customer cus_ABC123, due in 30 days, described as "Services"',
        (f"{CREATE}|write|issue|invoice", "invoice"),
        CUSTOMER,
        AMOUNT,
        CURRENCY,
        DESCRIPTION,
        Parameter("DAYS", ParameterKind.INTEGER, pattern="day"),
    ),
    _recipe("show_invoice", "Show invoice in_ABC123", (f"{LIST}|find|look up|retrieve|check", "invoice"), INVOICE),
    _recipe("finalize_invoice", "Finalize invoice in_ABC123", ("finalize|finalise", "invoice"), INVOICE),
    _recipe("send_invoice", "Send invoice in_ABC123 to the customer", ("send|email|mail", "invoice"), INVOICE),
    _recipe("void_invoice", "Void invoice in_ABC123", ("void|cancel|annul", "invoice"), INVOICE),
    _recipe(
        "mark_invoice_paid",
        "Mark invoice in_ABC123 as paid outside Stripe",
        ("mark|record|set|flag|book|register|enter", f"paid|{_BY_HAND}", "invoice"),
        INVOICE,
    ),
    _listing("list_invoices", "List the last 20 invoices", "invoice"),
    _recipe(
        "show_balance",
        "Show my balance",
        (
            f"{LIST}|check|how much",
            _MONEY,
        ),
    ),
)
