"""`ApiSpec`: everything an API plugin says about its API, as plain frozen data.

Being data, a spec can be frozen into a zip at build time, so that only the functions of that API import the plugin's
code. Code is named by reference ("package.module:name") and imported only where it runs.
"""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self, cast

from agentic.core.errors import PluginError
from agentic.core.host_names import covering
from agentic.core.rates import Rate

SURFACE_VERSION = 1

READ_METHODS = frozenset({"GET", "HEAD"})


class CredentialKind(StrEnum):
    """Where the broker puts the secret into a request."""

    HEADER = "header"
    BASIC = "basic"
    QUERY = "query"
    PATH = "path"
    SIGN = "sign"


@dataclass(frozen=True, slots=True)
class Credential:
    """How one host is authenticated. `template` fields in braces name fields of the secret.

    header: `name` is the header, `template` its value ("Bearer {api_key}").
    basic: `template` is "user:password" ("{api_key}:").
    query: `name` is the parameter, compared without case; `template` its value.
    path: `name` is the placeholder in an operation's path ("token" in "/bot{token}/send") that `template` fills, whatever the
    script wrote there.
    sign: `template` is "module:callable", which gets the canonical request and the secret's fields.
    """

    kind: CredentialKind
    template: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing the API can do. What is not declared is refused.

    `path` is matched segment by segment after normalisation: "{id}" stands for exactly one non-empty segment, "{path...}", a
    segment of its own, for one or more.
    `write` is None for the rule that anything but GET and HEAD writes. A body with one of `refused_fields`
    (dotted names, as in form or JSON bodies) is refused. `allowed_values`: fields that must be there, once and under that
    very name, with one of the values.
    """

    method: str
    path: str
    family: str
    write: bool | None = None
    refused_fields: tuple[str, ...] = ()
    allowed_values: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def writes(self) -> bool:
        return self.method not in READ_METHODS if self.write is None else self.write


@dataclass(frozen=True, slots=True)
class Host:
    """A host that generated code may reach (through the broker, over https on port 443), and what it may do there.

    `name` may be a pattern: "*.example.com" is every host with exactly one label before ".example.com" (never
    "example.com" itself). Its credential goes to whatever host fits, so every such name must be the API's own.
    """

    name: str
    operations: tuple[Operation, ...]
    credential: Credential | None = None


@dataclass(frozen=True, slots=True)
class Sdk:
    """The API's Python SDK. `warm_up` and `bootstrap` are "module:callable" references without arguments.

    `modules` are the top-level packages a script may import because of this API. `warm_up` imports and touches what
    scripts use, once, in the zygote. `bootstrap` runs in each sandbox before the script (settings an SDK needs there).
    `additions` are the dotted names that these two add to the SDK ("acme.error", "acme.Thing.get"): the validator, which
    knows the SDK by its source, then lets scripts use them. `refused` are dotted names of the SDK that scripts may not use,
    each with the reason and what to use instead ("stripe.Payout", "payouts are not available"). `lock` names the file in the
    plugin's package that pins the SDK and what it needs, with hashes ("agentic_api_acme:requirements.lock"): functions
    take nothing that neither it nor this project pins.
    """

    requirement: str
    modules: tuple[str, ...]
    warm_up: str = ""
    bootstrap: str = ""
    additions: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    lock: str = ""


@dataclass(frozen=True, slots=True)
class KeyCheck:
    """A request that tells whether a key is valid: a GET of one of the host's operations that only reads.

    `host` is a whole name, also where a pattern covers it; `path` may have a query. 2xx: valid; 401 or 403: not.
    `live_field` names a boolean in a JSON answer ("livemode") that says whether it is a live key; `valid_field` one that is
    true only for a valid key, for APIs whose errors are 200 as well ("ok").
    """

    host: str
    path: str
    live_field: str = ""
    valid_field: str = ""


@dataclass(frozen=True, slots=True)
class SecretField:
    """One field of the API's secret. A value that matches `test_pattern` is a test key; `live_pattern` a live one.

    `environment` are the names under which scripts look for it; they find `placeholder`. `fake_value` is what the
    local cloud keeps as the secret for the fake, with "{random}" replaced once per state folder.
    """

    name: str
    title: str
    environment: tuple[str, ...]
    placeholder: str
    fake_value: str = "fake_{random}"
    test_pattern: str = ""
    live_pattern: str = ""


class ParameterKind(StrEnum):
    """What a recipe's parameter is, hence how it is found in a task's words."""

    NAME = "name"
    TEXT = "text"
    EMAIL = "email"
    AMOUNT = "amount"
    CURRENCY = "currency"
    INTERVAL = "interval"
    ID = "id"
    INTEGER = "integer"
    PERCENT = "percent"
    WORD = "word"
    # "owner/name".
    REPOSITORY = "repository"
    # A person's or organisation's account name, with or without "@".
    LOGIN = "login"
    # A town or region as people write it, with what tells it apart: "Berlin", "Springfield, Illinois", "São Paulo, BR".
    PLACE = "place"
    # A pair of decimal degrees in the task; one parameter takes each half.
    LATITUDE = "latitude"
    LONGITUDE = "longitude"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A constant at the top of a recipe's script that the task's words may set.

    `name` is the constant's name in the script. AMOUNT is an integer in the currency's smallest unit. `pattern`: for
    ID, the prefix ("cus_"); for WORD, the words allowed, split by "|"; for INTEGER and TEXT, a cue word before or
    after it, split by "|". A required parameter that the task lacks makes the tool ask; else the script's value stands.
    """

    name: str
    kind: ParameterKind
    required: bool = False
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class Recipe:
    """A task with a script known to work: the offline model's knowledge and the real models' examples.

    `words` are groups; a task fits when each group has one of its words ("create|add|new", "customer").
    A task with one of `unless` does not fit. `script` is a complete script whose upper-case constants are `parameters`.
    """

    name: str
    task: str
    words: tuple[str, ...]
    script: str
    parameters: tuple[Parameter, ...] = ()
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """The API's own error shape for a request the broker refuses; `{message}` in `body` is replaced (JSON-escaped)."""

    status: int = 403
    content_type: str = "application/json"
    body: str = '{{"error": {{"message": "{message}"}}}}'


