"""What tests of repair share: a model that plays the agents on any backend and writes script after script; and scripts."""

import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from approving import state_of

from agentic import LocalCloud
from agentic.core.values import RunResult

sys.path.insert(0, str(Path(__file__).parent.parent / "models"))

from model_server import Call, ModelServer, Say, Turn

BACKENDS = ("harness", "classic", "workflow")
TASK = "Create a Stripe customer named Ada"

_HEAD = 'import os\nimport stripe\n\nstripe.api_key = os.environ["STRIPE_API_KEY"]\n'
_FAIL = 'stripe.Customer.retrieve("cus_nosuchcustomer")\n'
BROKEN = "import os\n\n\n\nprint((\n"
CREATES = f'{_HEAD}print("Created", stripe.Customer.create(name="Ada").id)\n'
FAILS = f"{_HEAD}{_FAIL}"
CREATES_AND_FAILS = f"{CREATES}{_FAIL}"
READS = f'{_HEAD}print("Known:", [customer.name for customer in stripe.Customer.list(limit=1)])\n'
CREATES_ANOTHER = f'{_HEAD}print("Created", stripe.Customer.create(name="Bob").id)\n'

Play = Callable[[int], Turn | None]


class Agents(ModelServer):
    """Plays the agents as their prompts say; the generator's conversations write `scripts`, one after the other.

    `told` are the messages that the generator was asked with. `play` may answer for it instead, by the number of the script.
    """

    def __init__(self, scripts: Sequence[str], play: Play = lambda number: None) -> None:
        super().__init__([Say("unused")])
        self.told: list[str] = []
        self._scripts = scripts
        self._play = play

    def next_turn(self) -> Turn:
        request = self.requests[-1]
        tools = {tool["function"]["name"].rpartition("___")[2]: tool["function"]["name"] for tool in request["tools"]}
        messages = [message for message in request["messages"] if message["role"] != "system"]
        results = [_text(message) for message in messages if message["role"] == "tool"]
        asked = _text(messages[0])
        handle = re.search(r"run_[0-9a-f]{16}\.[\w-]{22}", asked)
        arguments: dict[str, Any] = {"handle": handle[0] if handle else ""}
        if "generate_code" in tools:
            return self._generator(tools["generate_code"], arguments, asked, results)
        if "execute_code" in tools:
            return _executor(tools, {**arguments, "code_key": _key(asked)}, results)
        return _orchestrator(tools, arguments, results)

    def _generator(self, tool: str, arguments: dict[str, Any], asked: str, results: Sequence[str]) -> Turn:
        if results:
            return Say("stored")
        self.told.append(asked)
        number = len(self.told) - 1
        return self._play(number) or Call(tool, {**arguments, "code": self._scripts[min(number, len(self._scripts) - 1)]})

    @property
    def credentials(self) -> dict[str, str]:
        return {"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": f"{self.url}/v1"}


def _orchestrator(tools: dict[str, str], arguments: dict[str, Any], results: Sequence[str]) -> Turn:
    found = re.search(r'status\\*"?: ?\\*"?(\w+)', results[-1]) if results else None
    status = "repair" if not results else found[1] if found else "broken off"
    key = next(filter(None, map(_key, reversed(results))), "")
    match status:
        case "repair":
            return Call(tools["invoke_generator"], arguments)
        case "done":
            return Call(tools["invoke_executor"], {**arguments, "code_key": key})
        case "still_running":
            step = "invoke_executor" if any("done" in result for result in results) else "invoke_generator"
            return Call(tools[step], {**arguments, "code_key": key} if step == "invoke_executor" else arguments)
        case _:
            return Say("That is how it ended.")


def _executor(tools: dict[str, str], arguments: dict[str, Any], results: Sequence[str]) -> Turn:
    if not results:
        return Call(tools["validate_code"], arguments)
    if len(results) == 1 and re.search(r'valid\\*"?: ?\\*"?true', results[0]):
        return Call(tools["execute_code"], arguments)
    return Say("That is how it ended.")


def _key(text: str) -> str:
    found = re.search(r"generated/stripe/[\w.]+\.py", text)
    return found[0] if found else ""


def _text(message: dict[str, Any]) -> str:
    content = message["content"]
    return content if isinstance(content, str) else "".join(str(part.get("text", "")) for part in content)


@contextmanager
def backend_cloud(folder: Path, backend: str, **config: str) -> Iterator[LocalCloud]:
    settings = {f"agentic:{name}": value for name, value in config.items()}
    with LocalCloud(folder, config={"agentic:backend": backend, "agentic:apis": '["stripe"]', **settings}) as cloud:
        yield cloud


def carry_out(cloud: LocalCloud, agents: Agents, **fields: Any) -> RunResult:
    """A run whose model is `agents`, which are listening."""
    asked = cloud.request({"task": TASK, "api": "stripe", "model": "openai:test", **fields})
    return cloud.carry_out(asked, credentials=agents.credentials)


def customers(cloud: LocalCloud) -> list[str]:
    """The names of the customers that the fake has."""
    texts = [text for key, text in state_of(cloud, "stripe").items() if key.startswith("customer/")]
    return sorted(str(json.loads(text).get("name")) for text in texts)


def happened(message: str) -> list[dict[str, str]]:
    """What a generator's message tells of the script before, read as the block that it is."""
    block = message.partition("<what-happened>\n")[2].partition("\n</what-happened>")[0]
    return [json.loads(line) for line in block.split("\n")]
