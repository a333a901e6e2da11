"""What scripts may use, decided in one place: `ValidationPolicy.refusal`. Not known to be allowed means refused."""

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Self

from agentic.validator import allowed

if TYPE_CHECKING:
    # Only named here: a program that validates has the spec already, or needs none.
    from agentic.core.spec import ApiSpec
    from agentic.validator.sdk import SdkIndex

ANY_VALUE = "*"
"""The root of a path that starts at a value of unknown type: `*.status_code`."""

BUILTINS = "<builtin>"
"""The root of a path that starts at a builtin; no module can have this name."""

_MODULES = {name: frozenset(words.split()) for name, words in allowed.MODULES.items()}
_BUILTINS = frozenset(allowed.BUILTINS.split())
_DIRECT_CALLS = frozenset(allowed.DIRECT_CALLS.split())
_DUNDERS = frozenset(allowed.DUNDER_ATTRIBUTES.split())
_PRIVATE = frozenset(allowed.PRIVATE_ATTRIBUTES.split())
_INTERNAL = frozenset(allowed.INTERNAL_ATTRIBUTES.split())
_SETTINGS = frozenset(allowed.SDK_SETTINGS.split())
_STREAM = frozenset(allowed.STREAM_ATTRIBUTES.split())
_BYTE_STREAM = frozenset(allowed.BYTE_STREAM_ATTRIBUTES.split())
_FOREIGN = frozenset(allowed.SDK_FOREIGN.split()) | sys.stdlib_module_names


class Refusal(NamedTuple):
    """Why something is not allowed, and what to write instead (may be empty)."""

    rule: str
    message: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class ValidationPolicy:
    """What the scripts of one API may use beyond the fixed tables, and how large they may be.

    `modules` are packages of the API's SDK ("stripe") or modules in one ("urllib3.util.retry"; needed too for a module that
    has the name of one in the standard library, as in "acme.types"). A module of the standard library cannot be added:
    `allowed.MODULES` alone decides over those. `environment` are names of environment variables, `hosts` the names of the
    API's hosts, some of them patterns. `refused` are dotted names of the SDK that scripts may not use, each with its reason.
    With `sdk`, the index of the API's SDK, calls are checked against it too.
    """

    modules: frozenset[str] = frozenset()
    environment: frozenset[str] = frozenset()
    hosts: frozenset[str] = frozenset()
    refused: tuple[tuple[str, str], ...] = ()
    max_bytes: int = 100_000
    max_depth: int = 100
    max_constructs: int = 20_000
    max_findings: int = 50
    sdk: "SdkIndex | None" = None

    @classmethod
    def for_spec(cls, spec: "ApiSpec", sdk: "SdkIndex | None" = None) -> Self:
        """The policy for scripts that call this API, with the index of its SDK where there is one."""
        return cls(
            modules=frozenset(spec.sdk.modules),
            environment=frozenset(spec.environment),
            hosts=frozenset(host.name for host in spec.hosts),
            refused=spec.sdk.refused,
            sdk=sdk,
        )

    def refusal(self, path: str, own: frozenset[str] = frozenset()) -> Refusal | None:
        """Why a script may not use `path`, or None if it may.

        A path is where a name leads: a builtin ("<builtin>.print"), a module ("os.path"), a name in a module and its
        attributes ("stripe.Customer.create"), or attributes of a value ("*.status_code"). `own` are the names with a
        leading underscore that the script's own classes define.
        """
        root, *names = path.split(".")
        if root == ANY_VALUE:
            return _attributes(names, own)
        if root == BUILTINS:
            return _builtin(names[0]) or _attributes(names[1:], own)
        if root in sys.stdlib_module_names:
            return _standard_library(root, names)
        return self._sdk(path, names)

    def is_module(self, path: str) -> bool:
        """Whether `path` is a module itself, as far as the tables tell."""
        return path in _MODULES or path in self.modules or "." not in path

    def is_setting(self, path: str) -> bool:
        """Whether a script may assign to `path`, an attribute of an SDK's module."""
        module, _, name = path.rpartition(".")
        return module in self.modules and module not in sys.stdlib_module_names and name in _SETTINGS

    def refused_by_plugin(self, path: str) -> Refusal | None:
        """Why the API's plugin does not want scripts to use `path`, or what it is in; None where it does not mind."""
        found = next((item for item in self.refused if f"{path}.".startswith(f"{item[0]}.")), None)
        return None if found is None else Refusal("sdk_refused", f"`{found[0]}` is not for scripts: {found[1]}")

    def _sdk(self, path: str, names: list[str]) -> Refusal | None:
        inside = any(f"{path}.".startswith(f"{module}.") or module.startswith(f"{path}.") for module in self.modules)
        if not inside:
            known = ", ".join(sorted(self.modules)) or "none"
            fix = allowed.MODULE_FIXES.get(path.partition(".")[0], "use the API's SDK and the standard library's data modules")
            return Refusal("import", f"`{path}` is not among the packages of this API ({known})", fix)
        if refused := self.refused_by_plugin(path):
            return refused
        # Only what no SDK module of this policy is called: "urllib3.util.retry" may itself pass through such a name.
        for position, name in enumerate(names, 1):
            prefix = ".".join(path.split(".")[: position + 1])
            if name in _FOREIGN and not any(f"{module}.".startswith(f"{prefix}.") for module in self.modules):
                return Refusal(
                    "member", f"`{path}` leads out of the SDK into another module", f"import `{name}` itself if allowed"
                )
        return _attributes(names, frozenset())


