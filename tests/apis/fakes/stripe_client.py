"""A client of the fake Stripe without a server: what a test asks, and what the fake answers."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from agentic.apis.fakes.stripe import StripeFake
from agentic.core.fake import FakeRequest, FakeResponse

KEY = "sk_test_right"
NO_REDIRECTS = {"automatic_payment_methods[enabled]": "true", "automatic_payment_methods[allow_redirects]": "never"}


@dataclass
class Client:
    """Asks a fake over a store, with a clock that tests set."""

    store: dict[str, str] = field(default_factory=dict[str, str])
    now: float = 1_790_000_000.0
    made: int = 0
    last: FakeResponse = field(default_factory=lambda: FakeResponse(0))

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None, **form: Any) -> tuple[int, Any]:
        return self.send(method, path, form, headers)

    def send(self, method: str, path: str, form: Any = (), headers: dict[str, str] | None = None) -> tuple[int, Any]:
        text = urlencode(form)
        query, body = (text, b"") if method == "GET" else ("", text.encode())
        known = {"authorization": f"Bearer {KEY}"} | (headers or {})
        # A new fake for each request: whatever it knows it knows from the store.
        fake = StripeFake(self.store, {"api_key": KEY}, clock=lambda: self.now, token=self._token)
        self.last = fake.respond(FakeRequest(method, "api.stripe.com", path, query, known, body))
        return self.last.status, json.loads(self.last.body)

    def ok(self, method: str, path: str, form: Any = (), headers: dict[str, str] | None = None) -> Any:
        status, body = self.send(method, path, form, headers)
        assert status == 200, body
        return body

    def error(self, method: str, path: str, form: Any = ()) -> tuple[int, str, str]:
        status, body = self.send(method, path, form)
        return status, body["error"]["type"], body["error"].get("code", "")

    def _token(self, length: int) -> str:
        self.made += 1
        return f"{self.made:06}".rjust(length, "A")[-length:]

    def customer(self, **form: str) -> str:
        return self.ok("POST", "/v1/customers", form)["id"]

    def payment(self, card: str = "pm_card_visa", amount: int = 2000, **more: str) -> tuple[int, Any]:
        form = {"amount": str(amount), "currency": "usd", "payment_method": card, "confirm": "true"} | NO_REDIRECTS | more
        return self.send("POST", "/v1/payment_intents", form)

    def price(self, amount: int = 1500, interval: str = "month") -> str:
        form = {"unit_amount": str(amount), "currency": "eur", "product_data[name]": "Plan"}
        return self.ok("POST", "/v1/prices", form | ({"recurring[interval]": interval} if interval else {}))["id"]

    def paying_customer(self, card: str = "pm_card_visa") -> str:
        customer = self.customer(email="a@b.co")
        method = self.ok("POST", f"/v1/payment_methods/{card}/attach", {"customer": customer})["id"]
        self.ok("POST", f"/v1/customers/{customer}", {"invoice_settings[default_payment_method]": method})
        return customer
