"""What is run while things are killed: scripts with one to five writes, and a task for the agents."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_HEAD = """import os

import stripe

client = stripe.StripeClient(os.environ["STRIPE_API_KEY"])
run = "{marker}"


def customer(step, **options):
    return client.v1.customers.create(params={{"name": "Ada", "metadata": {{"run": run, "step": step}}}}, **options)


"""


@dataclass(frozen=True, slots=True)
class Work:
    """Something to run. `effects`: how often each of its steps is done, once it is completed."""

    name: str
    effects: Mapping[str, int]
    code: str = ""

    def fields(self, marker: str) -> dict[str, Any]:
        """The request for a run whose effects are known by `marker`."""
        if not self.code:
            return {"task": f"Create a Stripe customer named {marker}", "api": "stripe", "model": "offline"}
        code = _HEAD.format(marker=marker) + self.code
        return {"task": f"crash test {self.name}", "api": "stripe", "code": code, "writes": "allow"}


WORKS = (
    Work("one", {"a": 1}, 'print(customer("a").id)\n'),
    Work("equal", {"same": 2, "b": 1}, 'first, second = customer("same"), customer("same")\ncustomer("b")\n'
         "assert first.id != second.id\n"),
    Work("keyed", {"k": 1, "c": 1}, 'made = customer("k", options={"idempotency_key": "literal"})\n'
         'customer("c")\nagain = customer("k", options={"idempotency_key": "literal"})\nassert made.id == again.id\n'),
    Work("loop", {f"n{number}": 1 for number in range(4)}, 'for number in range(4):\n    customer(f"n{number}")\n'),
    Work("mixed", {"p": 1, "q": 1, "r": 1, "s": 1, "t": 1},
         'made = customer("p")\nclient.v1.customers.retrieve(made.id)\n'
         'client.v1.products.create(params={"name": "Tea", "metadata": {"run": run, "step": "q"}})\n'
         'for step in "rst":\n    customer(step)\nprint(len(client.v1.customers.list(params={"limit": 3}).data))\n'),
)  # fmt: skip
TASK = Work("task", {"named": 1})
