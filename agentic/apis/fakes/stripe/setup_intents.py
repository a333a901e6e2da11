"""Setup intents: a card is checked and kept for a customer, and nothing is charged."""

from agentic.apis.fakes.store import Object
from agentic.apis.fakes.stripe import errors
from agentic.apis.fakes.stripe.call import Call, Routes, create, fetch, listing, merge_metadata, metadata, retrieve, save
from agentic.apis.fakes.stripe.payment_methods import attach_to, card_error, decline_of, needs_authentication, resolve

_WAITING = ("requires_payment_method", "requires_confirmation", "requires_action")


def _create(call: Call) -> Object:
    given = call.params
    if customer := given.get("customer"):
        fetch(call, "customer", customer, "customer")
    method = resolve(call, given["payment_method"]) if given.get("payment_method") else None
    limited = given.get("allowed_payment_method_types") or given.get("payment_method_types")
    automatic = None if limited else given.get("automatic_payment_methods") or {"enabled": True}
    intent = create(
        call,
        "setup_intent",
        {
            "allowed_payment_method_types": given.get("allowed_payment_method_types"),
            "application": None,
            "automatic_payment_methods": automatic and {"allow_redirects": "always"} | automatic,
            "cancellation_reason": None,
            "client_secret": None,
            "customer": given.get("customer"),
            "description": given.get("description"),
            "excluded_payment_method_types": None,
            "flow_directions": None,
            "last_setup_error": None,
            "latest_attempt": None,
            "mandate": None,
            "metadata": metadata(call),
            "next_action": None,
            "on_behalf_of": None,
            "payment_method": method["id"] if method else None,
            "payment_method_configuration_details": None,
            "payment_method_options": {
                "card": {"mandate_options": None, "network": None, "request_three_d_secure": "automatic"}
            },
            "payment_method_types": limited or ["card", "link"],
            "single_use_mandate": None,
            "status": "requires_confirmation" if method else "requires_payment_method",
            "usage": given.get("usage", "off_session"),
        },
    )
    intent["client_secret"] = f"{intent['id']}_secret_{call.token(25)}"
    call.store.put("setup_intent", intent["id"], intent)
    return _settle(call, intent) if given.get("confirm") else intent


def _settle(call: Call, intent: Object) -> Object:
    """Have the bank check the card, and keep it. A card that is declined leaves the reason in the intent."""
    automatic = intent["automatic_payment_methods"]
    if automatic and automatic["enabled"] and automatic["allow_redirects"] != "never" and not call.params.get("return_url"):
        raise errors.ApiError(
            "This SetupIntent may use payment methods that redirect your customer, so you must provide a `return_url`, or set "
            "`automatic_payment_methods[allow_redirects]` to `never` when you create it."
        )
    if not intent["payment_method"]:
        message = "You cannot confirm this SetupIntent because it's missing a payment method."
        raise errors.wrong_state(message, "setup_intent_unexpected_state", setup_intent=intent)
    method = fetch(call, "payment_method", intent["payment_method"])
    if needs_authentication(method):
        link = f"https://hooks.stripe.com/3d_secure_2/hosted?merchant=fake&setup_intent={intent['id']}"
        action = {"redirect_to_url": {"return_url": None, "url": link}, "type": "redirect_to_url"}
        return save(call, intent | {"status": "requires_action", "next_action": action}, "requires_action")
    decline = decline_of(method)
    # This one lets itself be kept, and is declined when it is charged.
    if decline and method["_decline"] is not None:
        told = {"code": decline.code, "message": decline.message, "payment_method": method, "type": "card_error"}
        intent |= {"status": "requires_payment_method", "payment_method": None, "last_setup_error": told}
        save(call, intent, "setup_failed")
        raise card_error(decline, kept=True, setup_intent=intent, payment_method=method)
    if intent["customer"]:
        attach_to(call, method, intent["customer"])
    return save(call, intent | {"status": "succeeded", "last_setup_error": None}, "succeeded")


def _in_state(call: Call, what: str) -> Object:
    intent = fetch(call, "setup_intent")
    if intent["status"] not in _WAITING:
        message = f"You cannot {what} this SetupIntent because it has a status of {intent['status']}."
        raise errors.wrong_state(message, "setup_intent_unexpected_state", setup_intent=intent)
    return intent


def _take_method(call: Call, intent: Object) -> None:
    if name := call.params.get("payment_method"):
        intent |= {"payment_method": resolve(call, name)["id"], "status": "requires_confirmation"}


def _update(call: Call) -> Object:
    intent = _in_state(call, "update")
    if customer := call.params.get("customer"):
        fetch(call, "customer", customer, "customer")
    intent.update({name: call.params[name] for name in ("customer", "description") if name in call.params})
    _take_method(call, intent)
    merge_metadata(call, intent)
    return save(call, intent)


def _confirm(call: Call) -> Object:
    intent = _in_state(call, "confirm")
    _take_method(call, intent)
    return _settle(call, intent)


def _cancel(call: Call) -> Object:
    intent = _in_state(call, "cancel")
    reason = call.params.get("cancellation_reason")
    return save(call, intent | {"status": "canceled", "cancellation_reason": reason, "next_action": None}, "canceled")


ROUTES: Routes = {
    "GET /v1/setup_intents": listing("setup_intent", "customer", "payment_method"),
    "POST /v1/setup_intents": _create,
    "GET /v1/setup_intents/{id}": retrieve("setup_intent"),
    "POST /v1/setup_intents/{id}": _update,
    "POST /v1/setup_intents/{id}/confirm": _confirm,
    "POST /v1/setup_intents/{id}/cancel": _cancel,
}
