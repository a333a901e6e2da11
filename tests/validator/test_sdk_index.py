"""The index of an SDK says what the SDK has: read from its source, complete where it claims to be, the same every time."""

import importlib
import inspect
import subprocess
import sys
import types
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from small_sdks import index_of

from agentic.core.frozen import sdk_index_name
from agentic.core.spec import ApiSpec, Sdk
from agentic.validator import SdkIndex
from agentic.validator.describe import Source, Sources, cached_index, describe, installed, of_wheels

SMALL = {
    "acme.": """
from typing import TYPE_CHECKING, Optional
from acme._client import Client as Client
from ._errors import *
raise RuntimeError("nobody may run this")
if TYPE_CHECKING:
    from acme._thing import Thing as Thing
_lazy = {"Thing": "acme._thing", "Untyped": "acme._untyped"}
def __getattr__(name):
    try:
        module = _lazy[name]
    except KeyError:
        raise AttributeError(name)
    return load(module, name)
""",
    "acme._errors": "class AcmeError(Exception):\n    def __init__(self, message, code=None):\n        self.code = code\n",
    "acme._keys": """
from typing_extensions import NotRequired, TypedDict, List, Dict
class Options(TypedDict):
    key: str
class Address(TypedDict):
    street: NotRequired[str]
_Base = TypedDict("_Base", {"from": str})
class Create(_Base, Options):
    name: NotRequired["str|None"]
    address: "NotRequired[Address]"
    homes: List["Address"]
    labels: NotRequired[Dict[str, str]]
class Wide(TypedDict, extra_items=str):
    name: str
""",
    "acme._thing": """
from typing import Any, Optional, overload
from typing_extensions import Self, Unpack
from acme._keys import Create, Wide
def adds(resource, plural=None):
    if plural is None:
        plural = "%ss" % resource
    def wrapper(cls):
        setattr(cls, "list_%s" % plural, 1)
        setattr(cls, f"make_{resource}", 1)
        return cls
    return wrapper
@adds("part")
class Thing:
    @classmethod
    def create(cls, **params: Unpack["Create"]) -> "Thing": ...
    @classmethod
    async def create_async(cls, **params: Unpack[Create]) -> Self: ...
    @classmethod
    def wide(cls, **params: Unpack[Wide]) -> None: ...
    @overload
    def turn(self, left: int) -> "Thing": ...
    @overload
    def turn(self, right: int) -> "Thing": ...
    def turn(self, *args: Any, **kwargs: Any) -> Any: ...
    @unknown
    def wrapped(self, a): ...
    @property
    def owner(self) -> Optional["Owner"]: ...
class Owner:
    name: str
    def __init__(self):
        self.first, self.last = "", ""
    def __getattr__(self, name):
        return 1
""",
    "acme._client": """
from acme._thing import Thing
from acme.services import Service
class Client:
    def __init__(self, key, *, retries=2):
        self.things = Service(key)
        self.mixed = Service(key)
    def later(self):
        self.mixed = None
        extra = self
        extra.given = 1
    def thing(self, id, /, options=None):
        return Thing(id)
    def __setstate__(self, state):
        for name, value in state.items():
            setattr(self, name, value)
class Loose:
    def __init__(self, **values):
        self.__dict__.update(values)
class Made(metaclass=type("M", (type,), {})): ...
class FromElsewhere(other.Base): ...
""",
    "acme.services": "from acme._keys import Create\nclass Service:\n    def make(self, params: 'Create|None' = None): ...\n",
    "acme.dynamic": "globals()['x'] = 1\ndef f(): ...\n",
    "acme.broken": "def (:\n",
    "acme._untyped": "",
}


@pytest.fixture(scope="module")
def small() -> SdkIndex:
    return index_of(SMALL, "acme", additions=("acme.error", "acme.Thing.get", "acme.old.thing"))


def reference(index: SdkIndex, path: str) -> str | None:
    """What a dotted path leads to: on instances behind "()"."""
    start = index.root(path.partition(".")[0])
    assert start is not None
    found: str | None = start[0]
    for name in path.split(".")[1:]:
        if not found:
            return found
        found = index.member(found, name.removesuffix("()"))
        if name.endswith("()") and found:
            found = index.result(found)
    return found


