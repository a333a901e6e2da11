"""Payment methods: Stripe's test cards, and cards kept for customers. Cards: docs.stripe.com/testing."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agentic.apis.fakes.store import Object
from agentic.apis.fakes.stripe import errors
from agentic.apis.fakes.stripe.call import Call, Routes, create, fetch, merge_metadata, page, save


@dataclass(frozen=True, slots=True)
class Decline:
    """Why a test card is declined."""

    code: str
    decline_code: str
    message: str


_DECLINED = "Your card was declined."
_DECLINES = {
    "": Decline("card_declined", "generic_decline", _DECLINED),
    "InsufficientFunds": Decline("card_declined", "insufficient_funds", "Your card has insufficient funds."),
    "LostCard": Decline("card_declined", "lost_card", _DECLINED),
    "StolenCard": Decline("card_declined", "stolen_card", _DECLINED),
    "Fraudulent": Decline("card_declined", "fraudulent", _DECLINED),
    "ExpiredCard": Decline("expired_card", "", "Your card has expired."),
    "IncorrectCvc": Decline("incorrect_cvc", "", "Your card's security code is incorrect."),
    "ProcessingError": Decline(
        "processing_error", "", "An error occurred while processing your card. Try again in a little bit."
    ),
}
# Test card's name after "pm_card_" to brand, last four digits, country.
_CARDS = {
    "visa": ("visa", "4242", "US"),
    "visa_debit": ("visa", "5556", "US"),
    "mastercard": ("mastercard", "4444", "US"),
    "mastercard_debit": ("mastercard", "8210", "US"),
    "mastercard_prepaid": ("mastercard", "5100", "US"),
    "amex": ("amex", "8431", "US"),
    "discover": ("discover", "1117", "US"),
    "diners": ("diners", "0004", "US"),
    "jcb": ("jcb", "0505", "JP"),
    "unionpay": ("unionpay", "0005", "CN"),
    "us": ("visa", "4242", "US"),
    "de": ("visa", "0016", "DE"),
    "gb": ("visa", "0000", "GB"),
    "fr": ("visa", "0003", "FR"),
    "bypassPending": ("visa", "0077", "US"),
    "createDispute": ("visa", "0259", "US"),
    "chargeCustomerFail": ("visa", "0341", "US"),
    "authenticationRequired": ("visa", "3184", "US"),
    "threeDSecure2Required": ("visa", "3220", "US"),
}
_AUTHENTICATED = {"authenticationRequired", "threeDSecure2Required"}


def resolve(call: Call, identifier: str, param: str = "payment_method") -> Object:
    """The payment method with this id; one of its own for each use of a test card's name."""
    stored = call.store.get("payment_method", identifier)
    if stored:
        return stored
    found = re.fullmatch(r"pm_card_(?:visa_)?chargeDeclined(\w*)", identifier)
    name = identifier.removeprefix("pm_card_")
    if found and found[1] in _DECLINES:
        return _make(call, name, ("visa", "0002", "US"), found[1])
    if identifier.startswith("pm_card_") and name in _CARDS:
        return _make(call, name, _CARDS[name], None)
    raise errors.ApiError(f"No such PaymentMethod: '{identifier}'", code="resource_missing", param=param)


def _make(call: Call, name: str, card: tuple[str, str, str], decline: str | None) -> Object:
    brand, last4, country = card
    nothing = {"city": None, "country": None, "line1": None, "line2": None, "postal_code": None, "state": None}
    return create(
        call,
        "payment_method",
        {
            "allow_redisplay": "unspecified",
            "billing_details": {"address": nothing, "email": None, "name": None, "phone": None, "tax_id": None},
            "card": {
                "brand": brand,
                "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
                "country": country,
                "display_brand": brand,
                "exp_month": 12,
                "exp_year": 2034,
                "fingerprint": call.token(16),
                "funding": "debit" if "debit" in name else "prepaid" if "prepaid" in name else "credit",
                "generated_from": None,
                "last4": last4,
                "networks": {"available": [brand], "preferred": None},
                "regulated_status": "unregulated",
                "three_d_secure_usage": {"supported": True},
                "wallet": None,
            },
            "customer": None,
            "metadata": {},
            "type": "card",
            "_card": name,
            "_decline": decline,
        },
    )