def _attributes(names: list[str], own: frozenset[str]) -> Refusal | None:
    for position, name in enumerate(names):
        if name in {"raw", "detach"} and position and names[position - 1] == "buffer":
            return _below_a_stream(name)
        following = names[position + 1] if position + 1 < len(names) else ""
        if name in _DUNDERS or (name == "__class__" and following in {"__name__", "__qualname__"}):
            continue
        fix = allowed.ATTRIBUTE_FIXES.get(name, "")
        if is_internal(name):
            return Refusal("attribute", f"the attribute `{name}` leads into the interpreter or the machine", fix)
        if is_dunder(name):
            return Refusal(
                "dunder", f"the attribute `{name}` is not allowed", fix or "use the documented way without underscores"
            )
        if name.startswith("_") and name not in own and name not in _PRIVATE:
            return Refusal(
                "private", f"the attribute `{name}` is private to its object", "use the documented attributes and methods"
            )
    return None


def _builtin(name: str) -> Refusal | None:
    if name in _BUILTINS or f"{BUILTINS}.{name}" in _DIRECT_CALLS:
        return None
    if is_dunder(name):
        return Refusal("dunder", f"the name `{name}` is not allowed", allowed.NAME_FIXES.get(name, "remove it"))
    fix = allowed.NAME_FIXES.get(name, "")
    if fix:
        return Refusal("name", f"`{name}` is not allowed", fix)
    if name in _MODULES:
        return Refusal("name", f"`{name}` is not defined", f"add `import {name}`")
    return Refusal(
        "name", f"`{name}` is neither defined in the script nor an allowed builtin", "define it or correct its spelling"
    )


def _standard_library(root: str, names: list[str]) -> Refusal | None:
    if root not in _MODULES:
        fix = allowed.MODULE_FIXES.get(root, "write it with the allowed modules: json, datetime, collections, re, …")
        return Refusal("import", f"the module `{root}` is not allowed", fix)
    module = root
    for position, name in enumerate(names):
        path = f"{module}.{name}"
        if path in _MODULES:
            module = path
        elif name in _MODULES[module]:
            rest = names[position + 1 :]
            if path in {"sys.stdout", "sys.stderr"}:
                return _stream(rest)
            return (registration(path) if "register" in rest else None) or _attributes(rest, frozenset())
        else:
            fix = allowed.MODULE_FIXES.get(path) or allowed.MODULE_FIXES.get(module, "")
            return Refusal("member", f"`{path}` is not allowed", fix or f"of `{module}` only: {_some_of(module)}")
    return None


def _stream(names: list[str]) -> Refusal | None:
    if names and names[0] not in _STREAM:
        return _below_a_stream(names[0])
    if names and names[0] == "buffer" and (len(names) == 1 or names[1] not in _BYTE_STREAM):
        return _below_a_stream(names[-1])
    return _attributes(names, frozenset())


def _below_a_stream(name: str) -> Refusal:
    message = f"the attribute `{name}` leads to the file below an output stream"
    return Refusal("attribute", message, "use print, or sys.stdout.write and sys.stdout.buffer.write")


def registration(path: str) -> Refusal:
    """Why `path.register` is refused of a class that can be told to take other classes for its own."""
    return Refusal("class", f"`{path}` may not be told of other classes", "derive the other class from it")


def _some_of(module: str) -> str:
    words = sorted(_MODULES[module]) or [name for name in _MODULES if name.startswith(f"{module}.")]
    return ", ".join(words[:12]) + (", …" if len(words) > 12 else "")


def is_dunder(name: str) -> bool:
    return name.startswith("__") and name.endswith("__") and len(name) > 4


def is_internal(name: str) -> bool:
    """Whether an attribute of this name leads into the interpreter or the machine, whatever it is an attribute of."""
    return name in _INTERNAL or name.startswith("co_")


def is_direct_call(path: str) -> bool:
    """Whether `path` may only be called on the spot (its arguments decide what it does)."""
    return path in _DIRECT_CALLS