@dataclass(frozen=True, slots=True)
class ApiSpec:
    """An API plugin's whole contribution. See docs/plugins.md for each part, with examples.

    `placeholders` are further names that scripts may ask the environment for, each with the value they find: nothing
    real stands behind them (a webhook's signing secret, say, which only the person's own server has).
    `closed` families of operations are refused unless a stack opens them (`agentic:open_families`). `refused` operations stay
    refused whatever a stack opens; a path there may end in "/**": it and everything below. So is a request with one of the
    `refused_headers`; `dropped_headers` are left out of what is sent.
    `idempotency_header` is the API's own mechanism, for writes by `idempotency_methods`. `counted_headers` are further request
    headers that it acts on, such as its version. `settle` ("module:callable") finds out whether a write without an answer was
    done: `(lost, get) -> HttpResponse | None`, of a `LostWrite`; `get(url)` asks the API with the key. None when that cannot be
    told. `test_cards` are card numbers that no bank has issued: any other one in a write is refused.
    `rates` are the API's limits on requests, which all runs with one key share; none for an API that tells no limits.
    """

    name: str
    title: str
    sdk: Sdk
    hosts: tuple[Host, ...]
    secrets: tuple[SecretField, ...]
    prompt: str
    recipes: tuple[Recipe, ...] = ()
    fake: str = ""
    words: tuple[str, ...] = ()
    refused: tuple[Operation, ...] = ()
    refused_headers: tuple[str, ...] = ()
    dropped_headers: tuple[str, ...] = ()
    scrubbed_fields: tuple[str, ...] = ()
    idempotency_header: str = ""
    idempotency_methods: tuple[str, ...] = ("POST",)
    counted_headers: tuple[str, ...] = ()
    settle: str = ""
    test_cards: tuple[str, ...] = ()
    rates: tuple[Rate, ...] = ()
    placeholders: tuple[tuple[str, str], ...] = ()
    refusal: Refusal = field(default_factory=Refusal)
    key_check: KeyCheck | None = None
    closed: tuple[str, ...] = ()
    surface_version: int = SURFACE_VERSION

    def __post_init__(self) -> None:
        # Here, not at the top: it knows all of this module.
        from agentic.core.spec_faults import faults_of

        if faults := faults_of(self):
            raise PluginError(f"API plugin {self.name!r}: {'; '.join(faults)}", hint="see docs/plugins.md")

    @property
    def families(self) -> frozenset[str]:
        """The families of all operations, open and closed."""
        return frozenset(operation.family for host in self.hosts for operation in host.operations)

    def with_families(self, opened: Iterable[str], closed: Iterable[str]) -> Self:
        """The spec as a stack has it that opens and closes these families. Raises `PluginError` for closing one it has not."""
        still = (set(self.closed) - set(opened)) | set(closed)
        return dataclasses.replace(self, closed=tuple(sorted(still)))

    @property
    def environment(self) -> dict[str, str]:
        """What the sandbox's environment holds for this API: names to placeholders, never a key."""
        return {name: secret.placeholder for secret in self.secrets for name in secret.environment} | dict(self.placeholders)

    def host(self, name: str) -> Host | None:
        """What this API may do at the host `name`, under that very name; None if it declares no such host.

        A host's own declaration comes before a pattern that it fits.
        """
        by_name = {host.name: host for host in self.hosts}
        found = covering(by_name, name)
        return None if found is None else dataclasses.replace(by_name[found], name=name)

    def to_data(self) -> dict[str, Any]:
        """The spec as JSON types, for freezing into a zip."""
        return dataclasses.asdict(self)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of `to_data` after a trip through JSON."""
        fields: dict[str, Any] = {
            **data,
            "sdk": _sdk(data["sdk"]),
            "hosts": tuple(_host(host) for host in data["hosts"]),
            "secrets": tuple(SecretField(**_tuples(secret)) for secret in data["secrets"]),
            "recipes": tuple(_recipe(recipe) for recipe in data["recipes"]),
            "refused": tuple(_operation(operation) for operation in data["refused"]),
            "refusal": Refusal(**data["refusal"]),
            "key_check": KeyCheck(**data["key_check"]) if data["key_check"] else None,
            "words": tuple(data["words"]),
            "closed": tuple(data["closed"]),
            "placeholders": tuple((str(name), str(value)) for name, value in data["placeholders"]),
            "refused_headers": tuple(data["refused_headers"]),
            "dropped_headers": tuple(data["dropped_headers"]),
            "idempotency_methods": tuple(data["idempotency_methods"]),
            "counted_headers": tuple(data["counted_headers"]),
            "test_cards": tuple(data["test_cards"]),
            "rates": tuple(Rate.from_data(rate) for rate in data["rates"]),
            "scrubbed_fields": tuple(data["scrubbed_fields"]),
        }
        return cls(**fields)


def _tuples(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(cast("list[Any]", value)) if isinstance(value, list) else value for key, value in data.items()}


def _sdk(data: Mapping[str, Any]) -> Sdk:
    fields: dict[str, Any] = {**_tuples(data), "refused": tuple((str(name), str(reason)) for name, reason in data["refused"])}
    return Sdk(**fields)


def _operation(data: Mapping[str, Any]) -> Operation:
    values = tuple((str(name), tuple(str(value) for value in values)) for name, values in data["allowed_values"])
    fields: dict[str, Any] = {**_tuples(data), "allowed_values": values}
    return Operation(**fields)


def _host(data: Mapping[str, Any]) -> Host:
    credential = data["credential"]
    return Host(
        data["name"],
        tuple(_operation(operation) for operation in data["operations"]),
        Credential(CredentialKind(credential["kind"]), credential["template"], credential["name"]) if credential else None,
    )


def _recipe(data: Mapping[str, Any]) -> Recipe:
    parameters = tuple(
        Parameter(item["name"], ParameterKind(item["kind"]), item["required"], item["pattern"]) for item in data["parameters"]
    )
    fields: dict[str, Any] = {**_tuples(data), "parameters": parameters}
    return Recipe(**fields)