def decline_of(method: Object) -> Decline | None:
    """Why a payment with this method fails, if it does."""
    if method["_card"] == "chargeCustomerFail":
        return _DECLINES[""]
    return None if method["_decline"] is None else _DECLINES[method["_decline"]]


def needs_authentication(method: Object) -> bool:
    return method["_card"] in _AUTHENTICATED


def card_error(decline: Decline, *, kept: bool, **more: Any) -> errors.ApiError:
    """The answer when a card is declined."""
    extra = {"decline_code": decline.decline_code} if decline.decline_code else {}
    return errors.ApiError(decline.message, status=402, kind="card_error", code=decline.code, kept=kept, **extra, **more)


def attach_to(call: Call, method: Object, customer: str) -> Object:
    """Keep a payment method for a customer. The bank is asked at this moment: a card that is declined cannot be kept."""
    if method["customer"] not in (None, customer):
        raise errors.ApiError(
            "The payment method you provided has already been attached to a customer.", param="payment_method"
        )
    if method["_decline"] is not None:
        raise card_error(_DECLINES[method["_decline"]], kept=False)
    method["customer"] = customer
    return save(call, method, "attached")


def default_of(call: Call, customer: Object) -> Object | None:
    """The method that pays a customer's invoices by default."""
    identifier = customer["invoice_settings"]["default_payment_method"]
    return call.store.get("payment_method", identifier) if identifier else None


def _list(call: Call) -> Object:
    # Without a customer the API lists only what belongs to the account itself, which is nothing here.
    wanted = call.params.get("customer")
    return page(call, [m for m in call.store.all("payment_method") if wanted and m["customer"] == wanted], "type")


def _attach(call: Call) -> Object:
    if "customer" not in call.params:
        raise errors.missing_parameter("customer")
    return attach_to(call, resolve(call, call.ids[0]), fetch(call, "customer", call.params["customer"], "customer")["id"])


def _create(call: Call) -> Object:
    """A card by one of Stripe's test tokens ("tok_visa"); numbers of cards and accounts never get this far."""
    given = call.params
    if given.get("type") != "card":
        raise errors.ApiError("The fake Stripe makes payment methods of type card only.", param="type")
    card: Object = given.get("card") or {}
    if "token" not in card:
        raise errors.missing_parameter("card[token]")
    token: str = card["token"]
    try:
        method = resolve(call, f"pm_card_{token.removeprefix('tok_')}")
    except errors.ApiError:
        raise errors.no_such("token", token, "card[token]") from None
    _fill(method, given)
    merge_metadata(call, method)
    return call.store.put("payment_method", method["id"], method)


def _fill(method: Object, given: Mapping[str, Any]) -> None:
    """Take over the billing details that the request gives."""
    details: Object = given.get("billing_details") or {}
    method["billing_details"] |= {name: value for name, value in details.items() if name != "address"}
    method["billing_details"]["address"] |= details.get("address") or {}


def _detach(call: Call) -> Object:
    method = fetch(call, "payment_method")
    if method["customer"] is None:
        raise errors.ApiError("The payment method you provided is not attached to a customer so detachment is impossible.")
    method["customer"] = None
    return save(call, method, "detached")


def _update(call: Call) -> Object:
    method = fetch(call, "payment_method")
    _fill(method, call.params)
    method["card"] |= call.params.get("card") or {}
    merge_metadata(call, method)
    return save(call, method)


ROUTES: Routes = {
    "GET /v1/payment_methods": _list,
    "POST /v1/payment_methods": _create,
    "GET /v1/payment_methods/{id}": lambda call: resolve(call, call.ids[0]),
    "POST /v1/payment_methods/{id}": _update,
    "POST /v1/payment_methods/{id}/attach": _attach,
    "POST /v1/payment_methods/{id}/detach": _detach,
}
