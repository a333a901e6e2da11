"""What models write with the Stripe SDK, of all its ages: each a few lines that print, and what they must print.

Nothing is imported here, so that a Python with an old SDK and nothing else of this project's needs can read it.
"""

from typing import NamedTuple

PREFACE = """
import json, os, stripe
stripe.api_key = os.environ["STRIPE_API_KEY"]
customer = stripe.Customer.create(name="Ada", email="ada@example.com", metadata={"plan": "gold"})
"""
_SUBSCRIBED = """
method = stripe.PaymentMethod.attach("pm_card_visa", customer=customer.id)
price = stripe.Price.create(unit_amount=900, currency="eur", recurring={"interval": "week"}, product_data={"name": "P"})
sub = stripe.Subscription.create(customer=customer.id, items=[{"price": price.id}], default_payment_method=method.id)
"""
_MISSING = "try:\n    stripe.Customer.retrieve('cus_none')\nexcept {error} as e:\n    print({shown})\n"
_PAYMENT = "dict(amount=900, currency='usd', payment_method='pm_card_visa', payment_method_types=['card'], confirm=True)"
_DECLINED = _PAYMENT.replace("pm_card_visa", "pm_card_chargeDeclined")
_SESSION = """
params = dict(mode="payment", success_url="https://example.com", payment_method_types=["card"])
price = {"currency": "usd", "unit_amount": 900, "product_data": {"name": "Ebook"}}
session = stripe.checkout.Session.create(line_items=[{"price_data": price, "quantity": 1}], **params)
"""


class Idiom(NamedTuple):
    """`helped`: the newest SDK does not take it by itself. `oldest`: the first major release that has it."""

    name: str
    code: str
    prints: str
    helped: bool = False
    oldest: int = 14


