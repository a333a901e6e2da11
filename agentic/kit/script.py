"""The generated recipe: one call of the API as a complete script, with requests or with the standard library alone."""

import re
from dataclasses import dataclass
from typing import Any, cast

from agentic.core.spec import READ_METHODS, CredentialKind
from agentic.kit.description import Description, PlannedOperation
from agentic.kit.text import literal, plain

# In a path, and in a credential's template.
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class GeneratedRecipe:
    """A recipe's parts. `parameter` is the source text of its only parameter, or empty."""

    name: str
    task: str
    words: tuple[str, ...]
    script: str
    parameter: str = ""


def recipe(description: Description, api: str, with_what: str) -> GeneratedRecipe:
    """The recipe for what is simplest to call: a list, else one object, else something made.

    `with_what` is "requests" or "urllib". The placeholder names of the environment are `<API>_<FIELD>`.
    """
    operation = min(description.operations, key=_difficulty)
    name = operation.family.replace("_", " ")
    one = name.removesuffix("s")
    if operation.method in READ_METHODS:
        verb, words = ("list" if "{" not in operation.path else "show"), "list|show|get|give|see|print"
    else:
        verb, words = "create", "create|add|make|new|send"
    what = name if verb == "list" else one
    script = _script(description, operation, api, with_what)
    title = api.replace("_", " ").title()
    task = f"{verb.capitalize()} {'the' if verb == 'list' else _article(title)} {title} {what}"
    return GeneratedRecipe(f"{verb}_{operation.family}"[:60], task, (words, f"{name}|{one}" if one != name else name), script)


def things_recipe(description: Description, api: str, with_what: str) -> GeneratedRecipe:
    """The recipe of the package that starts from nothing: create a thing with a name."""
    operation = next(item for item in description.operations if item.method == "POST")
    script = _script(description, operation, api, with_what, constant='NAME = "Alice"', body='{"name": NAME}')
    title = api.replace("_", " ").title()
    shown = "print(f\"Created thing {found['id']}: {found['name']}\")"
    return GeneratedRecipe(
        "create_thing",
        f"Create {_article(title)} {title} thing named Alice",
        ("create|add|make|new", "thing"),
        script.replace("print(json.dumps(found, indent=2))", shown).replace(*_unused_json(with_what)),
        'Parameter("NAME", ParameterKind.NAME, required=True)',
    )


def _unused_json(with_what: str) -> tuple[str, str]:
    return ("import json\nimport os", "import os") if with_what == "requests" else ("", "")


def _article(word: str) -> str:
    return "an" if word[0] in "AEIOU" else "a"


def environment_name(api: str, field: str) -> str:
    return f"{api}_{field}".upper()


def _difficulty(operation: PlannedOperation) -> tuple[bool, int, bool, int]:
    reads = operation.method == "GET"
    return not reads, operation.path.count("{"), operation.example is None, len(operation.path)


def _script(
    description: Description, operation: PlannedOperation, api: str, with_what: str, *, constant: str = "", body: str = ""
) -> str:
    names = dict.fromkeys(_PLACEHOLDER.findall(operation.path))
    constants = [*([constant] if constant else []), *(f'{name.upper()} = "1"' for name in names)]
    path = _PLACEHOLDER.sub(lambda found: f"{{{found[1].upper()}}}", operation.path)
    url = ("f" if names else "") + literal(f"https://{description.hosts[0]}{path}")
    if not body and operation.method not in READ_METHODS:
        body = _value(operation.body if operation.body is not None else {})
    make = _with_requests if with_what == "requests" else _with_urllib
    about = operation.summary or operation.named
    return "\n".join([f'"""{plain(about).strip(" .")}."""', "", *make(description, operation, api, constants, url, body), ""])


def _with_requests(
    description: Description, operation: PlannedOperation, api: str, constants: list[str], url: str, body: str
) -> list[str]:
    credential = description.credential
    match credential.kind:
        case CredentialKind.BASIC:
            user, password = (_looked_up(api, field) for field in description.secret_fields)
            access = f"auth=({user}, {password})"
        case CredentialKind.QUERY:
            access = f"params={{{literal(credential.name)}: {_filled(api, credential.template)}}}"
        case _:
            access = f"headers={{{literal(credential.name)}: {_filled(api, credential.template)}}}"
    sent = f", json={body}" if body else ""
    return [
        *("import json", "import os", "import sys", "", "import requests", ""),
        *constants,
        f"url = {url}",
        "",
        f'answer = requests.request("{operation.method}", url, {access}{sent}, timeout=30)',
        "if not answer.ok:",
        f"    print({literal(description.title + ':')}, answer.status_code, answer.text, file=sys.stderr)",
        "    sys.exit(1)",
        "",
        "found = answer.json() if answer.content else None",
        "print(json.dumps(found, indent=2))",
    ]


def _with_urllib(
    description: Description, operation: PlannedOperation, api: str, constants: list[str], url: str, body: str
) -> list[str]:
    credential = description.credential
    imports = ["import json", "import os", "import sys", "import urllib.error"]
    address, header = "url", ""
    match credential.kind:
        case CredentialKind.BASIC:
            imports.insert(0, "import base64")
            user, password = (_looked_up(api, field) for field in description.secret_fields)
            header = f'"Authorization": "Basic " + base64.b64encode(f"{{{user}}}:{{{password}}}".encode()).decode()'
        case CredentialKind.QUERY:
            imports.append("import urllib.parse")
            query = f"urllib.parse.urlencode({{{literal(credential.name)}: {_filled(api, credential.template)}}})"
            address = f'url + "?" + {query}'
        case _:
            header = f"{literal(credential.name)}: {_filled(api, credential.template)}"
    headers = ", ".join([*([header] if header else []), *(['"Content-Type": "application/json"'] if body else [])])
    data = f"data=json.dumps({body}).encode(), " if body else ""
    return [
        *(*imports, "import urllib.request", ""),
        *constants,
        f"url = {url}",
        "",
        f'request = urllib.request.Request({address}, {data}headers={{{headers}}}, method="{operation.method}")',
        "try:",
        "    with urllib.request.urlopen(request, timeout=30) as answer:",
        "        content = answer.read()",
        "except urllib.error.HTTPError as error:",
        f"    print({literal(description.title + ':')}, error.code, error.read().decode(), file=sys.stderr)",
        "    sys.exit(1)",
        "",
        "found = json.loads(content) if content else None",
        "print(json.dumps(found, indent=2))",
    ]


def _looked_up(api: str, field: str) -> str:
    return f"os.environ['{environment_name(api, field)}']"


def _filled(api: str, template: str) -> str:
    """A credential's template as an expression of the script: `f"Bearer {os.environ['ACME_KEY']}"`."""
    whole = _PLACEHOLDER.fullmatch(template)
    if whole:
        return _looked_up(api, whole[1])
    return 'f"' + _PLACEHOLDER.sub(lambda found: f"{{{_looked_up(api, found[1])}}}", template) + '"'


def _value(value: Any) -> str:
    """Plain JSON as a Python expression."""
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        return "{" + ", ".join(f"{literal(name)}: {_value(item)}" for name, item in fields.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, cast("list[Any]", value))) + "]"
    return literal(value) if isinstance(value, str) else repr(value)
