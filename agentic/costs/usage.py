"""What one ordinary run uses: one script, valid at once, two API calls. Assumptions, but for what says that it was counted.

Nothing here was measured on AWS. Characters of prompts are counted (a test counts again); four characters per token is
a rule of thumb, and the harness may add text of its own.
"""

from dataclasses import dataclass

HOURS_PER_MONTH = 730
CHARACTERS_PER_TOKEN = 4


@dataclass(frozen=True, slots=True)
class AgentWork:
    """`characters`: prompt and tool descriptions, sent again in each of `turns` model calls (counted).

    `message`, `answer` and `result` are tokens: what the agent is asked, what it says in a turn, what a tool answers.
    `active` and `idle` are seconds of its session.
    """

    characters: int
    turns: int
    message: int
    answer: int
    result: int
    active: float
    idle: float

    def input_tokens(self, more_characters: int = 0) -> float:
        """Each turn sends everything before it again."""
        start = (self.characters + more_characters) / CHARACTERS_PER_TOKEN + self.message
        return self.turns * start + (self.answer + self.result) * self.turns * (self.turns - 1) / 2

    @property
    def output_tokens(self) -> float:
        return self.turns * self.answer


AGENTS = {
    # Two tools, one of them asked again because it was still running, and the sentence for the person.
    "orchestrator": AgentWork(1936, turns=4, message=80, answer=60, result=150, active=45, idle=900),
    "generator": AgentWork(1865, turns=2, message=80, answer=250, result=60, active=15, idle=60),
    "executor": AgentWork(1513, turns=3, message=60, answer=60, result=150, active=20, idle=60),
}
PROMPT_CHARACTERS_PER_API = 4451
"""What an API adds to the generator's prompt: its rules and four examples (counted for Stripe)."""

THINKING_TOKENS_PER_TURN = 200
RUNTIME_GB = 1.0
RUNTIME_CPU_SHARE = 0.2
"""Share of a vCPU while a session is active; waiting for the model uses none."""

GATEWAY_CALLS = 9
"""Six tool calls, and the list of tools once in each of three sessions."""

FUNCTION_MB = {
    "invoke_generator": 512,
    "invoke_executor": 512,
    "generate_code": 1024,
    "validate_code": 512,
    "execute_code": 1024,
    "run_code": 1024,
    "call_api": 512,
    "worker": 512,
    "sweep": 512,
}
"""Sizes as the topology sets them (a test compares)."""

PER_API = ("run_code", "call_api")


@dataclass(frozen=True, slots=True)
class FunctionWork:
    """How often a function is called in a run, and the seconds of all those calls together."""

    calls: int
    seconds: float


TOOLS = {
    "generate_code": FunctionWork(1, 0.3),
    "validate_code": FunctionWork(1, 0.5),
    "execute_code": FunctionWork(1, 5.0),
    "run_code": FunctionWork(1, 4.0),
    "call_api": FunctionWork(2, 1.4),
}
# Each once for the waiting tool call and once for the work; one more call of invoke_executor, which was still running.
DELEGATION = {"invoke_generator": FunctionWork(2, 30.0), "invoke_executor": FunctionWork(3, 45.0)}
SWEEPS = 43_800
"""One each minute of a month."""
QUEUE = {"sweep": FunctionWork(SWEEPS, SWEEPS * 0.3), "worker": FunctionWork(1, 60.0)}
"""The sweep's work is a month's, the worker's a submitted run's: it waits for the agents, as a command does otherwise."""
# The state machine calls the model itself; generate_code begins the step and stores its answer.
WORKFLOW_GENERATION = FunctionWork(2, 0.6)
WORKFLOW_TRANSITIONS = 10
"""Eight states, and the start, which is counted too."""

WRITE_UNITS = 100
READ_UNITS = 150
OBJECTS_PUT = 2
OBJECTS_GOT = 3
OBJECT_GB = 10e3 / 1e9
LOG_GB = 50e3 / 1e9
SECRET_READS = 1
KMS_CALLS = 10

# The isolated network: one interface endpoint (Lambda), so that run_code reaches call_api and nothing else.
ENDPOINTS = 1
# A protected stack outlives the failure of a zone.
ZONES, ZONES_PROTECTED = 1, 2
ENDPOINT_GB = 0.5e6 / 1e9
DNS_DOMAINS = 2
DNS_QUERIES = 20
