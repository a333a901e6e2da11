"""The Pulumi CLI: found, new enough, logged in somewhere, and able to open the stack's secrets."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from agentic.core.errors import ConfigurationError
from agentic.interfaces.aws_checks.account import Surroundings, Target
from agentic.interfaces.checklist import Item, bad, good, note

# What the Automation API of the Pulumi SDK asks for (pulumi.automation, its minimum version).
OLDEST = (3, 1, 0)
TRIED = (3, 259, 0)
"""The version that this project's tests run with (tools/pulumi/go.mod)."""

_INSTALL = "https://www.pulumi.com/docs/install/"
_SERVICE = "https://api.pulumi.com"


def pulumi_cli(target: Target, around: Surroundings) -> Iterator[Item]:
    """The items about the CLI; none of them needs AWS."""
    try:
        from agentic.deployment.command import find

        path = find(around.environ)
    except ImportError:
        yield bad("pulumi CLI", "Pulumi's Python package is not here", "pip install 'agentic-api-developer[deploy]'")
        return
    except ConfigurationError as error:
        yield bad("pulumi CLI", error.message, error.hint)
        return
    exit_code, text = around.run([str(path), "version"])
    version = re.match(r"v?(\d+)\.(\d+)\.(\d+)", text)
    if exit_code or not version:
        yield bad("pulumi CLI", f"{path} does not tell its version: {text or exit_code}", f"install it again: {_INSTALL}")
        return
    numbers = tuple(int(part) for part in version.groups())
    if numbers < OLDEST:
        yield bad("pulumi CLI", f"{version[0]} is too old; {_dotted(OLDEST)} is the oldest that works", f"upgrade: {_INSTALL}")
    elif numbers < TRIED:
        yield note("pulumi CLI", f"{version[0]}; older than {_dotted(TRIED)}, the one this project is tried with")
    else:
        yield good("pulumi CLI", f"{version[0]} at {path}")
    yield from _backend(target, around)


def _backend(target: Target, around: Surroundings) -> Iterator[Item]:
    url = around.environ.get("PULUMI_BACKEND_URL", "") or _of_project(target.program) or _logged_in(around)
    if not url and around.environ.get("PULUMI_ACCESS_TOKEN"):
        url = _SERVICE
    if not url:
        step = "pulumi login (Pulumi's service), or pulumi login file://~ or s3://BUCKET"
        yield bad("pulumi backend", "not logged in anywhere: there is no place for the stack's state", step)
        return
    yield good("pulumi backend", f"the state is kept at {url}")
    if url.startswith("http") or target.secrets_provider not in {"", "passphrase"}:
        return
    if {"PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"} & set(around.environ):
        yield good("pulumi passphrase", "given by the environment")
    else:
        step = "PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE for CI; an empty one is allowed"
        yield note("pulumi passphrase", "Pulumi will ask for it", step)


def _of_project(program: Path) -> str:
    """`backend: url:` of Pulumi.yaml."""
    try:
        text = (program / "Pulumi.yaml").read_text("utf-8")
    except OSError:
        return ""
    found = re.search(r"^backend:\s*\n\s+url:\s*[\"']?([^\s\"']+)", text, re.MULTILINE)
    return found[1] if found else ""


def _logged_in(around: Surroundings) -> str:
    """Where `pulumi login` went last. The file holds tokens too; only the address is read out of it."""
    folder = around.environ.get("PULUMI_HOME", "")
    try:
        content = json.loads(
            (Path(folder) if folder else around.home / ".pulumi").joinpath("credentials.json").read_text("utf-8")
        )
        return str(content.get("current") or "")
    except (OSError, ValueError, AttributeError):
        return ""


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
