"""Reads settings from a TOML file into values by key, with one line for whatever is wrong with the file."""

import stat
import tomllib
from pathlib import Path
from typing import Any, cast

from agentic.core.errors import ConfigurationError, StorageError
from agentic.core.key_forms import quoted_text

# Some hundred times what a file of all settings needs; a device or a disk image given by mistake is not read to its end.
_LARGEST_BYTES = 1 << 20


def read_toml(path: Path) -> dict[str, Any]:
    """The file's values, tables flattened into dotted keys. Raises `ConfigurationError` and `StorageError`."""
    text = _text(path)
    try:
        return _flat(path, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        # Its words have line and column, and sometimes a name that stands in the file.
        words = str(error).replace("at end of document", f"at line {text.count('\n') + 1}, at its end")
        raise ConfigurationError(f"{path} is not a TOML file: {quoted_text(words)}", hint=_EXAMPLE) from None
    except (ValueError, RecursionError):
        # Python's own limits: a number of thousands of digits, tables in tables in tables.
        raise ConfigurationError(f"{path} is not a TOML file that can be read: something in it is too large") from None


_EXAMPLE = 'a setting is a line such as run_seconds = 60, or orchestrator = "…" below [model]'


def _text(path: Path) -> str:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise ConfigurationError(f"{path} is not a file", hint="name the TOML file with the settings")
        with path.open("rb") as file:
            content = file.read(_LARGEST_BYTES + 1)
    except FileNotFoundError:
        raise ConfigurationError(f"there is no file {path}", hint="name the TOML file with the settings") from None
    except ValueError:
        raise ConfigurationError("a file's name cannot have a null character in it") from None
    except OSError as error:
        raise StorageError(f"cannot read {path}: {error.strerror}", hint="check the file's permissions and its disk") from None
    if len(content) > _LARGEST_BYTES:
        raise ConfigurationError(
            f"{path} is larger than a file of settings can be", hint="name the TOML file with the settings"
        )
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigurationError(f"{path} is not a TOML file: not UTF-8 (at line {line})", hint="save it as UTF-8") from None


def _flat(path: Path, tables: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    pending: list[tuple[str, dict[str, Any]]] = [("", tables)]
    while pending:
        prefix, table = pending.pop()
        for name, value in table.items():
            key = f"{prefix}{name}"
            if isinstance(value, dict):
                pending.append((f"{key}.", cast("dict[str, Any]", value)))
            elif key in values:
                raise ConfigurationError(f"{path}: {quoted_text(key)} is given twice, once as a quoted name with a dot")
            else:
                values[key] = value
    return values
