"""Payment intents, from creation to the charge."""

from agentic.apis.fakes.store import Object
from agentic.apis.fakes.stripe import charges, errors, payment_methods
from agentic.apis.fakes.stripe.call import (
    Call,
    Routes,
    create,
    fetch,
    listing,
    merge_metadata,
    metadata,
    retrieve,
    save,
)
from agentic.apis.fakes.stripe.payment_methods import card_error, needs_authentication, resolve
from agentic.apis.fakes.stripe.search import searching

# docs.stripe.com/currencies#minimum-and-maximum-charge-amounts
_MINIMUM = {
    "usd": 50,
    "eur": 50,
    "gbp": 30,
    "jpy": 50,
    "chf": 50,
    "cad": 50,
    "aud": 50,
    "sek": 300,
    "nok": 300,
    "dkk": 250,
    "pln": 200,
}
_WAITING = ("requires_payment_method", "requires_confirmation", "requires_action")


def _create(call: Call) -> Object:
    intent = make_intent(call)
    return confirm(call, intent) if call.params.get("confirm") else intent


def make_intent(call: Call) -> Object:
    """A payment intent from the request's parameters, not yet confirmed."""
    given = call.params
    check_amount(given["amount"], given["currency"])
    if customer := given.get("customer"):
        fetch(call, "customer", customer, "customer")
    method = _method(call)
    limited = given.get("allowed_payment_method_types") or given.get("payment_method_types")
    automatic = None if limited else given.get("automatic_payment_methods") or {"enabled": True}
    return open_intent(
        call,
        given["amount"],
        given["currency"],
        {
            "allowed_payment_method_types": given.get("allowed_payment_method_types"),
            "automatic_payment_methods": automatic and {"allow_redirects": "always"} | automatic,
            "capture_method": given.get("capture_method", "automatic_async"),
            "confirmation_method": given.get("confirmation_method", "automatic"),
            "customer": given.get("customer"),
            "description": given.get("description"),
            "metadata": metadata(call),
            "payment_method": method["id"] if method else None,
            "payment_method_types": limited or ["card", "link"],
            "receipt_email": given.get("receipt_email"),
            "setup_future_usage": given.get("setup_future_usage"),
            "shipping": given.get("shipping"),
            "statement_descriptor": given.get("statement_descriptor"),
            "statement_descriptor_suffix": given.get("statement_descriptor_suffix"),
            "status": "requires_confirmation" if method else "requires_payment_method",
            "transfer_group": given.get("transfer_group"),
        },
    )


def open_intent(call: Call, amount: int, currency: str, fields: Object) -> Object:
    """A payment intent with everything that does not come from a request at its default."""
    blank: Object = {
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic_async",
        "client_secret": None,
        "confirmation_method": "automatic",
        "currency": currency,
        "customer": None,
        "description": None,
        "excluded_payment_method_types": None,
        "last_payment_error": None,
        "latest_charge": None,
        "metadata": {},
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {"card": {"installments": None, "network": None, "request_three_d_secure": "automatic"}},
        "payment_method_types": ["card"],
        "payment_record": None,
        "processing": None,
        "receipt_email": None,
        "review": None,
        "setup_future_usage": None,
        "shipping": None,
        "source": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": None,
    }
    intent = create(call, "payment_intent", blank | fields)
    intent["client_secret"] = f"{intent['id']}_secret_{call.token(25)}"
    return call.store.put("payment_intent", intent["id"], intent)


def check_amount(amount: int, currency: str) -> None:
    """Raises `ApiError` where the API takes no payment of this amount."""
    if amount < 1:
        raise errors.ApiError(
            "This value must be greater than or equal to 1.", code="parameter_invalid_integer", param="amount"
        )
    if amount > 99_999_999:
        raise errors.ApiError("Amount must be no more than 99999999", code="amount_too_large", param="amount")
    if amount < _MINIMUM.get(currency, 1):
        least = _MINIMUM[currency] if currency == "jpy" else f"{_MINIMUM[currency] / 100:.2f}"
        raise errors.ApiError(f"Amount must be at least {least} {currency}", code="amount_too_small", param="amount")


def _method(call: Call) -> Object | None:
    given = call.params
    if not (name := given.get("payment_method")):
        return None
    method = resolve(call, name)
    if method["customer"] not in (None, given.get("customer")):
        message = "The provided PaymentMethod belongs to a customer. Give that customer in the `customer` parameter."
        raise errors.ApiError(message, param="payment_method")
    return method


def confirm(call: Call, intent: Object) -> Object:
    """Try to take the money. Raises a kept `ApiError` when the card is declined: the intent keeps what happened."""
    if method := _method(call) if call.path.endswith("/confirm") else None:
        intent["payment_method"] = method["id"]
    if not intent["payment_method"]:
        message = "You cannot confirm this PaymentIntent because it's missing a payment method."
        raise errors.wrong_state(message, "payment_intent_unexpected_state", payment_intent=intent)
    _check_redirects(call, intent)
    return pay(call, intent, call.store.get("payment_method", intent["payment_method"]) or {})


