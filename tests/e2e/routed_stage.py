"""A stack with three APIs for runs that name none, and a model that is scripted: what such runs are tested with."""

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

from agentic import LocalCloud
from agentic.core.values import RunResult

sys.path.insert(0, str(Path(__file__).parent.parent / "models"))

from model_server import Call, ModelServer, Say as Say, Turn

APIS = '["stripe", "github", "openweather"]'
TASKS = {
    "stripe": "Create a customer named Alice",
    "github": "List the open issues of acme/widgets",
    "openweather": "What is the weather in Berlin?",
}
# It speaks of two APIs.
UNCLEAR = "List the invoices and the issues"
NOTHING = "Launch a rocket"
SCRIPTS = {
    "stripe": (
        'import os\nimport stripe\n\nstripe.api_key = os.environ["STRIPE_API_KEY"]\nprint(stripe.Balance.retrieve().object)\n'
    ),
    "github": (
        'import os\nimport requests\n\nheaders = {"Authorization": "Bearer " + os.environ["GITHUB_TOKEN"]}\n'
        'print(requests.get("https://api.github.com/user", headers=headers, timeout=20).status_code)\n'
    ),
}
_PROMPTS = {"stripe": "## API stripe", "github": "## API github", "openweather": "## API openweather"}


class Cast(ModelServer):
    """Plays the agents of a stack by what they are offered. `choose` gives what the orchestrator passes as api, by its turn.

    `chosen` are the answers that these calls got; `prompts` what generators were told of APIs.
    """

    def __init__(self, choose: Callable[[int], Turn | str | None], script: str = SCRIPTS["stripe"]) -> None:
        super().__init__([Say("unused")])
        self._choose, self._script = choose, script
        self._turns = 0
        self.prompts: list[set[str]] = []

    def next_turn(self) -> Turn:
        request = self.requests[-1]
        tools = {tool["function"]["name"].rpartition("___")[2]: tool["function"]["name"] for tool in request["tools"]}
        said = json.dumps(request["messages"][1:])
        handle = re.findall(r"run_[0-9a-f]{16}\.[\w-]{22}", said)[0]
        keys = re.findall(r"generated/\w+/[\w.]+\.py", said)
        if "invoke_generator" in tools:
            return self._orchestrator(tools, handle, keys, said)
        if "generate_code" in tools:
            system = json.dumps(request["messages"][0])
            self.prompts.append({api for api, head in _PROMPTS.items() if head in system})
            return Say("stored") if keys else Call(tools["generate_code"], {"handle": handle, "code": self._script})
        called = {"handle": handle, "code_key": keys[0]}
        if "findings" not in said:
            return Call(tools["validate_code"], called)
        return Say("done") if "stdout" in said else Call(tools["execute_code"], called)

    def _orchestrator(self, tools: dict[str, str], handle: str, keys: list[str], said: str) -> Turn:
        chosen = self._choose(self._turns)
        self._turns += 1
        if isinstance(chosen, Say | Call):
            return chosen
        if chosen is not None:
            return Call(tools["invoke_generator"], {"handle": handle, "api": chosen})
        if not keys:
            return Call(tools["invoke_generator"], {"handle": handle})
        called = {"handle": handle, "code_key": keys[0]}
        return Say("All done.") if "api_calls" in said else Call(tools["invoke_executor"], called)


def play(cloud: LocalCloud, cast: Cast, task: str, api: str = "") -> RunResult:
    with cast:
        credentials = {"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": f"{cast.url}/v1"}
        asked = cloud.request({"task": task, "api": api, "model": "openai:test"})
        return cloud.carry_out(asked, credentials=credentials)
