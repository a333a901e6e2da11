"""From an order to the words that the templates have places for."""

import base64
import importlib.metadata
from collections.abc import Iterable
from urllib.parse import quote

from agentic.agents.offline.lexicon import FILLER, VERBS, stems
from agentic.core.spec import CredentialKind
from agentic.kit.description import Description, PlannedOperation
from agentic.kit.order import Order
from agentic.kit.script import GeneratedRecipe, environment_name
from agentic.kit.text import literal, plain

_SELF = "agentic-api-developer"
# Words that tasks for every API have.
_OF_ANY_API = FILLER | VERBS | stems("api apis default general other misc public external resource resources data")


def fields_of(order: Order) -> dict[str, str]:
    """The values of every placeholder in the templates, each safe where it stands."""
    description, sdk = order.description, order.sdk
    credential = f"Credential(CredentialKind.{description.credential.kind.name}, {literal(description.credential.template)}"
    credential += f", {literal(description.credential.name)})" if description.credential.name else ")"
    camel = "".join(part.capitalize() for part in order.name.split("_"))
    query, headers = _with_key(description)
    origin = (
        f"its operations come from {description.origin}"
        if description.origin
        else "a start, to be filled with what the API can do"
    )
    return {
        "api": order.name,
        "package": order.package,
        "module": order.module,
        "title": plain(description.title, 60),
        "title_literal": literal(description.title),
        "about": literal(f"{description.title} for the Agentic API Developer"),
        "version": importlib.metadata.version(_SELF),
        "requirement": literal(sdk.requirement),
        "lock": "" if sdk.pinned else f', lock="{order.module}:requirements.lock"',
        "modules": _tuple(sdk.modules),
        "spec_imports": "Credential, CredentialKind, Host, Operation, Sdk, SecretField",
        "operations": "\n".join(_operation_lines(description)),
        "left_out": _left_out(description),
        "prompt": _prompt(order),
        "hosts": ", ".join(f"Host({literal(host)}, OPERATIONS, {credential})" for host in description.hosts) + ",",
        "secrets": "".join(_secret(order, field) for field in description.secret_fields) + "\n    ",
        "words": _tuple(_words(order)),
        "factory": f"fake_{order.name}",
        "fake_class": f"{camel}Fake",
        "has_key": _has_key(description),
        "host": description.hosts[0],
        "query": literal(query),
        "headers": "{" + ", ".join(f"{literal(name)}: {literal(value)}" for name, value in headers.items()) + "}",
        "origin_text": origin,
        "next": "\n".join(_next(order)),
        "test_secrets": _test_secrets(description),
        "import_base64": "import base64\n" if description.credential.kind is CredentialKind.BASIC else "",
        "import_parse_qsl": "from urllib.parse import parse_qsl\n"
        if description.credential.kind is CredentialKind.QUERY
        else "",
    }


def _tuple(texts: Iterable[str]) -> str:
    listed = [literal(text) for text in texts]
    return f"({', '.join(listed)}{',' if len(listed) == 1 else ''})"


def _words(order: Order) -> list[str]:
    """The API's name, and its families: but not those whose words speak for any API, or for nothing."""
    families = dict.fromkeys(item.family.replace("_", " ") for item in order.description.operations)
    telling = [name for name in families if not stems(name) <= _OF_ANY_API and len(name) > 1]
    return list(dict.fromkeys([order.name, *telling]))


def _operation_lines(description: Description) -> list[str]:
    by_family: dict[str, list[PlannedOperation]] = {}
    for item in description.operations:
        by_family.setdefault(item.family, []).append(item)
    lines: list[str] = []
    for group in by_family.values():
        for item in group:
            about = f"  # {plain(item.summary, 60)}" if item.summary else ""
            lines.append(f"    Operation({literal(item.method)}, {literal(item.path)}, {literal(item.family)}),{about}")
    return lines


def _left_out(description: Description) -> str:
    """What is not declared, as comments: whoever wants one of these takes it up into OPERATIONS."""
    rows = [f"# {plain(item.named, 120)}: {plain(item.reason, 140)}" for item in description.left_out]
    notes = [f"# Note: {plain(note, 160)}" for note in description.notes]
    if not rows and not notes:
        return ""
    head = ["", "# Left out of the description. Take one up into OPERATIONS if scripts need it."] if rows else [""]
    return "\n".join([*head, *rows, *notes]) + "\n"


