"""Typed, object-oriented, with the newer client: what a careful engineer's assistant writes."""

from __future__ import annotations

import logging
import os
import sys
from dataclasses import dataclass, field
from typing import Iterable

from stripe import StripeClient, StripeError

logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(message)s")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class NewCustomer:
    name: str
    email: str
    tags: dict[str, str] = field(default_factory=dict)


class CustomerImporter:
    def __init__(self, client: StripeClient) -> None:
        self._client = client
        self.created: list[str] = []

    def add_all(self, customers: Iterable[NewCustomer]) -> int:
        for customer in customers:
            try:
                made = self._client.v1.customers.create(
                    params={"name": customer.name, "email": customer.email, "metadata": customer.tags}
                )
            except StripeError as error:
                log.error("could not create %s: %s", customer.email, error)
                continue
            self.created.append(made.id)
        return len(self.created)


def main() -> int:
    importer = CustomerImporter(StripeClient(os.environ["STRIPE_API_KEY"]))
    people = [NewCustomer("Grace Hopper", "grace@example.com", {"team": "navy"}), NewCustomer("Alan T", "alan@example.com")]
    count = importer.add_all(people)
    print(f"{count} of {len(people)} customers created: {', '.join(importer.created)}")
    return 0 if count == len(people) else 1


if __name__ == "__main__":
    raise SystemExit(main())
