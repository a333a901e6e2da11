"""The settings of a stack, each declared once: its key, type, default and help. Everything else is derived from here.

A setting is `agentic:<key>` in `Pulumi.<stack>.yaml`, `<key>` in a TOML file, and the field of the same name in Python
(dots become two underscores). `<api>.live_keys` exists once per enabled API. docs/settings.md is about all of it.
"""

import dataclasses
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Self

from agentic.core.errors import ConfigurationError
from agentic.core.key_forms import KeyForms, looks_like_key
from agentic.core.limits import NAMES, RunLimits
from agentic.core.setting import Setting, from_plain, from_text, to_text
from agentic.core.settings_reading import LIVE_KEYS, NAMESPACE, Reader, check, foreign, together

WALLS = ("process", "limits", "privileges", "files", "system-calls", "network")
"""The walls around a script, as the sandbox knows them (`agentic.sandbox.WALLS`)."""

SHARED, PER_API = "shared", "api"
"""What `variants` may be."""

APPROVE, REFUSE = "approve", "refuse"
"""What `repeated_writes` may be."""

OFF, IAM, JWT = "off", "iam", "jwt"
"""What `http` may be."""

_RUN = RunLimits()

HAIKU = "us.anthropic.claude-haiku-5-5"

_API = {"form": r"[a-z][a-z0-9_]{0,31}", "form_words": "a list of API plugins' names"}
_FAMILIES = {
    "form": r"[a-z][a-z0-9_]{0,31}\.\S{1,64}",
    "form_words": "a list of families of operations, each after its API and a dot, such as stripe.refunds",
}
_MODEL = {"form": r"[!-~]{1,2048}", "form_words": "the id or ARN of a model or inference profile, without blanks"}
_BUCKET_END = {
    # S3 keeps names that end in a certain way for itself (general purpose bucket naming rules).
    "form": r"(?!(?:.*-)?(?:s3alias|an)\Z)(?!.*-(?:ol|x|table)-s3\Z)(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)?",
    "form_words": "lower-case letters and digits, joined by hyphens, without an end that S3 keeps for itself",
}
# A plain connection only to this machine: the local cloud's tests have an issuer of their own there. AWS takes none.
_ISSUER = {
    "form": r"(?:https://[A-Za-z0-9.-]{1,253}(?::\d{1,5})?(?:/[!-~]{0,1024})?|http://127\.0\.0\.1:\d{1,5}(?:/[!-~]{0,1024})?)?",
    "form_words": "the https:// address of an OpenID Connect issuer",
}
_AUDIENCE = {"form": r"[!-~]{1,512}", "form_words": "a list of audiences or client ids, without blanks"}
_KMS_KEY = {
    "form": r"(?:arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/(?:mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}))?",
    "form_words": "the ARN of a KMS key, arn:…:kms:REGION:ACCOUNT:key/ID, not of an alias",
}


def _setting(default: Any, help_text: str, **rules: Any) -> Any:
    return field(default=default, metadata={"help": help_text, **rules})


