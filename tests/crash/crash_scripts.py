"""What is run while things are killed: scripts with one to five writes, and a task for the agents.

Some are for an API that knows effect ids, some for one that does not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_HEADS = {
    "stripe": """import os

import stripe

client = stripe.StripeClient(os.environ["STRIPE_API_KEY"])
run = "{marker}"


def customer(step, **options):
    return client.v1.customers.create(params={{"name": "Ada", "metadata": {{"run": run, "step": step}}}}, **options)


""",
    "github": """import os

from github import Auth, Github

repo = Github(auth=Auth.Token(os.environ["GITHUB_TOKEN"])).get_repo("acme/widgets")
run = "{marker}"


def said(step):
    return f"run={{run}} step={{step}}"


""",
}

# Per call of the script, and besides.
_EVENTS = {
    "validate-code": (0, 6),
    "execute-code": (14, 16),
    "run-code": (14, 0),
    "call-api": (10, 0),
    "sandbox": (14, 0),
    "script": (14, 0),
    "zygote": (14, 60),
    "cloud": (14, 60),
    "generate-code": (0, 6),
    "invoke-generator": (0, 26),
    "invoke-executor": (0, 60),
}


@dataclass(frozen=True, slots=True, eq=False)
class Work:
    """Something to run. `effects`: how often each of its steps is done, once it is completed.

    `session`: it is a turn of a session of its own, which has to know of it afterwards.
    """

    name: str
    effects: Mapping[str, int]
    code: str = ""
    calls: int = 1
    writes: str = "allow"
    api: str = "stripe"
    session: bool = False

    def events(self, victim: str) -> int:
        """About how many events there are while `victim` is at work for it."""
        each, base = _EVENTS[victim]
        return base + each * self.calls

    def fields(self, marker: str) -> dict[str, Any]:
        """The request for a run whose effects are known by `marker`."""
        session = {"session": marker} if self.session else {}
        if not self.code:
            return {"task": f"Create a Stripe customer named {marker}", "api": self.api, "model": "offline", **session}
        code = _HEADS[self.api].format(marker=marker) + self.code
        return {"task": f"crash test {self.name}", "api": self.api, "code": code, "writes": self.writes, **session}


WORKS = (
    Work("one", {"a": 1}, 'print(customer("a").id)\n', 1),
    Work("equal", {"same": 2, "b": 1}, 'first, second = customer("same"), customer("same")\ncustomer("b")\n'
         "assert first.id != second.id\n", 3),
    Work("keyed", {"k": 1, "c": 1}, 'made = customer("k", options={"idempotency_key": "literal"})\n'
         'customer("c")\nagain = customer("k", options={"idempotency_key": "literal"})\nassert made.id == again.id\n', 3),
    Work("loop", {f"n{number}": 1 for number in range(4)}, 'for number in range(4):\n    customer(f"n{number}")\n', 4),
    Work("mixed", {"p": 1, "q": 1, "r": 1, "s": 1, "t": 1},
         'made = customer("p")\nclient.v1.customers.retrieve(made.id)\n'
         'client.v1.products.create(params={"name": "Tea", "metadata": {"run": run, "step": "q"}})\n'
         'for step in "rst":\n    customer(step)\nprint(len(client.v1.customers.list(params={"limit": 3}).data))\n', 7),
)  # fmt: skip
APPROVED = Work("approved", {"u": 1, "v": 1}, 'customer("u")\ncustomer("v")\n', 5, "approve")
"""Each of its writes waits for a person, who always says yes."""

_COMMENTED = 'issue = repo.create_issue("Round", body=said("d"))\nissue.create_comment(said("e"))\n'
KEYLESS = (
    Work("issue", {"a": 1}, 'print(repo.create_issue("Round", body=said("a")).number)\n', 2, api="github"),
    Work("issues", {"same": 2, "c": 1}, 'first, second = (repo.create_issue("Oval", body=said("same")) for _ in range(2))\n'
         'assert first.number != second.number\nrepo.create_issue("Square", body=said("c"))\n', 4, api="github"),
    Work("comment", {"d": 1, "e": 1}, _COMMENTED, 3, api="github"),
    # GitHub tells of a label neither who made it nor when: nobody can find out, and the run ends as uncertain.
    Work("label", {"f": 1}, 'repo.create_label(run, "00ff00", said("f"))\n', 2, api="github"),
    Work("asked", {"d": 1, "e": 1}, _COMMENTED, 6, "approve", api="github"),
)  # fmt: skip
"""For an API that knows no effect ids: an uncertain write is asked after, and never sent again."""
TASK = Work("task", {"named": 1})
TURN = Work("turn", {"named": 1}, session=True)
