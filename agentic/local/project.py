"""The stack that the local cloud runs, and what a stack file says."""

import json
import re
from pathlib import Path
from typing import Any, cast

from agentic.core.errors import AgenticError, ConfigurationError, StorageError
from agentic.core.key_forms import quoted_text

STACK = "dev"
REGION = "us-east-1"


def stack_config(main: Path, stack: str = STACK) -> dict[str, str]:
    """The configuration in the stack file beside the program `main`. Empty without such a file."""
    return read_stack_file(main.parent / f"Pulumi.{stack}.yaml")


def read_stack_file(path: Path) -> dict[str, str]:
    """A stack file's configuration as Pulumi keeps it: texts by full key. Empty when there is no such file.

    Raises `ConfigurationError` with the line for a file that is not one, `StorageError` for one that cannot be read. Nothing of
    the file's text is in the message: it may hold what somebody should not have written there.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise StorageError(f"cannot read {path}: {error.strerror}", hint="check the file's permissions and its disk") from None
    yaml, loader = _yaml()
    try:
        parsed: Any = yaml.load(content, loader) or {}
        config: Any = parsed.get("config") or {}
        return {str(key): _text(value) for key, value in config.items()}
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{path.name} is not a stack file: {_reason(error)}", hint=_HINT) from None
    except (AttributeError, TypeError, ValueError, RecursionError):
        raise ConfigurationError(f"{path.name} is not a stack file: no settings below `config:`", hint=_HINT) from None


_HINT = "a stack file has `config:`, and indented below it lines such as `agentic:run_seconds: 60`"


def _yaml() -> tuple[Any, Any]:
    """The module, and a loader that takes for a number or a truth value only what Pulumi takes for one."""
    try:
        import yaml
    except ImportError as error:
        raise AgenticError("the package PyYAML is missing", hint="pip install 'agentic-api-developer[deploy]'") from error

    class Loader(yaml.SafeLoader):
        def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
            names = [getattr(name, "value", None) for name, _ in getattr(node, "value", ())]
            if len({str(name) for name in names}) < len(names):
                raise yaml.constructor.ConstructorError(None, None, "a key is there twice", node.start_mark)
            return cast("dict[Any, Any]", super().construct_mapping(node, deep))

    # Words (yes, on) and dates stay texts, as in YAML 1.2, which Pulumi reads.
    Loader.yaml_implicit_resolvers = {}
    for tag, form, first in (
        ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
        ("int", r"[-+]?(?:0|[1-9][0-9]*)", "-+0123456789"),
        ("float", r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
        ("null", r"~|null|Null|NULL|", "~nN"),
    ):
        firsts = [*first, *([""] if tag == "null" else [])]
        cast("Any", Loader).add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(rf"(?:{form})\Z"), firsts)
    return yaml, Loader


def _reason(error: Any) -> str:
    """What the parser says, with the place, without its quotation of the file."""
    mark = getattr(error, "problem_mark", None)
    place = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "a character that YAML does not allow"
    return f"{quoted_text(' '.join(str(problem).split()))}{place}"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
