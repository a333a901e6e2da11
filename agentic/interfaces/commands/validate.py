"""`agentic validate`: the validator alone, in this process; nothing is stored or run."""

import argparse

from agentic.core.cache import cache_folder
from agentic.core.errors import ExitCode
from agentic.core.values import to_json
from agentic.interfaces.commands.run import script
from agentic.interfaces.terminal import Terminal, visible
from agentic.registry import Registry
from agentic.validator import ValidationPolicy, validate as judge
from agentic.validator.describe import installed_index


def validate(options: argparse.Namespace, terminal: Terminal) -> int:
    text, spec = script(options.file), Registry.load().get(options.api)
    # Calls are checked against the SDK that is installed here; a new one is read once, which takes a while.
    index = installed_index(spec.sdk, cache_folder())
    verdict = judge(text, ValidationPolicy.for_spec(spec, index))
    if options.json:
        terminal.json(to_json(verdict))
    elif verdict.valid:
        terminal.line(f"{options.file}: valid")
    else:
        terminal.error(f"Code validation failed: {verdict.summary}")
        for finding in verdict.findings:
            fix = f" — {finding.fix}" if finding.fix else ""
            terminal.line(visible(f"{options.file}:{finding.line}:{finding.column}: {finding.rule}: {finding.message}{fix}"))
    return ExitCode.DONE if verdict.valid else ExitCode.REFUSED
