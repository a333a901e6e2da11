"""The names of things: AWS resources of a stack, S3 keys, identifiers. One home, so that no layer spells them twice."""

import base64
import hmac
import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime

PROJECT = "agentic-api-developer"

RUN_ID_LENGTH = 20
"""Characters of a run's id."""

_LONGEST_ROLE = 64
_KEY_WORDS = 6
_KEY_LENGTH = 48


@dataclass(frozen=True, slots=True)
class StackNames:
    """The names of one stack's resources (DESIGN, section 8). `environment` is the stack's name, such as `dev`."""

    environment: str

    @property
    def prefix(self) -> str:
        return f"{PROJECT}-{self.environment}"

    def bucket(self, suffix: str) -> str:
        return f"{self.prefix}-code-storage-{suffix}"

    def secret(self, api: str) -> str:
        middle = "" if self.environment == "dev" else f"{self.environment}/"
        return f"{PROJECT}/{middle}{api}/test-key"

    def function(self, function: str, api: str = "") -> str:
        """`function` is the tool's name (`execute_code`); `api` is given for the functions that exist once per API."""
        return function_name(self.prefix, function, api)

    def function_log_group(self, function: str, api: str = "") -> str:
        return f"/aws/lambda/{self.function(function, api)}"

    def agent_log_group(self, agent: str) -> str:
        return f"/aws/bedrock/agents/{self.prefix}-{agent}"

    @property
    def workflow(self) -> str:
        """The state machine's name: at most 80 characters (reference: botocore, CreateStateMachine)."""
        return f"{self.prefix}-workflow"

    @property
    def runs_table(self) -> str:
        return f"{self.prefix}-runs"

    @property
    def dead_letters(self) -> str:
        return f"{self.prefix}-dead-letters"

    @property
    def run_queue(self) -> str:
        """The queue of submitted runs."""
        return f"{self.prefix}-run-queue"

    @property
    def run_queue_dead(self) -> str:
        """What the queue of submitted runs has given up."""
        return f"{self.run_queue}-dead"

    @property
    def sweep_schedule(self) -> str:
        """At most 64 characters, as its role too (reference: botocore, CreateSchedule)."""
        return f"{self.prefix}-sweep-schedule"

    @property
    def notifications(self) -> str:
        """The SNS topic of runs that have ended or wait."""
        return f"{self.prefix}-notifications"

    @property
    def http_api(self) -> str:
        """The name of the API in API Gateway: at most 128 characters."""
        return f"{self.prefix}-http"

    @property
    def http_log_group(self) -> str:
        """Groups of this beginning need no resource policy of their own to be delivered to ("vended logs")."""
        return f"/aws/vendedlogs/{self.prefix}-http"

    def network(self, part: str) -> str:
        """A part of the isolated network: a security group, a list of domains, …"""
        return f"{self.prefix}-{part}"

    def gateway(self, agent: str) -> str:
        """At most 48 characters, letters, digits and hyphens (reference: botocore, CreateGateway)."""
        return f"aad-{self.environment}-{agent}"

    def bedrock_agent(self, agent: str) -> str:
        """At most 100 characters, letters, digits, hyphens and underscores (reference: botocore, CreateAgent)."""
        return f"aad-{self.environment}-{agent}"

    def bedrock_agent_role(self, agent: str) -> str:
        """At most 64 characters. Its beginning is a convention that some accounts' policies go by; AWS asks for it no more."""
        conventional = f"AmazonBedrockExecutionRoleForAgents_{self.bedrock_agent(agent)}"
        return conventional if len(conventional) <= _LONGEST_ROLE else f"{self.prefix}-{agent}-agent"

    def harness(self, agent: str, random: str) -> str:
        """At most 40 characters, no hyphens; unique, because names of deleted harnesses stay reserved for a while."""
        return f"aad_{self.environment.replace('-', '_')}_{agent.replace('-', '_')}_{random}"


def is_stack_name(text: str) -> bool:
    """Whether the names of a stack's resources may have `text` in them."""
    return bool(re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", text))


def stack_of_secret(name: str, api: str) -> str:
    """The stack whose `StackNames.secret(api)` is `name`; empty for a name that no stack gives."""
    parts = name.removeprefix(f"{PROJECT}/").removesuffix(f"{api}/test-key").split("/")
    stack = (parts[0] or "dev") if len(parts) <= 2 else ""
    return stack if StackNames(stack).secret(api) == name else ""


def function_name(prefix: str, function: str, api: str = "") -> str:
    """A function's name in the stack whose `StackNames.prefix` is given."""
    return "-".join(part for part in (prefix, function.replace("_", "-"), api.replace("_", "-")) if part)


def new_run_id() -> str:
    """`run_` and 16 lower-case hex digits."""
    return f"run_{secrets.token_hex(8)}"


def new_handle(run_id: str) -> str:
    """What an agent carries for a run: the run's id and 128 random bits, which the record keeps only as a hash."""
    return f"{run_id}.{secrets.token_urlsafe(16)}"


def derived_handle(handle: str, purpose: str) -> str:
    """A handle of the same run for one purpose: the same for the same two, and no way back from it to `handle`.

    For who may have to ask again without having kept the answer; the record keeps its hash like that of any handle.
    """
    tag = hmac.digest(handle.encode("utf-8", "surrogatepass"), purpose.encode(), "sha256")[:16]
    return f"{run_of(handle)}.{base64.urlsafe_b64encode(tag).decode().rstrip('=')}"


def new_grant(run_id: str) -> str:
    """What an attempt's calls carry: the run's id and 256 random bits, which the record keeps only as a hash."""
    return f"{run_id}.{secrets.token_urlsafe(32)}"


def run_of(bearer: str) -> str:
    """The run id in a handle or a grant; empty when it has none. Proves nothing: the hash in the record does."""
    run_id, dot, _ = bearer.partition(".")
    return run_id if dot and re.fullmatch(r"run_[0-9a-f]{16}", run_id) else ""


def task_words(task: str) -> str:
    """The first words of a task as they stand in an S3 key: ASCII letters and digits, joined by underscores."""
    folded = unicodedata.normalize("NFKD", task).encode("ascii", "ignore").decode()
    words = re.findall(r"[A-Za-z0-9]+", folded)[:_KEY_WORDS]
    return "_".join(words)[:_KEY_LENGTH].rstrip("_") or "task"


def script_key(api: str, task: str, at: datetime, suffix: str = "") -> str:
    """`generated/<api>/<Task_words>_<YYYYMMDD>_<HHMMSS>.py`; `suffix` is set after a clash."""
    tail = f"_{suffix}" if suffix else ""
    return f"generated/{api}/{task_words(task)}_{at:%Y%m%d_%H%M%S}{tail}.py"


def execution_key(api: str, status: str, at: datetime, run_id: str) -> str:
    """`executions/<api>/<status>_<YYYYMMDD>_<HHMMSS>_<run>.json`"""
    return f"executions/{api}/{status}_{at:%Y%m%d_%H%M%S}_{run_id}.json"
