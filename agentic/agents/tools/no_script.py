"""Why a generator gave no script: the only case in which its own words count."""

from agentic.agents.conversation import Reply
from agentic.agents.declaration import ASK, DECLINE
from agentic.agents.tools.further_script import ends_as
from agentic.core.values import Repair, RunError, RunStatus


def no_script(reply: Reply, repair: Repair | None = None) -> tuple[RunStatus, RunError]:
    """How the run ends: refused or asking back when the generator said so, failed otherwise.

    With `repair` it was to write a script anew: then the run ends as its last script did, with the generator's words as a hint.
    """
    status, problem = _said(reply)
    return ends_as(repair, f"no other script was written: {problem.message}") if repair else (status, problem)


def _said(reply: Reply) -> tuple[RunStatus, RunError]:
    for line in reply.text.splitlines():
        if line.startswith(DECLINE):
            return RunStatus.REFUSED, _spoken("declined", line, DECLINE, reply.text)
        if line.startswith(ASK):
            return RunStatus.ASKS, _spoken("asks", line, ASK, reply.text)
    why = "it answered without storing one" if reply.complete else f"it stopped: {reply.stop_reason or 'no answer'}"
    said = f"; it said: {reply.text[:200]}" if reply.text else ""
    message = f"the generator wrote no script ({why}{said})"
    return RunStatus.FAILED, RunError("no_script", message, "try again, or another --model")


def _spoken(code: str, line: str, word: str, whole: str) -> RunError:
    """What was said in the line that begins with `word`, and below it as the hint."""
    _, _, rest = whole.partition(line)
    return RunError(code, line.removeprefix(word).strip()[:500], rest.strip()[:4000])
