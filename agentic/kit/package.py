"""The package as files: templates filled with checked values, written all at once or not at all."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from importlib import resources
from pathlib import Path
from string import Template

from agentic.broker.rules import Refused, Rules
from agentic.core.errors import PluginError, StorageError, UsageError
from agentic.core.spec import ApiSpec, Host, Operation, Sdk, SecretField
from agentic.core.wire import HttpRequest
from agentic.kit import script
from agentic.kit.description import Description, LeftOut, PlannedOperation
from agentic.kit.fields import fields_of, recipe_fields
from agentic.kit.order import Order
from agentic.kit.script import environment_name
from agentic.kit.text import plain


def write(order: Order, into: Path) -> Path:
    """Write the package into a new folder of its name inside `into`; gives that folder.

    Raises `UsageError` when it is there already, `StorageError` when it cannot be written; what was there is untouched.
    """
    folder = into / order.package
    if os.path.lexists(folder):
        raise UsageError(f"{folder} is there already, and is left as it is", hint="remove it, or choose another folder: --into")
    files = files_of(order)
    try:
        into.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=f".{order.package}-", dir=into))
    except OSError as error:
        raise StorageError(f"cannot write in {into}: {error.strerror}", hint="choose another folder: --into") from error
    try:
        for name, text in files.items():
            path = made / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        made.chmod(0o755)
        # Taken first: what somebody made there meanwhile must not be replaced, not even an empty folder.
        folder.mkdir()
        made.rename(folder)
    except FileExistsError:
        raise UsageError(f"{folder} is there already, and is left as it is") from None
    except OSError as error:
        raise StorageError(f"cannot write {folder}: {error.strerror}", hint="choose another folder: --into") from error
    finally:
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(made)
    return folder


def files_of(order: Order) -> Mapping[str, str]:
    """The package's files by their path in it. Raises `UsageError` when no plugin can be made of the description."""
    description = _declarable(order)
    order = Order(order.name, order.sdk, description)
    fields = fields_of(order)
    kind = "examples" if description.origin else "things"
    make = script.recipe if description.origin else script.things_recipe
    recipe = make(description, order.name, order.sdk.scripts_with)
    source = f"src/{order.module}"
    files = {
        "pyproject.toml": _fill("pyproject.toml", fields),
        "README.md": _fill("README.md", fields),
        f"{source}/__init__.py": f'"""{plain(description.title, 60)} for the Agentic API Developer."""\n',
        f"{source}/plugin.py": _fill("plugin.py", fields),
        f"{source}/fake.py": _fill(f"fake_{kind}.py", fields),
        f"{source}/recipes/__init__.py": _fill("recipes.py", recipe_fields(recipe)),
        f"{source}/recipes/{recipe.name}.py": recipe.script,
        "tests/test_conformance.py": _fill("test_conformance.py", fields),
        "tests/test_fake.py": _fill(f"test_fake_{kind}.py", fields),
    }
    return files | ({f"{source}/examples.json": description.examples()} if description.origin else {})


def _fill(name: str, fields: Mapping[str, str]) -> str:
    text = resources.files(__package__).joinpath("templates", f"{name}.txt").read_text("utf-8")
    return Template(text).substitute(fields)


def _declarable(order: Order) -> Description:
    """The description with nothing that the registry or the broker would refuse: tried with a spec, not guessed."""
    description = order.description
    good: list[PlannedOperation] = []
    left_out = list(description.left_out)
    for item in description.operations:
        try:
            spec = _trial(order, (item,))
            example = item.path.replace("{", "").replace("}", "")
            judged = Rules(spec).judge(HttpRequest(item.method, f"https://{description.hosts[0]}{example}"))
        except PluginError as error:
            left_out.append(LeftOut(item.named, f"cannot be declared: {plain(error.message, 120)}"))
            continue
        if isinstance(judged, Refused):
            left_out.append(LeftOut(item.named, f"would be refused: {plain(judged.reason, 120)}"))
        else:
            good.append(item)
    if not good:
        reason = f": {left_out[-1].named} {left_out[-1].reason}" if left_out else ""
        hint = "write the plugin without --openapi" if description.origin else ""
        raise UsageError(f"there is no operation that could be declared{reason}", hint=hint)
    return replace(description, operations=tuple(good), left_out=tuple(left_out))


def _trial(order: Order, operations: tuple[PlannedOperation, ...]) -> ApiSpec:
    description = order.description
    declared = tuple(Operation(item.method, item.path, item.family) for item in operations)
    return ApiSpec(
        name=order.name,
        title=description.title,
        sdk=Sdk(order.sdk.requirement, order.sdk.modules),
        hosts=tuple(Host(host, declared, description.credential) for host in description.hosts),
        secrets=tuple(
            SecretField(field, field, (environment_name(order.name, field),), "x_placeholder")
            for field in description.secret_fields
        ),
        prompt="",
    )
