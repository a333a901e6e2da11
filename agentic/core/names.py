"""The names of things: AWS resources of a stack, S3 keys, identifiers. One home, so that no layer spells them twice."""

import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime

PROJECT = "agentic-api-developer"

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
    def runs_table(self) -> str:
        return f"{self.prefix}-runs"

    def gateway(self, agent: str) -> str:
        """At most 48 characters, letters, digits and hyphens (reference: botocore, CreateGateway)."""
        return f"aad-{self.environment}-{agent}"

    def harness(self, agent: str, random: str) -> str:
        """At most 40 characters, no hyphens; unique, because names of deleted harnesses stay reserved for a while."""
        return f"aad_{self.environment.replace('-', '_')}_{agent}_{random}"


def function_name(prefix: str, function: str, api: str = "") -> str:
    """A function's name in the stack whose `StackNames.prefix` is given."""
    return "-".join(part for part in (prefix, function.replace("_", "-"), api.replace("_", "-")) if part)


def new_run_id() -> str:
    """`run_` and 16 lower-case hex digits."""
    return f"run_{secrets.token_hex(8)}"


def new_handle(run_id: str) -> str:
    """What an agent carries for a run: the run's id and 128 random bits, which the record keeps only as a hash."""
    return f"{run_id}.{secrets.token_urlsafe(16)}"


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