@pytest.mark.parametrize(
    "path",
    [
        "acme.Thin", "acme.Thing.crate", "acme.Client().thins", "acme.Client().things.mak", "acme.services.Servic",
        "acme.Client().thing().trun", "acme.Thing.create().trun", "acme.AcmeErorr", "acme.Thing.lists_parts", "acme.old",
    ],
)  # fmt: skip
def test_what_the_source_rules_out_is_missing(small: SdkIndex, path: str) -> None:
    assert reference(small, path) is None


@pytest.mark.parametrize(
    "path",
    [
        # Served by the module's own look-up; set by decorators; set from outside; the language's own.
        "acme.Untyped", "acme.Thing.list_parts", "acme.Thing.make_part", "acme.Client().given", "acme.AcmeError.args",
        # Open: any attribute, any base, any name.
        "acme.Thing().owner.anything", "acme.dynamic.anything", "acme.broken.anything", "acme.Thing.wrapped.anything",
        # Added by the bootstrap, and what is set when an object is restored.
        "acme.error", "acme.Thing.get", "acme.Client().mixed",
    ],
)  # fmt: skip
def test_what_the_source_does_not_rule_out_is_not_missing(small: SdkIndex, path: str) -> None:
    assert reference(small, path) is not None


@pytest.mark.parametrize("name", ["Loose", "Made", "FromElsewhere"])
def test_classes_that_run_time_may_fill_are_open(name: str) -> None:
    index = index_of({"acme": SMALL["acme._client"]}, "acme")
    assert reference(index, f"acme.{name}().anything") is not None
    # What fills its objects in `__init__` leaves the class as it is.
    assert (reference(index, f"acme.{name}.anything") is None) is (name == "Loose")


MISS = "    except KeyError:\n        raise AttributeError(name)\n"
LOOK_UPS = {
    "a dictionary asked in a try": f"    try:\n        x = table[name]\n{MISS}    return x",
    "a dictionary asked before": "    if name in table:\n        return table[name]\n    raise AttributeError(name)",
    "a dictionary asked first": "    if name not in table:\n        raise AttributeError(name)\n    return f(name)",
}
OPEN_LOOK_UPS = {
    "any name": "    return f(name)",
    "another dictionary": f"    try:\n        x = other[name]\n{MISS}    return x",
    "a second chance": "    try:\n        x = table[name]\n    except KeyError:\n        return f(name)\n    return x",
    "no refusal": "    if name in table:\n        return table[name]\n    return f(name)",
    "something before": "    x = f(name)\n    if x:\n        return x\n    raise AttributeError(name)",
}


@pytest.mark.parametrize("name", [*LOOK_UPS, *OPEN_LOOK_UPS])
def test_a_module_that_answers_names_is_closed_only_by_a_table_that_is_spelled_out(name: str) -> None:
    body = {**LOOK_UPS, **OPEN_LOOK_UPS}[name]
    index = index_of({"acme": f"class Thing: ...\ntable = {{'there': 1}}\ndef __getattr__(name):\n{body}\n"}, "acme")
    assert reference(index, "acme.there") is not None
    assert (reference(index, "acme.missing") is None) is (name in LOOK_UPS)


def test_parameters_come_from_signatures_overloads_and_unpacked_dictionaries(small: SdkIndex) -> None:
    def of(path: str) -> Any:
        return small.parameters(reference(small, path) or "")

    client = of("acme.Client")
    assert (client.names, client.open) == ({"key", "retries"}, False)
    create = of("acme.Thing.create")
    assert create.keys.keys() == {"from", "key", "name", "address", "homes", "labels"}
    assert not create.open
    assert of("acme.Thing.wide").open
    assert of("acme.Thing().turn").names == {"left", "right"}
    assert not of("acme.Thing().turn").open
    assert of("acme.Thing().wrapped").open
    thing = of("acme.Client().thing")
    assert (thing.names, thing.positional) == ({"options"}, {"id"})
    assert small.keys(int(create.keys["address"][1:])).keys() == {"street"}
    assert create.keys["homes"].startswith("[t")
    assert create.keys["labels"] == ""


