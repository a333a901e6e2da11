"""`agentic validate`: the validator alone, in this process; nothing is stored or run."""

import argparse
from collections.abc import Callable
from functools import cache, partial

from agentic.agents.routing import route
from agentic.core.cache import cache_folder
from agentic.core.errors import ExitCode
from agentic.core.values import to_json
from agentic.interfaces.commands.run import script
from agentic.interfaces.terminal import Terminal, visible
from agentic.registry import Registry
from agentic.validator import SdkIndex, ValidationPolicy, validate as judge
from agentic.validator.describe import Source, Sources, cached_index, installed, packages_of


def validate(options: argparse.Namespace, terminal: Terminal) -> int:
    text, registry = script(options.file), Registry.load()
    spec = registry.get(options.api or route(tuple(registry), code=text).api)
    # Calls are checked against the SDK that is installed here.
    sources = announced(
        installed(packages_of(spec.sdk)), lambda: terminal.notice(f"reading the {spec.title} SDK (once per version)")
    )
    content = cached_index(spec.sdk, sources, cache_folder())
    verdict = judge(text, ValidationPolicy.for_spec(spec, SdkIndex(content) if content else None))
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


def announced(sources: Sources, tell: Callable[[], None]) -> Sources:
    """The same sources, with `tell` called once before the first is read: a new SDK takes seconds, a known one is not read."""
    once = cache(tell)

    def read(source: Source) -> bytes:
        once()
        return source.read()

    modules = {name: Source(source.is_package, partial(read, source)) for name, source in sources.modules.items()}
    return Sources(modules, sources.fingerprint)
