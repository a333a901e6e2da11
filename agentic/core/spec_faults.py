"""What is wrong with an `ApiSpec`, all of it at once: a plugin's author mends it in one go.

Types come first (`spec_types`); a part whose types are wrong is not looked at further.
"""

import dataclasses
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from agentic.core.host_names import host_fault, is_pattern
from agentic.core.operation_paths import PLACEHOLDER, SEVERAL, as_pattern
from agentic.core.spec import READ_METHODS, SURFACE_VERSION, ApiSpec, Credential, CredentialKind, Host, Operation, SecretField
from agentic.core.spec_types import TypeWalk
from agentic.core.wire import OF_THE_CONNECTION

LARGEST_BYTES = 4_000_000
"""Of all texts of a spec. It is read at each start of each function of its API, and is in the zips of all."""

MOST_OPERATIONS = 5_000
"""Each is looked at for each call. The largest description we know, GitHub's, has 1,223."""

_MOST_TOLD = 20
_MOST_RATES, _LONGEST_RATE_SECONDS = 8, 86_400
_API_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
_REFERENCE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*", re.ASCII)
_FILE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[\w-]+(\.[\w-]+)+")
_DOTTED = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
_REQUIREMENT = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?\s*(\[[^\]]*\])?\s*([<>=!~;@ ].*)?")
_METHOD = re.compile(r"[A-Z]{3,20}")
_TOKEN = re.compile(r"[!#$%&'*+.^`|~0-9A-Za-z-]+")
# As a stack's settings can name it (`agentic:closed_families`).
_FAMILY = re.compile(r"\S{1,64}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# What decides how Python and the sandbox itself work.
_NOT_A_PLUGINS = re.compile(r"(?:LD_|PYTHON|AGENTIC_).*|PATH|HOME")


def faults_of(spec: ApiSpec) -> list[str]:
    """Each fault in words; empty for a spec that can be used. Never raises, whatever the values are."""
    walk = TypeWalk()
    kinds = {item.name: item.type for item in dataclasses.fields(ApiSpec)}
    right = {name for name, kind in kinds.items() if walk.look(getattr(spec, name), kind, name)}
    faults = walk.faults
    for needed, check in _CHECKS:
        if right.issuperset(needed.split()):
            faults += check(spec)
    if walk.bytes > LARGEST_BYTES:
        faults.append(f"its texts have {walk.bytes:,} bytes, at most {LARGEST_BYTES:,} are allowed")
    if len(faults) > _MOST_TOLD:
        faults[_MOST_TOLD:] = [f"and {len(faults) - _MOST_TOLD} more"]
    return faults


def _version(spec: ApiSpec) -> Iterator[str]:
    if spec.surface_version != SURFACE_VERSION:
        way = "the plugin" if spec.surface_version < SURFACE_VERSION else "agentic-api-developer"
        yield f"made for plugin surface {spec.surface_version}, this program has surface {SURFACE_VERSION}: upgrade {way}"


def _name(spec: ApiSpec) -> Iterator[str]:
    if not _API_NAME.fullmatch(spec.name):
        yield "name must be lower-case letters, digits and underscores, starting with a letter, at most 32"
    if not spec.title.strip() or not spec.title.isprintable():
        yield "title must be a few words on one line"


def _sdk(spec: ApiSpec) -> Iterator[str]:
    sdk = spec.sdk
    if not _REQUIREMENT.fullmatch(sdk.requirement):
        yield f"sdk.requirement {sdk.requirement!r} is not one such as 'acme-sdk>=2,<3'"
    for module in sdk.modules:
        if not _DOTTED.fullmatch(module):
            yield f"sdk.modules: {module!r} is not a module's name"
        elif module.partition(".")[0] in sys.stdlib_module_names:
            yield f"sdk.modules: {module!r} is of the standard library, over which the validator alone decides"
    yield from _reference("sdk.warm_up", sdk.warm_up)
    yield from _reference("sdk.bootstrap", sdk.bootstrap)
    if sdk.lock and not _FILE.fullmatch(sdk.lock):
        yield f"sdk.lock {sdk.lock!r} is not of the form 'package:requirements.lock'"
    for name in (*sdk.additions, *(name for name, _ in sdk.refused)):
        if not any(f"{name}.".startswith(f"{module}.") for module in sdk.modules):
            yield f"sdk: {name!r} is not a dotted name inside one of its modules ({', '.join(sdk.modules) or 'none'})"
    yield from (f"sdk.refused: {name!r} needs a reason" for name, reason in sdk.refused if not reason.strip())


def _reference(place: str, text: str) -> Iterator[str]:
    if text and not _REFERENCE.fullmatch(text):
        yield f"{place} {text!r} is not of the form 'package.module:name'"


def _hosts(spec: ApiSpec) -> Iterator[str]:
    if not spec.hosts:
        yield "at least one host is needed"
    names = sorted(host.name for host in spec.hosts)
    yield from (f"the host {one} is declared twice" for one, other in pairwise(names) if one == other)
    if (count := sum(len(host.operations) for host in spec.hosts)) > MOST_OPERATIONS:
        yield f"{count:,} operations, at most {MOST_OPERATIONS:,} are allowed"
        return
    for host in spec.hosts:
        if fault := host_fault(host.name):
            yield f"{host.name!r} {fault}"
        yield from _operations(host)


def _operations(host: Host) -> Iterator[str]:
    known: dict[tuple[str, str], Operation] = {}
    for operation in host.operations:
        yield from _operation(operation)
        if "**" in operation.path:
            yield f"operation path {operation.path!r} may not stand for everything below it; only refused ones may"
        if not _METHOD.fullmatch(operation.method):
            yield f"{operation.method!r} is not a method: write GET, POST, … in capitals"
        if operation.family.strip() and not _FAMILY.fullmatch(operation.family):
            yield f"the family {operation.family!r} is not one word of at most 64 characters, by which a stack can close it"
        key = (operation.method, PLACEHOLDER.sub("{}", operation.path))
        other = known.setdefault(key, operation)
        if _strictness(other) != _strictness(operation):
            yield f"{operation.method} {operation.path} is declared twice, with different rules"
        elif other.family != operation.family:
            yield f"{operation.method} {operation.path} is declared twice, in families {other.family} and {operation.family}"


def _closed(spec: ApiSpec) -> Iterator[str]:
    for family in sorted(set(spec.closed) - spec.families):
        yield f"closed: {family!r} is not the family of any operation; there are {', '.join(sorted(spec.families))}"


def _strictness(operation: Operation) -> object:
    """What is asked of a request to an operation beyond its path."""
    return operation.writes, operation.refused_fields, operation.allowed_values


def _operation(operation: Operation) -> Iterator[str]:
    path = operation.path
    if not path.startswith("/"):
        yield f"operation path {path!r} must start with a slash"
    elif "//" in path or any(character in "?#%\\;" or character.isspace() for character in path):
        yield f"operation path {path!r} has what no path has: an empty segment, a query, an escape or a blank"
    if "{" in (rest := PLACEHOLDER.sub("", path)) or "}" in rest:
        yield f"operation path {path!r} has a brace that is no placeholder such as {{id}}"
    if SEVERAL in path and any(SEVERAL in part and not PLACEHOLDER.fullmatch(part) for part in path.split("/")):
        yield f"operation path {path!r}: a placeholder for several segments is a segment of its own"
    if not operation.family.strip():
        yield f"operation {operation.method} {path} needs a family, by which people know it"
    for name, values in operation.allowed_values:
        if not values:
            yield f"operation {operation.method} {path} allows no value of {name!r}"
        if "." in name:
            yield f"operation {operation.method} {path} allows values of {name!r}: write it as forms do, as 'file[purpose]'"


def _refused(spec: ApiSpec) -> Iterator[str]:
    for operation in spec.refused:
        yield from (f"refused: {fault}" for fault in _operation(operation))
        if operation.method != "*" and not _METHOD.fullmatch(operation.method):
            yield f"refused: {operation.method!r} is not a method: write GET, POST, … in capitals, or * for all"
        if "**" in operation.path.removesuffix("/**"):
            yield f"refused: operation path {operation.path!r} may have ** at its end only"


def _credentials(spec: ApiSpec) -> Iterator[str]:
    fields = {secret.name for secret in spec.secrets}
    for host in spec.hosts:
        if host.credential is not None:
            yield from (f"host {host.name} {fault}" for fault in _credential(host, host.credential, fields))


def _credential(host: Host, credential: Credential, fields: set[str]) -> Iterator[str]:
    if credential.kind is CredentialKind.SIGN:
        if not _REFERENCE.fullmatch(credential.template):
            yield f"is signed by {credential.template!r}, which is not of the form 'package.module:callable'"
        return
    used = set(re.findall(r"\{(\w+)\}", credential.template))
    yield from (f"uses the secret field {name!r}, which is not declared" for name in sorted(used - fields))
    if not used:
        yield f"has a credential whose template {credential.template!r} uses no field of the secret, such as {{api_key}}"
    if credential.kind is CredentialKind.BASIC:
        if ":" not in credential.template:
            yield "has a basic credential, whose template is 'user:password' (with the colon)"
    elif not _TOKEN.fullmatch(credential.name.replace("_", "-")):
        yield f"has a {credential.kind} credential without a usable name: where does it go?"
    elif credential.kind is CredentialKind.HEADER and credential.name.lower() in OF_THE_CONNECTION:
        yield f"has its credential in the header {credential.name}, which belongs to the connection"
    elif credential.kind is CredentialKind.PATH:
        placeholder = f"{{{credential.name}}}"
        if not any(placeholder in operation.path for operation in host.operations):
            yield f"puts its credential at {placeholder}, which is in no operation's path"
        for operation in host.operations:
            if SEVERAL in operation.path.partition(placeholder)[0] and placeholder in operation.path:
                yield f"puts its credential behind a placeholder for several segments ({operation.path}): nobody knows where"


def _secrets(spec: ApiSpec) -> Iterator[str]:
    names = sorted(secret.name for secret in spec.secrets)
    yield from (f"the secret field {one!r} is declared twice" for one, other in pairwise(names) if one == other)
    variables = sorted(
        [name for secret in spec.secrets for name in secret.environment] + [name for name, _ in spec.placeholders]
    )
    yield from (f"the variable {one} stands for two things" for one, other in pairwise(variables) if one == other)
    for name in variables:
        if not _VARIABLE.fullmatch(name) or _NOT_A_PLUGINS.fullmatch(name):
            yield f"{name!r} cannot be a variable of a script's environment"
    for secret in spec.secrets:
        yield from (f"secret field {secret.name!r}: {fault}" for fault in _secret(secret))


def _secret(secret: SecretField) -> Iterator[str]:
    if not _VARIABLE.fullmatch(secret.name):
        yield "its name must be one word of letters, digits and underscores"
    if secret.environment and not (secret.placeholder and secret.placeholder.isprintable()):
        yield "it needs a placeholder, which is what scripts find instead of the key"
    patterns: list[re.Pattern[str]] = []
    for text in (secret.test_pattern, secret.live_pattern):
        try:
            patterns.append(re.compile(text))
        except re.error as error:
            yield f"{text!r} is not a pattern ({error})"
    for text, pattern in zip((secret.test_pattern, secret.live_pattern), patterns, strict=False):
        if text and pattern.search(""):
            yield f"the pattern {text!r} fits any text, also one that is no key"
    if len(patterns) == 2 and secret.live_pattern and patterns[1].search(secret.fake_value.replace("{random}", "0" * 32)):
        yield "its fake_value has the form of a live key, which no fake is ever sent"


def _recipes(spec: ApiSpec) -> Iterator[str]:
    names = sorted(recipe.name for recipe in spec.recipes)
    yield from (f"the recipe {one!r} is there twice" for one, other in pairwise(names) if one == other)
    for recipe in spec.recipes:
        script = f"\n{recipe.script}"
        for parameter in recipe.parameters:
            if f"\n{parameter.name} = " not in script:
                yield f"recipe {recipe.name!r}: its script has no line '{parameter.name} = …'"


def _refusal(spec: ApiSpec) -> Iterator[str]:
    if not 400 <= spec.refusal.status <= 599:
        yield f"refusal.status is {spec.refusal.status}, an error's status is 400 to 599"
    try:
        shown = spec.refusal.body.format(message="why")
    except (ValueError, LookupError, AttributeError) as error:
        yield f"refusal.body is not a template with {{message}} and doubled braces: {error}"
        return
    if "why" not in shown:
        yield "refusal.body has no {message}, so that nobody learns the reason"


def _fake(spec: ApiSpec) -> Iterator[str]:
    yield from _reference("fake", spec.fake)


def _key_check(spec: ApiSpec) -> Iterator[str]:
    check = spec.key_check
    if check is None:
        return
    host = None if is_pattern(check.host) else spec.host(check.host)
    if host is None:
        yield f"key_check.host {check.host!r} is not a host of this API"
    elif host.credential is None:
        yield f"key_check.host {check.host} has no credential, so that it tells nothing about a key"
    else:
        path = check.path.partition("?")[0]
        if not any(_fits(item.path, path) for item in host.operations if item.method == "GET" and not item.writes):
            yield f"key_check.path {check.path!r} is not an operation of {check.host} that is a GET and only reads"


def _fits(wanted: str, path: str) -> bool:
    # Most differ before their first placeholder: those are told without a pattern.
    if "{" not in wanted or not path.startswith(wanted.partition("{")[0]):
        return wanted == path
    return re.fullmatch(as_pattern(wanted, one="[^/]+", several=".+"), path) is not None


def _exactly_once(spec: ApiSpec) -> Iterator[str]:
    """What a write is made certain by."""
    yield from _reference("settle", spec.settle)
    if spec.idempotency_header and not _TOKEN.fullmatch(spec.idempotency_header):
        yield f"idempotency_header {spec.idempotency_header!r} is not a header's name"
    if spec.idempotency_header.lower() in OF_THE_CONNECTION | {"authorization", "content-type"}:
        yield f"idempotency_header {spec.idempotency_header!r} means something else already"
    if spec.idempotency_header and not spec.idempotency_methods:
        yield "idempotency_methods is empty: name the methods whose writes the header makes one"
    for method in spec.idempotency_methods:
        if not _METHOD.fullmatch(method) or method in READ_METHODS:
            yield f"idempotency_methods: {method!r} is not a method that writes, in capitals"
    for name in spec.counted_headers:
        if not _TOKEN.fullmatch(name):
            yield f"counted_headers: {name!r} is not a header's name"
        elif name.lower() == spec.idempotency_header.lower():
            yield f"counted_headers: {name} is the idempotency header, whose value is never the script's"
    for number in spec.test_cards:
        if not re.fullmatch(r"[0-9]{12,19}", number):
            yield f"test_cards: {number!r} is not a card's number in digits"


def _rates(spec: ApiSpec) -> Iterator[str]:
    """Limits that can be kept: more of them, or slower ones, would only hold a run's calls until its time is over."""
    if len(spec.rates) > _MOST_RATES:
        yield f"{len(spec.rates)} rates, at most {_MOST_RATES} are allowed"
    for number, rate in enumerate(spec.rates):
        place = f"rates[{number}]"
        if rate.requests < 1 or not 1 <= rate.seconds <= _LONGEST_RATE_SECONDS:
            yield f"{place} must allow at least 1 request in 1 to {_LONGEST_RATE_SECONDS} seconds"
        elif not 1 <= rate.write_cost <= rate.burst:
            yield f"{place}: burst {rate.burst} must hold one write at least (write_cost {rate.write_cost})"
        if rate.keys not in ("", "test", "live"):
            yield f"{place}: keys is {rate.keys!r}, it must be 'test', 'live' or empty"


_Check = Callable[[ApiSpec], Iterator[str]]

_CHECKS: Sequence[tuple[str, _Check]] = (
    ("surface_version", _version),
    ("name title", _name),
    ("sdk", _sdk),
    ("hosts", _hosts),
    ("hosts closed", _closed),
    ("hosts secrets", _credentials),
    ("secrets placeholders", _secrets),
    ("refused", _refused),
    ("recipes", _recipes),
    ("refusal", _refusal),
    ("fake", _fake),
    ("hosts key_check", _key_check),
    ("idempotency_header idempotency_methods counted_headers settle test_cards", _exactly_once),
    ("rates", _rates),
)
"""The parts that a check needs to be of their types, and the check."""