def test_results_are_followed_and_coroutines_are_marked(small: SdkIndex) -> None:
    made = small.result(reference(small, "acme.Thing.create") or "")
    waiting = small.result(reference(small, "acme.Thing.create_async") or "")
    assert made.startswith("i")
    assert waiting == f"~{made}"
    assert small.result(reference(small, "acme.Client().thing") or "") == made


def test_an_sdk_without_source_has_no_index(tmp_path: Path) -> None:
    assert describe(Sources({}, ""), ["acme"]) == b""
    assert installed(["no_such_package_here"]).modules == {}
    assert SdkIndex.load(tmp_path / "none.jsonl") is None
    (tmp_path / "other.jsonl").write_text('{"form": 999, "modules": {}, "stored": ""}')
    assert SdkIndex.load(tmp_path / "other.jsonl") is None


def wheel_of(files: dict[str, str], path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as opened:
        for name, text in files.items():
            where = name.rstrip(".").replace(".", "/")
            opened.writestr(f"{where}/__init__.py" if name.endswith(".") else f"{where}.py", text)
    return path


_DESCRIBE = """
import sys
from pathlib import Path
from agentic.validator.describe import describe, installed, of_wheels
sys.path.insert(0, sys.argv[1])
sources = installed(["acme"]) if sys.argv[2] == "-" else of_wheels(["acme"], [(Path(sys.argv[2]), "digest")])
sys.stdout.buffer.write(describe(sources, ["acme"]))
assert "acme" not in sys.modules
"""


def test_wheels_and_installed_packages_give_the_same_bytes_in_every_process(tmp_path: Path) -> None:
    """Nothing hangs on hash seeds or places, and the package is never imported (its first line would raise)."""
    wheel = wheel_of(SMALL, tmp_path / "acme-1-py3-none-any.whl")
    with zipfile.ZipFile(wheel) as opened:
        opened.extractall(tmp_path / "site")
    found = {
        subprocess.run(
            [sys.executable, "-c", _DESCRIBE, str(tmp_path / "site"), source],
            capture_output=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
        ).stdout
        for seed, source in (("1", "-"), ("2", "-"), ("3", str(wheel)))
    }
    assert len(found) == 1
    assert b'"Thing"' in found.pop()


def test_an_index_is_made_once_per_version_and_settings(tmp_path: Path) -> None:
    reads: list[str] = []

    def sources(fingerprint: str) -> Sources:
        def read() -> bytes:
            reads.append(fingerprint)
            return b"class Thing: ...\n"

        return Sources({"acme": Source(False, read)}, fingerprint)

    sdk = Sdk("acme", ("acme",))
    first = cached_index(sdk, sources("1"), tmp_path)
    assert cached_index(sdk, sources("1"), tmp_path) == first
    assert reads == ["1"]
    cached_index(sdk, sources("2"), tmp_path)
    cached_index(Sdk("acme", ("acme",), additions=("acme.more",)), sources("2"), tmp_path)
    assert reads == ["1", "2", "2"]


def test_control_a_changed_source_gives_another_index(tmp_path: Path) -> None:
    before = of_wheels(["acme"], [(wheel_of(SMALL, tmp_path / "a.whl"), "1")])
    after = of_wheels(["acme"], [(wheel_of({**SMALL, "acme._errors": ""}, tmp_path / "b.whl"), "2")])
    assert before.fingerprint != after.fingerprint
    assert describe(before, ["acme"]) != describe(after, ["acme"])


def test_the_zips_that_validate_carry_the_index_and_no_others(tmp_path: Path) -> None:
    from agentic.apis import stripe
    from lambdas.build import Builder
    from lambdas.target import Target

    specs: list[ApiSpec] = list(stripe.agentic_apis())
    builder, carrying = Builder(Target()), set[str]()
    for name in ("validate_code", "execute_code", "generate_code", "invoke_generator"):
        with zipfile.ZipFile(builder.build(name, specs).path) as opened:
            names = opened.namelist()
            assert [item for item in names if "validator/describe" in item] == []
            if sdk_index_name("stripe") in names:
                carrying.add(name)
                opened.extract(sdk_index_name("stripe"), tmp_path)
    assert carrying == {"validate_code", "execute_code"}
    index = SdkIndex.load(tmp_path / sdk_index_name("stripe"))
    assert index is not None
    assert reference(index, "stripe.Costumer") is None


def public(value: object, index: SdkIndex, found: str) -> Iterator[str]:
    lazy = getattr(value, "_import_map", ())
    listed = index.names(found) if isinstance(value, types.ModuleType) else ()
    yield from sorted({name for name in (*dir(value), *lazy, *listed) if not name.startswith("_")})


def mistakes(index: SdkIndex) -> Iterator[str]:
    """Names and parameters that the imported SDK has and the index denies."""
    seen: set[tuple[str, int]] = set()
    todo: list[tuple[str, object, str]] = []
    for module, line in index.modules.items():
        try:
            todo.append((f"m{line}", importlib.import_module(module), module))
        except ImportError:
            continue  # a module for something that is not installed
    while todo:
        found, value, path = todo.pop()
        if (found, id(value)) in seen or path.count(".") > 7:
            continue
        seen.add((found, id(value)))
        for name in public(value, index, found):
            member = index.member(found, name)
            if member is None:
                yield f"{path} has no {name}"
                continue
            try:
                inner = getattr(value, name)
            except Exception:  # noqa: BLE001, S112 # a property that needs an instance may raise anything
                continue
            if member[:1] in {"m", "c"} and isinstance(inner, types.ModuleType | type):
                todo.append((member, inner, f"{path}.{name}"))
            yield from (f"{path}.{name} takes no {parameter}" for parameter in untold(index, member, inner))


def untold(index: SdkIndex, member: str, function: object) -> Iterator[str]:
    told = index.parameters(member) if member.startswith("f") else None
    if told is None or told.open or not callable(function):
        return
    try:
        parameters = inspect.signature(function).parameters.values()
    except (ValueError, TypeError):
        return
    for parameter in parameters:
        by_name = parameter.kind in {parameter.KEYWORD_ONLY, parameter.POSITIONAL_OR_KEYWORD}
        if by_name and parameter.name not in {*told.names, *told.keys, "self", "cls"}:
            yield parameter.name


@pytest.mark.parametrize("api", ["stripe", "github", "openweather"])
def test_the_real_sdk_has_nothing_that_its_index_denies(api: str, indexes: dict[str, SdkIndex]) -> None:
    """Here the SDK is imported, as an oracle: every public name and keyword of it must be in the index that reading made."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert list(mistakes(indexes[api])) == []


def test_control_the_oracle_finds_what_an_index_lacks(indexes: dict[str, SdkIndex]) -> None:
    index = index_of({"pyowm.": "class OWM:\n    def __init__(self, key): ...\n"}, "pyowm")
    assert len(indexes) == 3
    assert "pyowm has no owm" in list(mistakes(index))


def test_live_objects_have_nothing_that_the_index_denies(indexes: dict[str, SdkIndex]) -> None:
    import github
    import pyowm
    import requests
    import stripe

    live = [
        ("stripe", "stripe.StripeClient()", stripe.StripeClient("sk_test_x")),
        ("stripe", "stripe.StripeClient().v1", stripe.StripeClient("sk_test_x").v1),
        ("github", "github.Github()", github.Github()),
        ("github", "requests.Session()", requests.Session()),
        ("github", "requests.Response()", requests.Response()),
        ("openweather", "pyowm.OWM()", pyowm.OWM("key")),
        ("openweather", "pyowm.OWM().weather_manager()", pyowm.OWM("key").weather_manager()),
    ]
    for api, path, value in live:
        found = reference(indexes[api], path)
        assert found
        assert [name for name in dir(value) if not name.startswith("_") and indexes[api].member(found, name) is None] == []