IDIOMS = (
    # Errors.
    Idiom(
        "import of the error module",
        "import stripe.error\n" + _MISSING.format(error="stripe.error.InvalidRequestError", shown="e.code"),
        "resource_missing",
        helped=True,
    ),
    Idiom(
        "import from the error module",
        "from stripe.error import StripeError, CardError\n" + _MISSING.format(error="StripeError", shown="type(e).__name__"),
        "InvalidRequestError",
        helped=True,
    ),
    Idiom(
        "error module under another name",
        "import stripe.error as errors\n" + _MISSING.format(error="errors.StripeError", shown="e.http_status"),
        "404",
        helped=True,
    ),
    Idiom(
        "error from the package",
        "from stripe import error\n" + _MISSING.format(error="error.InvalidRequestError", shown="e.param"),
        "id",
    ),
    Idiom("error as an attribute", _MISSING.format(error="stripe.error.StripeError", shown="e.error.code"), "resource_missing"),
    Idiom("error at the top", _MISSING.format(error="stripe.StripeError", shown="e.http_status"), "404"),
    Idiom(
        "error's body",
        _MISSING.format(error="stripe.InvalidRequestError", shown="e.json_body['error']['type']"),
        "invalid_request_error",
    ),
    Idiom(
        "declined card",
        f"params = {_DECLINED}\ntry:\n    stripe.PaymentIntent.create(**params)\n"
        "except stripe.CardError as e:\n    print(e.user_message, e.code)",
        "Your card was declined. card_declined",
        helped=True,
    ),
    # Objects as dictionaries.
    Idiom("get", "print(customer.get('email'))", "ada@example.com", helped=True),
    Idiom("get with a default", "print(customer.get('nickname', 'none'))", "none", helped=True),
    Idiom("get of what is inside", "print(customer.get('metadata', {}).get('plan'))", "gold", helped=True),
    Idiom("keys", "print('email' in customer.keys())", "True", helped=True),
    Idiom("values", "print('Ada' in list(customer.values()))", "True", helped=True),
    Idiom("items", "print(dict(pair for pair in customer.items())['name'])", "Ada", helped=True),
    Idiom("dict", "print(dict(customer)['name'])", "Ada", helped=True),
    Idiom("unpacked", "print({**customer, 'name': 'B'}['email'])", "ada@example.com", helped=True),
    Idiom("iteration", "print('email' in [key for key in customer])", "True", helped=True),
    Idiom("length", "print(len(customer.metadata))", "1", helped=True),
    Idiom("dict of metadata", "print(dict(customer.metadata))", "{'plan': 'gold'}", helped=True),
    Idiom("items of metadata", "print(', '.join(f'{k}={v}' for k, v in customer.metadata.items()))", "plan=gold", helped=True),
    Idiom("to_dict_recursive", "print(customer.to_dict_recursive()['metadata']['plan'])", "gold", helped=True),
    Idiom("to_dict", "print(customer.to_dict()['name'])", "Ada"),
    Idiom("subscript", "print(customer['metadata']['plan'])", "gold"),
    Idiom("attribute", "print(customer.metadata.plan, customer.name)", "gold Ada"),
    Idiom("in", "print('email' in customer, 'nickname' in customer)", "True False"),
    Idiom("getattr with a default", "print(getattr(customer, 'nickname', 'none'))", "none"),
    Idiom("hasattr", "print(hasattr(customer, 'email'), hasattr(customer, 'nickname'))", "True False"),
    Idiom(
        "rows of CSV",
        "import csv, sys\nwriter = csv.DictWriter(sys.stdout, ['name', 'email'], extrasaction='ignore')\n"
        "writer.writerow(customer)",
        "Ada,ada@example.com",
        helped=True,
    ),
    # JSON.
    Idiom("json of an object", "print(json.loads(json.dumps(customer))['email'])", "ada@example.com", helped=True),
    Idiom("json of a list", "print(json.loads(json.dumps(stripe.Customer.list(limit=1).data))[0]['name'])", "Ada", helped=True),
    Idiom(
        "json with a default",
        "print(json.loads(json.dumps({'c': customer}, default=str, indent=2))['c']['metadata'])",
        "{'plan': 'gold'}",
        helped=True,
    ),
    Idiom(
        "json with an encoder",
        "class Encoder(json.JSONEncoder):\n    def default(self, o):\n        return str(o)\n"
        "print(json.loads(json.dumps([customer], cls=Encoder))[0]['name'])",
        "Ada",
        helped=True,
    ),
    Idiom(
        "json of a price",
        "price = stripe.Price.create(unit_amount=900, currency='eur', product_data={'name': 'P'})\n"
        "print(json.loads(json.dumps(price))['unit_amount_decimal'])",
        "900",
        helped=True,
    ),
    Idiom("str is JSON", "print(json.loads(str(customer))['name'])", "Ada"),
    # Lists.
    Idiom("list in a loop", "for c in stripe.Customer.list(limit=1):\n    print(c.name)", "Ada"),
    Idiom("list's data", "print(stripe.Customer.list(limit=1)['data'][0].name)", "Ada"),
    Idiom("get of a list", "print(stripe.Customer.list(limit=1).get('data')[0]['name'])", "Ada", helped=True),
    Idiom("every page", "print(next(c.name for c in stripe.Customer.list(limit=1).auto_paging_iter()))", "Ada"),
    Idiom("search", "print(len(stripe.Customer.search(query=\"email:'ada@example.com'\").data) > 0)", "True"),
    Idiom(
        "expand",
        "print(stripe.PaymentIntent.create(amount=900, currency='usd', customer=customer.id,"
        " expand=['customer']).customer.name)",
        "Ada",
    ),
    # A field that is called as a method is.
    Idiom("items by subscript", _SUBSCRIBED + "print(sub['items']['data'][0]['price']['id'] == price.id)", "True"),
    Idiom("items by get", _SUBSCRIBED + "print(sub.get('items').data[0].quantity)", "1", helped=True),
    Idiom("items by attribute", _SUBSCRIBED + "print(sub.items.data[0].price.unit_amount)", "900", oldest=15),
    # Calls.
    Idiom(
        "client",
        "client = stripe.StripeClient(os.environ['STRIPE_API_KEY'])\n"
        "print(client.v1.customers.retrieve(customer.id).get('name'))",
        "Ada",
        helped=True,
    ),
    Idiom(
        "client with parameters",
        "client = stripe.StripeClient(os.environ['STRIPE_API_KEY'])\n"
        "print(client.v1.customers.create(params={'name': 'Bo'}).name)",
        "Bo",
    ),
    Idiom("modify", "print(stripe.Customer.modify(customer.id, name='Eve').name)", "Eve"),
    Idiom("delete", "print(stripe.Customer.delete(customer.id).deleted)", "True"),
    Idiom(
        "idempotency key",
        "one, two = (stripe.Customer.create(name='K', idempotency_key='k' + customer.id)"
        " for _ in range(2))\nprint(one.id == two.id)",
        "True",
    ),
    Idiom(
        "methods of a payment",
        f"params = {_PAYMENT}\nprint(stripe.PaymentIntent.create(**params).status)",
        "succeeded",
        helped=True,
    ),
    Idiom(
        "methods of a checkout", _SESSION + "print(session.status, session.payment_method_types)", "open ['card']", helped=True
    ),
    Idiom(
        "methods for an older version",
        f"params = {_PAYMENT}\nstripe.api_version = '2024-06-20'\n"
        "print(stripe.PaymentIntent.create(**params).payment_method_types)",
        "['card']",
    ),
    # Events.
    Idiom(
        "event from a dictionary",
        "event = stripe.Event.construct_from({'type': 'a.b', 'data': {'object': {'id': 'pi_1'}}},"
        " stripe.api_key)\nprint(event['data']['object'].get('id'))",
        "pi_1",
        helped=True,
    ),
)