def _prompt(order: Order) -> str:
    description, names = order.description, [environment_name(order.name, field) for field in order.description.secret_fields]
    with_what = "requests" if order.sdk.scripts_with == "requests" else ", ".join(order.sdk.modules)
    credential = description.credential
    match credential.kind:
        case CredentialKind.BASIC:
            way = "basic authentication with user and password from " + " and ".join(f'os.environ["{name}"]' for name in names)
        case CredentialKind.QUERY:
            way = f'the query parameter {credential.name} = os.environ["{names[0]}"]'
        case _:
            way = f'the header {credential.name}: {credential.template.replace("{key}", "KEY")}, KEY = os.environ["{names[0]}"]'
    lines = [
        f"Write for {plain(description.title, 60)} at https://{description.hosts[0]} with {with_what}.",
        f"- Key: {way}. Never write a key into the script.",
        "- Check each answer; print an error with its message to stderr, and sys.exit(1).",
        "- Print the id of everything that is created or changed, and its key facts.",
        "- Allowed: " + ", ".join(item.named for item in description.operations[:30]) + ".",
    ]
    # A backslash or a quotation mark would end or change the literal around it; `plain` and the checks let none through.
    return "\n".join(line.replace("\\", "/").replace('"""', "'''") for line in lines)


def _secret(order: Order, field: str) -> str:
    title = f"{order.description.title} {field}"
    return f"""
        SecretField(
            name={literal(field)},
            title={literal(title)},
            environment=({literal(environment_name(order.name, field))},),
            placeholder={literal(f"{order.name}_placeholder_{field}")},
            # If keys have a form, say it: `test_pattern` and `live_pattern` keep live keys away from fakes.
            fake_value={literal(f"{order.name}_fake_{{random}}")},
        ),"""


def _has_key(description: Description) -> str:
    credential = description.credential
    match credential.kind:
        case CredentialKind.BASIC:
            lines = [
                f"pair = {literal(credential.template)}.format(**self._secrets)",
                'return request.headers.get("authorization") == f"Basic {base64.b64encode(pair.encode()).decode()}"',
            ]
        case CredentialKind.QUERY:
            lines = [
                f"wanted = {literal(credential.template)}.format(**self._secrets)",
                f"return dict(parse_qsl(request.query)).get({literal(credential.name)}) == wanted",
            ]
        case _:
            lines = [
                f"wanted = {literal(credential.template)}.format(**self._secrets)",
                f"return request.headers.get({literal(credential.name.lower())}) == wanted",
            ]
    return "\n".join(f"        {line}" for line in lines)


def _test_secrets(description: Description) -> str:
    return "{" + ", ".join(f"{literal(field)}: {literal(f'test-{field}')}" for field in description.secret_fields) + "}"


def _with_key(description: Description) -> tuple[str, dict[str, str]]:
    """Query and headers of a request that carries the key of the generated tests."""
    credential = description.credential
    filled = credential.template.format(**{field: f"test-{field}" for field in description.secret_fields})
    match credential.kind:
        case CredentialKind.BASIC:
            return "", {"authorization": f"Basic {base64.b64encode(filled.encode()).decode()}"}
        case CredentialKind.QUERY:
            return f"{quote(credential.name)}={quote(filled)}", {}
        case _:
            return "", {credential.name.lower(): filled}


def recipe_fields(recipe: GeneratedRecipe) -> dict[str, str]:
    """The same for the recipes' table."""
    imports = "Parameter, ParameterKind, Recipe" if recipe.parameter else "Recipe"
    parameters = f"\n        parameters=({recipe.parameter},)," if recipe.parameter else ""
    return {
        "name": recipe.name,
        "task": plain(recipe.task, 120),
        "words": _tuple(recipe.words),
        "imports": imports,
        "parameters": parameters,
    }


def _next(order: Order) -> list[str]:
    sdk, description = order.sdk, order.description
    lines: list[str] = []
    if sdk.asked and sdk.scripts_with == "requests":
        asked = plain(sdk.asked)
        lines.append(
            f"- The SDK {asked} was not installed when this was written, so scripts use requests. To change over:"
            f" `pip install {asked}`,"
            " name it in `pyproject.toml` and in `Sdk(…)` with the packages that scripts import, and write the recipe with it."
        )
    elif sdk.scripts_with == "urllib":
        lines.append(
            "- The recipe speaks HTTP with the standard library. Write it with the SDK, and say in `PROMPT` how that is used."
        )
    if description.origin:
        lines.append(
            "- Read through OPERATIONS: say `write=False` where a POST only reads, and take up what was left out if need be."
        )
    else:
        lines.append("- Replace the things by what the API really has: OPERATIONS, the recipe, the fake and its tests.")
    lines.append(
        "- Functions take an SDK at a pinned version only. One that the Agentic API Developer does not pin is pinned here:"
        f' `Sdk(…, lock="{order.module}:requirements.lock")`, and `agentic plugins lock {order.name}` writes the file.'
    )
    return lines
