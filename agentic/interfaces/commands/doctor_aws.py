"""`agentic doctor --aws`: what a person with an AWS account runs before the first `pulumi up`. Nothing is changed there."""

import argparse
import re
from pathlib import Path

from agentic.core.errors import UsageError
from agentic.core.names import is_stack_name
from agentic.core.program import program_folder
from agentic.core.settings import Settings
from agentic.core.values import to_json
from agentic.costs import Estimate, estimate
from agentic.interfaces.aws_checks import Surroundings, Target, look
from agentic.interfaces.checklist import Item, good, note, show
from agentic.interfaces.terminal import Terminal
from agentic.local.project import read_stack_file


def doctor_aws(options: argparse.Namespace, terminal: Terminal, around: Surroundings | None = None) -> int:
    """Exit code 0, 1 with a problem, 2 (raised as `UsageError`) for a stack's name or settings that cannot be used."""
    target = target_of(options.stack or "dev", program_folder())
    costs = estimate(target.settings, len(target.settings.apis))
    terminal.notice(f"looking at AWS for the stack {target.stack} (some seconds, nothing is changed)")
    items = [*look(target, around or Surroundings.real()), _costs(costs)]
    return show([*_stack_file(target), *items], terminal, stack=target.stack, costs=to_json(costs))


def target_of(stack: str, program: Path, folders: tuple[Path, ...] = ()) -> Target:
    """The stack as its file says: in the working folder or beside the program (`folders`). Raises `UsageError` and
    `ConfigurationError`.
    """
    if not is_stack_name(stack):
        raise UsageError(
            f"{stack!r} cannot be a stack's name", hint="lower-case letters and digits, joined by hyphens, such as dev"
        )
    for folder in folders or (Path.cwd(), program):
        if (path := folder / f"Pulumi.{stack}.yaml").exists():
            config = read_stack_file(path)
            return Target(stack, Settings.from_stack(config), config, program, _secrets_provider(path), file=True)
    return Target(stack, Settings(), {}, program)


def _stack_file(target: Target) -> list[Item]:
    if target.file:
        return []
    text = f"there is no Pulumi.{target.stack}.yaml: the settings' defaults are looked at"
    return [note("stack file", text, f"agentic up --stack {target.stack} makes one; or copy Pulumi.dev.yaml")]


def _secrets_provider(path: Path) -> str:
    try:
        found = re.search(r"^secretsprovider:\s*(\S+)", path.read_text("utf-8"), re.MULTILINE)
    except OSError:
        return ""
    return found[1] if found else ""


def _costs(costs: Estimate) -> Item:
    return good("costs", f"{costs.total}; docs/deploying.md has each line")
