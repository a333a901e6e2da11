"""The names a person gives a new plugin, checked before anything is written."""

import importlib.metadata
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from agentic.core.errors import UsageError
from agentic.core.host_names import host_fault
from agentic.core.sdk_locks import distribution_name, is_pinned, own_lock
from agentic.core.spec import ApiSpec

_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_REQUIREMENT = re.compile(
    r"(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?)(?P<extras>\[[A-Za-z0-9._,\s-]{1,100}\])?"
    r"(?P<version>\s*(?:(?:===|==|[<>!~]=|<|>)\s*[A-Za-z0-9.*+!_-]{1,40}\s*,?\s*){0,5})"
)
_LONGEST = 32
# The names that scripts look up begin with the API's; these variables are Python's, the linker's and our own.
_NOT_VARIABLES = re.compile(r"(?:python|agentic)|ld(?:_|\Z)")


def check_name(name: str, installed: Iterable[ApiSpec]) -> str:
    """The API's name. Raises `UsageError` for one that cannot be a plugin's, or is taken here."""
    if not _NAME.fullmatch(name) or len(name) > _LONGEST or _NOT_VARIABLES.match(name):
        raise UsageError(
            f"{name[:60]!r} cannot be a plugin's name", hint="lower-case letters, digits and single underscores, such as acme"
        )
    if any(spec.name == name for spec in installed):
        raise UsageError(f"a plugin named {name} is installed here already", hint="choose another name, or uninstall that one")
    return name


def check_host(host: str, installed: Iterable[ApiSpec]) -> str:
    """The API's host. Raises `UsageError` for what is none, or is another plugin's here."""
    if "*" in host or host_fault(host):
        hint = f"only the name, in lower case: --host {_named_in(host) or 'api.acme.dev'}"
        raise UsageError(f"{host[:80]!r} is not a host's name", hint=hint)
    for spec in installed:
        if spec.host(host) is not None:
            raise UsageError(
                f"{host} is a host of the installed plugin {spec.name}; two plugins may not claim one host",
                hint="use that plugin, uninstall it, or name another host: --host",
            )
    return host


def _named_in(text: str) -> str:
    """The host that an address or a name in another spelling is about; empty if there is none."""
    try:
        name = urlsplit(text if "//" in text else f"//{text}").hostname or ""
        plain = name.rstrip(".").encode("idna").decode("ascii")
    except ValueError:
        return ""
    return "" if "*" in plain or host_fault(plain) else plain


@dataclass(frozen=True, slots=True)
class SdkChoice:
    """Which SDK the package will use. `modules` are what scripts import of it; `asked` is what the person named.

    `pinned` says whether this project's own lock pins it; else the package brings a lock. `scripts_with` is how the generated
    recipe speaks HTTP: "requests", or "urllib" of the standard library beside an SDK whose calls nobody here knows.
    """

    requirement: str
    modules: tuple[str, ...]
    scripts_with: str
    asked: str = ""
    pinned: bool = True


REQUESTS = "requests>=2.32,<3"


def choose_sdk(asked: str) -> SdkChoice:
    """The SDK for `--sdk`. One that is not installed here cannot be looked at: then requests stands in, so that the package
    works at once, and its README says how to change over. Raises `UsageError` for what is no requirement."""
    found = _REQUIREMENT.fullmatch(asked.strip())
    if found is None:
        raise UsageError(
            f"{asked[:80]!r} is not a package's name", hint="as for pip: --sdk acme-sdk, or --sdk 'acme-sdk>=2,<3'"
        )
    name = distribution_name(found["name"])
    if name == "requests":
        return SdkChoice(asked.strip() if found["version"].strip() else REQUESTS, ("requests",), "requests")
    try:
        version = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return SdkChoice(REQUESTS, ("requests",), "requests", asked.strip())
    modules = _brought(name)
    if not modules:
        raise UsageError(f"{name} is installed and brings no package that a script could import", hint="is it the right one?")
    requirement = asked.strip() if found["version"].strip() else f"{asked.strip()}>={version}"
    return SdkChoice(requirement, modules, "urllib", asked.strip(), is_pinned(name, own_lock()))


def _brought(name: str) -> tuple[str, ...]:
    """The packages that an installed distribution brings. One that has its name is the SDK; others beside it are older
    names, tests and the like (slack-sdk brings `slack` too, which cannot even be imported by itself)."""
    modules = sorted(
        module
        for module, packages in importlib.metadata.packages_distributions().items()
        if module.isidentifier() and not module.startswith("_")
        if any(distribution_name(package) == name for package in packages)
    )
    own = name.replace("-", "_")
    return (own,) if own in modules else tuple(modules)