class Described(NamedTuple):
    """A setting for docs and help texts: `allowed` in words, `default` as JSON."""

    key: str
    allowed: str
    default: str
    help: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One stack's settings. However they are made, every fault is in one `ConfigurationError`, also as its data `faults`."""

    agent_instances: int = _setting(
        1, "instances of each agent, among which the runs are spread; more only with backend harness", minimum=1, maximum=10
    )
    apis: tuple[str, ...] = _setting(("stripe",), "APIs that the stack offers, by plugin name", **_API)
    architecture: str = _setting("x86_64", "processor of the functions", choices=("x86_64", "arm64"))
    backend: str = _setting(
        "harness", "what drives the agents; classic needs an account with prior use", choices=("harness", "classic", "workflow")
    )
    bucket_suffix: str = _setting("", "end of the bucket's name; empty means the account id", **_BUCKET_END)
    caller_requests: int = _setting(600, "requests to the HTTP API that one caller may make in a minute", minimum=1)
    caller_runs: int = _setting(100, "submitted runs of one caller that may be unfinished", minimum=1, maximum=5_000)
    closed_families: tuple[str, ...] = _setting((), "families of operations that no script may use", **_FAMILIES)
    delete_artifacts_after_days: int = _setting(0, "days until scripts and logs expire; 0 keeps them")
    http: str = _setting(
        OFF, "the HTTP API: none (off), for AWS identities (iam), or for an issuer's tokens (jwt)", choices=(OFF, IAM, JWT)
    )
    http_burst: int = _setting(50, "requests that the HTTP API takes at once, from all callers", minimum=1, maximum=5_000)
    http_jwt_audience: tuple[str, ...] = _setting((), "audiences whose tokens the HTTP API takes, with http: jwt", **_AUDIENCE)
    http_jwt_issuer: str = _setting("", "issuer whose tokens the HTTP API takes, with http: jwt", **_ISSUER)
    http_rate: int = _setting(25, "requests a second that the HTTP API takes, from all callers", minimum=1, maximum=10_000)
    isolated: bool = _setting(True, "run code in a network without a way out (network endpoints cost money while idle)")
    kms_key: str = _setting(
        "", "ARN of the KMS key for secrets, bucket, table and dead letters; empty means AWS's own", **_KMS_KEY
    )
    lease_seconds: int = _setting(60, "seconds without a sign after which a worker counts as dead", minimum=4, maximum=600)
    live_keys: tuple[str, ...] = _setting((), "APIs whose live keys are accepted; set as <api>.live_keys: true", **_API)
    log_retention_days: int = _setting(7, "days that log groups keep their entries", minimum=1)
    model__executor: str = _setting(HAIKU, "model or inference profile of the executor agent", **_MODEL)
    model__generator: str = _setting(HAIKU, "model or inference profile of the generator agent", **_MODEL)
    model__orchestrator: str = _setting(HAIKU, "model or inference profile of the orchestrator agent", **_MODEL)
    notify: bool = _setting(False, "an SNS topic that is told of each run that is completed, failed or paused")
    open_families: tuple[str, ...] = _setting((), "families that their plugins keep closed, opened in this stack", **_FAMILIES)
    protect: bool = _setting(False, "keep bucket and secrets from being destroyed with the stack")
    python_runtime: str = _setting("python3.12", "runtime of the functions", choices=("python3.12", "python3.13", "python3.14"))
    queue_runs: int = _setting(10_000, "submitted runs that may wait in all", minimum=1, maximum=1_000_000)
    regenerations: int = _setting(2, "times that a run has its script written anew after it failed", maximum=5)
    repeated_writes: str = _setting(
        APPROVE,
        "what becomes of a write that an earlier script of the run has done: a person is asked, or it is refused",
        choices=(APPROVE, REFUSE),
    )
    reserved_concurrency: int = _setting(
        0, "executions reserved for each function (at least 2; new accounts have 10 in all); 0 reserves none"
    )
    run_calls: int = _setting(_RUN.calls, "API calls that one run may make", minimum=1, maximum=50_000)
    run_model_calls: int = _setting(_RUN.model_calls, "model calls that the agents of one run may make", minimum=1)
    run_output_bytes: int = _setting(
        _RUN.output_bytes, "bytes that a script may print to each of stdout and stderr; 64 KiB of them are kept", minimum=1
    )
    run_seconds: int = _setting(_RUN.seconds, "seconds that a script may take, each time it is executed", minimum=1)
    run_tokens: int = _setting(_RUN.tokens, "tokens, in and out, that the agents of one run may use", minimum=1)
    run_usd: float = _setting(_RUN.usd, "US dollars that the models of one run may cost, by list prices")
    # A run's record, of 400 KB at most, names each write that has left.
    run_writes: int = _setting(_RUN.writes, "calls of one run that change something", maximum=5_000)
    sandbox__require: tuple[str, ...] = _setting(
        WALLS, "walls without which no script runs; a shorter list is a weaker sandbox", choices=WALLS
    )
    tool_wait: float = _setting(25.0, "seconds a tool waits before it answers still_running", minimum=1)
    variants: str = _setting(
        SHARED,
        "one generator agent for all APIs (shared), or one for each with its prompt alone (api)",
        choices=(SHARED, PER_API),
    )
    # Lambda takes 2 to 1,000 for a queue's functions.
    workers: int = _setting(5, "submitted runs that are worked on at once", minimum=2, maximum=1_000)

    def __post_init__(self) -> None:
        """Settings that Python code made are checked like those of a file; Python's spelling of the keys is in the message."""
        faults: list[str] = []
        fine: dict[str, Any] = {}
        for setting in _declared(type(self)):
            value = getattr(self, setting.name)
            found = list(setting.faults(setting.name, value, ()))
            if not found and looks_like_key(value):
                found = [f"{setting.name} holds what looks like a key: keys never stand in settings"]
            faults += found
            if not found:
                fine[setting.name] = value
        check(
            [*faults, *together(fine, lambda key: key.replace(".", "__"))], [setting.name for setting in _declared(type(self))]
        )
        # In which order they were named says nothing.
        object.__setattr__(self, LIVE_KEYS, tuple(api for api in self.apis if api in self.live_keys))

    @classmethod
    def from_config(cls, config: Mapping[str, str], *, encrypted: Collection[str] = (), key_forms: KeyForms = ()) -> Self:
        """Settings from texts as Pulumi keeps them (`agentic:` already removed). Raises `ConfigurationError`.

        `encrypted` are the keys whose values the stack keeps encrypted: no setting is a secret, and what is one is not shown.
        `key_forms` are the forms of the plugins' keys (`agentic.core.key_forms.key_forms`).
        """
        return cls(**_of_config(_declared(cls), encrypted, key_forms).read(config))

    @classmethod
    def from_stack(cls, config: Mapping[str, str], *, encrypted: Collection[str] = (), key_forms: KeyForms = ()) -> Self:
        """Like `from_config`, from a stack's whole configuration by full key ("agentic:apis", "aws:region").

        An API's key that stands in it in plain text, whatever it is for, is a fault too.
        """
        declared = _declared(cls)
        own = {key.removeprefix(NAMESPACE) for key in encrypted if key.startswith(NAMESPACE)}
        outside = foreign(config, encrypted, key_forms, [setting.key for setting in declared])
        return cls(**_of_config(declared, own, key_forms).read(own_settings(config), outside))

    @classmethod
    def from_values(cls, values: Mapping[str, Any], *, key_forms: KeyForms = ()) -> Self:
        """Settings from typed values by key, such as `{"run_seconds": 60, "stripe.live_keys": True}`; lists as lists."""
        return cls(**Reader(_declared(cls), str, from_plain, key_forms=key_forms).read(values))

    @classmethod
    def from_toml(cls, path: Path | str, *, key_forms: KeyForms = ()) -> Self:
        """Settings from a TOML file: keys without `agentic:`, a dot in a key as a table (`[model]`, `orchestrator = "…"`).

        Raises `ConfigurationError` for a file that is missing, no TOML (with the line) or has faults, `StorageError` for one
        that cannot be read.
        """
        from agentic.core.settings_file import read_toml

        try:
            return cls.from_values(read_toml(Path(path)), key_forms=key_forms)
        except ConfigurationError as error:
            if "faults" not in error.data:
                raise
            raise ConfigurationError(f"{path}: {error.message}", hint=error.hint, **error.data) from None

    @property
    def run_limits(self) -> RunLimits:
        """The budgets of a run in this stack."""
        return RunLimits.of({name: getattr(self, f"run_{name}") for name in NAMES})

    def to_config(self) -> dict[str, str]:
        """Every setting as the text that Pulumi keeps, by key without `agentic:`; `from_config` reads it back.

        Defaults are written too, so that they overwrite what a stack had before.
        """
        plain = [setting for setting in _declared(type(self)) if setting.name != LIVE_KEYS]
        texts = {setting.key: to_text(getattr(self, setting.name)) for setting in plain}
        return texts | {f"{api}.{LIVE_KEYS}": to_text(api in self.live_keys) for api in self.apis}

    @classmethod
    def describe(cls) -> list[tuple[str, str, str]]:
        """Each setting as (key, default, help), for docs and help texts."""
        return [(item.key, item.default, item.help) for item in cls.described()]

    @classmethod
    def described(cls) -> list[Described]:
        """Each setting with what may be given."""
        return [
            Described(f"<api>.{LIVE_KEYS}", "true or false", json.dumps(setting.default), setting.help)
            if setting.name == LIVE_KEYS
            else Described(setting.key, setting.allowed, json.dumps(setting.default), setting.help)
            for setting in _declared(cls)
        ]


def own_settings(config: Mapping[str, str]) -> dict[str, str]:
    """This project's settings among a stack's configuration ("agentic:apis", "aws:region"), without their `agentic:`."""
    return {key.removeprefix(NAMESPACE): text for key, text in config.items() if key.startswith(NAMESPACE)}


def _declared(settings: type[Settings]) -> tuple[Setting, ...]:
    return tuple(Setting(name=item.name, default=item.default, **item.metadata) for item in dataclasses.fields(settings))


def _of_config(declared: tuple[Setting, ...], encrypted: Collection[str], key_forms: KeyForms) -> Reader:
    return Reader(declared, lambda key: f"{NAMESPACE}{key}", from_text, encrypted, key_forms)