def pay(call: Call, intent: Object, method: Object) -> Object:
    """Charge an intent to a method, and leave it in the state that follows."""
    if needs_authentication(method):
        link = f"https://hooks.stripe.com/3d_secure_2/hosted?merchant=fake&payment_intent={intent['id']}"
        intent |= {
            "status": "requires_action",
            "next_action": {"redirect_to_url": {"return_url": None, "url": link}, "type": "redirect_to_url"},
        }
        return save(call, intent, "requires_action")
    captured = intent["capture_method"] != "manual"
    made = charges.charge(call, intent, method, captured=captured)
    intent["latest_charge"] = made["id"]
    if decline := payment_methods.decline_of(method):
        told = {
            "charge": made["id"],
            "code": decline.code,
            "message": decline.message,
            "type": "card_error",
            "payment_method": method,
        }
        told |= {"decline_code": decline.decline_code} if decline.decline_code else {}
        intent |= {"status": "requires_payment_method", "payment_method": None, "last_payment_error": told}
        save(call, intent, "payment_failed")
        raise card_error(decline, kept=True, charge=made["id"], payment_intent=intent, payment_method=method)
    if intent["setup_future_usage"] and intent["customer"]:
        payment_methods.attach_to(call, method, intent["customer"])
    intent |= {"last_payment_error": None, "next_action": None}
    if captured:
        intent |= {"status": "succeeded", "amount_received": intent["amount"]}
        return save(call, intent, "succeeded")
    intent |= {"status": "requires_capture", "amount_capturable": intent["amount"]}
    return save(call, intent, "amount_capturable_updated")


def _check_redirects(call: Call, intent: Object) -> None:
    automatic = intent["automatic_payment_methods"]
    redirects = automatic and automatic["enabled"] and automatic["allow_redirects"] != "never"
    if redirects and not call.params.get("return_url") and not call.params.get("off_session"):
        raise errors.ApiError(
            "This PaymentIntent may use payment methods that redirect your customer off of your page, so you must provide a "
            "`return_url`. If you don't want to accept them, set `automatic_payment_methods[enabled]` to `true` and "
            "`automatic_payment_methods[allow_redirects]` to `never` when you create it."
        )


def _state(intent: Object, allowed: tuple[str, ...], what: str) -> None:
    if intent["status"] not in allowed:
        message = (
            f"You cannot {what} this PaymentIntent because it has a status of {intent['status']}. Only a PaymentIntent with "
            f"one of the following statuses may be used here: {', '.join(allowed)}."
        )
        raise errors.wrong_state(message, "payment_intent_unexpected_state", payment_intent=intent)


def _update(call: Call) -> Object:
    intent = fetch(call, "payment_intent")
    given = call.params
    if {"amount", "currency", "payment_method", "customer"} & set(given):
        _state(intent, _WAITING, "update")
    if "amount" in given or "currency" in given:
        check_amount(given.get("amount", intent["amount"]), given.get("currency", intent["currency"]))
    if customer := given.get("customer"):
        fetch(call, "customer", customer, "customer")
    if method := _method(call):
        intent |= {"payment_method": method["id"], "status": "requires_confirmation"}
    names = (
        "amount",
        "currency",
        "customer",
        "description",
        "receipt_email",
        "setup_future_usage",
        "shipping",
        "statement_descriptor",
    )
    intent.update({name: given[name] for name in names if name in given})
    merge_metadata(call, intent)
    return save(call, intent)


def _confirm(call: Call) -> Object:
    intent = fetch(call, "payment_intent")
    _state(intent, _WAITING, "confirm")
    return confirm(call, intent)


def _capture(call: Call) -> Object:
    intent = fetch(call, "payment_intent")
    _state(intent, ("requires_capture",), "capture")
    amount = call.params.get("amount_to_capture", intent["amount"])
    if not 1 <= amount <= intent["amount"]:
        message = "Requested capture amount is greater than the amount you can capture for this charge."
        raise errors.ApiError(message, code="amount_too_large", param="amount_to_capture")
    charges.capture(call, fetch(call, "charge", intent["latest_charge"]), amount)
    intent |= {"status": "succeeded", "amount_capturable": 0, "amount_received": amount}
    return save(call, intent, "succeeded")


def _cancel(call: Call) -> Object:
    intent = fetch(call, "payment_intent")
    _state(intent, (*_WAITING, "requires_capture"), "cancel")
    reason = call.params.get("cancellation_reason")
    intent |= {"status": "canceled", "amount_capturable": 0, "canceled_at": call.now, "cancellation_reason": reason}
    return save(call, intent, "canceled")


ROUTES: Routes = {
    **charges.ROUTES,
    **payment_methods.ROUTES,
    "GET /v1/payment_intents": listing("payment_intent", "customer"),
    "POST /v1/payment_intents": _create,
    "GET /v1/payment_intents/search": searching("payment_intent", "amount", "created", "currency", "customer", "status"),
    "GET /v1/payment_intents/{id}": retrieve("payment_intent"),
    "POST /v1/payment_intents/{id}": _update,
    "POST /v1/payment_intents/{id}/confirm": _confirm,
    "POST /v1/payment_intents/{id}/capture": _capture,
    "POST /v1/payment_intents/{id}/cancel": _cancel,
}
