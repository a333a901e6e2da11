"""The fake Stripe: who calls, what is asked, was it asked before, and the answer in Stripe's form."""

import base64
import binascii
import hashlib
import json
import re
import secrets as random_source
import string
import time
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any
from urllib.parse import urlencode

from agentic.apis.fakes.store import Object, ObjectStore, visible
from agentic.apis.fakes.stripe import (
    balance,
    catalog,
    checkout,
    customers,
    discounts,
    disputes,
    errors,
    events,
    files,
    forms,
    invoices,
    parameters,
    payments,
    refunds,
    setup_intents,
    subscriptions,
)
from agentic.apis.fakes.stripe.call import API_VERSION, Call, Handler, Routes
from agentic.apis.fakes.stripe.expand import expand
from agentic.core.fake import FakeRequest, FakeResponse

_ALPHABET = string.ascii_letters + string.digits
_FAMILIES: tuple[Routes, ...] = (
    customers.ROUTES,
    catalog.ROUTES,
    payments.ROUTES,
    refunds.ROUTES,
    setup_intents.ROUTES,
    balance.ROUTES,
    discounts.ROUTES,
    subscriptions.ROUTES,
    invoices.ROUTES,
    checkout.ROUTES,
    disputes.ROUTES,
    events.ROUTES,
    files.ROUTES,
)
ROUTES: Routes = {operation: handler for family in _FAMILIES for operation, handler in family.items()}


def random_token(length: int) -> str:
    """Letters and digits that nobody can guess."""
    return "".join(random_source.choice(_ALPHABET) for _ in range(length))


class StripeFake:
    """Answers as api.stripe.com and files.stripe.com do in test mode, for the operations in `ROUTES` and `files`.

    Nothing happens by itself over time: no renewals, no webhooks; drafts stay drafts.
    """

    def __init__(
        self,
        store: MutableMapping[str, str],
        secrets: Mapping[str, str],
        *,
        clock: Callable[[], float] = time.time,
        token: Callable[[int], str] = random_token,
    ) -> None:
        self._store = ObjectStore(store)
        self._key = secrets["api_key"]
        self._clock = clock
        self._token = token

    def respond(self, request: FakeRequest) -> FakeResponse:
        request_id = f"req_{self._token(14)}"
        headers = {"Content-Type": "application/json", "Request-Id": request_id, "Stripe-Version": API_VERSION}
        key = request.headers.get("idempotency-key", "") if request.method == "POST" else ""
        if key:
            headers["Idempotency-Key"] = key
        try:
            if request.host == files.HOST and (found := re.fullmatch(r"GET /v1/files/([^/]+)/contents", _asked(request))):
                return self._contents(request, found[1], headers)
            status, body, replayed = self._answer(request, request_id, key)
        except errors.ApiError as error:
            self._store.commit() if error.kept else self._store.discard()
            status, body, replayed = error.status, error.body, False
            if status == 401:
                headers["WWW-Authenticate"] = 'Basic realm="Stripe"'
        else:
            self._store.commit()
        if replayed:
            headers["Idempotent-Replayed"] = "true"
        return FakeResponse(status, json.dumps(visible(body), ensure_ascii=False, indent=2).encode(), headers)

    def _answer(self, request: FakeRequest, request_id: str, key: str) -> tuple[int, Object, bool]:
        self._authenticate(request.headers.get("authorization", ""))
        handler, operation, ids = _route(request)
        form = _form(request)
        fingerprint = hashlib.sha256(json.dumps([request.path, form], sort_keys=True).encode()).hexdigest()
        if key and (before := self._store.get("idempotency", key)):
            if before["fingerprint"] != fingerprint:
                raise _other_parameters(key)
            return before["status"], before["body"], True
        params = parameters.check(operation, form, request.headers.get("stripe-version", API_VERSION))
        call = self._call(request, params, ids, request_id)
        try:
            status, body = 200, expand(call, handler(call))
        except errors.ApiError as error:
            if not error.kept:
                # Nothing of it stays but, under its key, the error itself: that is what a retry gets.
                self._store.discard()
            status, body = error.status, error.body
        if key:
            self._store.put("idempotency", key, {"fingerprint": fingerprint, "status": status, "body": visible(body)})
        return status, body, False

    def _call(self, request: FakeRequest, params: Mapping[str, Any], ids: tuple[str, ...], request_id: str) -> Call:
        return Call(self._store, params, ids, request.path, int(self._clock()), request_id, self._token)

    def _contents(self, request: FakeRequest, identifier: str, headers: dict[str, str]) -> FakeResponse:
        self._authenticate(request.headers.get("authorization", ""))
        data, media_type = files.contents(self._call(request, {}, (identifier,), headers["Request-Id"]))
        return FakeResponse(200, data, headers | {"Content-Type": media_type})

    def _authenticate(self, header: str) -> None:
        scheme, _, value = header.partition(" ")
        given = _user(value) if scheme.lower() == "basic" else value.strip() if scheme.lower() == "bearer" else ""
        if not given:
            raise errors.ApiError(
                "You did not provide an API key. Send it in the Authorization header "
                "(e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
                status=401,
            )
        if not random_source.compare_digest(given.encode(), self._key.encode()):
            raise errors.ApiError(f"Invalid API Key provided: {given[:8]}{'*' * 12}{given[-4:]}", status=401)


def _asked(request: FakeRequest) -> str:
    return f"{request.method} {request.path}"


def _route(request: FakeRequest) -> tuple[Handler, str, tuple[str, ...]]:
    exact, routes = _asked(request), files.FILE_ROUTES if request.host == files.HOST else ROUTES
    if exact in routes:
        return routes[exact], exact, ()
    for operation, handler in routes.items():
        pattern = re.escape(operation).replace(r"\{id\}", "([^/]+)")
        if "{id}" in operation and (found := re.fullmatch(pattern, exact)):
            return handler, operation, found.groups()
    raise errors.ApiError(
        f"Unrecognized request URL ({request.method}: {request.path}). The fake Stripe does not have it.", status=404
    )


def _form(request: FakeRequest) -> dict[str, Any]:
    """The request's parameters as texts; a file is its name and its data in base64."""
    sent: dict[str, Any] = {}
    try:
        if request.host == files.HOST:
            fields, sent = files.read_form(request.headers.get("content-type", ""), request.body)
            text = urlencode(fields)
        else:
            text = request.body.decode("ascii")
        return forms.decode(request.query, text) | sent
    except UnicodeDecodeError:
        raise errors.ApiError("Invalid request body: it must be a url-encoded form") from None
    except forms.MalformedFormError as malformed:
        raise errors.ApiError(f"Invalid parameter name: {malformed}") from None


def _user(encoded: str) -> str:
    try:
        return base64.b64decode(encoded, validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _other_parameters(key: str) -> errors.ApiError:
    return errors.ApiError(
        "Keys for idempotent requests can only be used with the same parameters they were first used with. "
        f"Try using a key other than '{key}' if you meant to execute a different request.",
        kind="idempotency_error",
    )


def fake_stripe(store: MutableMapping[str, str], secrets: Mapping[str, str]) -> StripeFake:
    """The factory that the plugin names: a fake over `store` that accepts only the key in `secrets`."""
    return StripeFake(store, secrets)
