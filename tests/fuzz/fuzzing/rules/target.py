"""The target: `Rules.judge` and what the broker makes of a request that it allowed."""

from collections.abc import Callable

from agentic.broker.credentials import to_send
from agentic.broker.rules import Allowed, Refused, Rules
from agentic.core.spec import ApiSpec
from agentic.core.wire import HttpRequest
from fuzzing.rules.cases import make
from fuzzing.rules.reader import reread, reread_sent
from fuzzing.rules.specs import SECRET, SPECS
from fuzzing.target import Disagreement, Target

Judge = Callable[[ApiSpec, HttpRequest], Allowed | Refused]

_RULES = {name: Rules(spec) for name, spec in SPECS.items()}


def judge(spec: ApiSpec, request: HttpRequest) -> Allowed | Refused:
    return _RULES[spec.name].judge(request)


def check_with(judge: Judge) -> Callable[[tuple[str, HttpRequest]], str]:
    """The check of a case with some way to judge requests: the rules, or (for a control) something weaker."""

    def check(case: tuple[str, HttpRequest]) -> str:
        spec, request = SPECS[case[0]], case[1]
        allowed = judge(spec, request)
        if isinstance(allowed, Refused):
            return "refused"
        canonical = HttpRequest(allowed.method, allowed.url, allowed.headers, allowed.body)
        if (canonical.method, canonical.body) != (request.method, request.body):
            raise Disagreement("the method or body is not the one that was asked for")
        reread(spec, canonical, allowed.operation)
        again = judge(spec, canonical)
        if isinstance(again, Refused):
            raise Disagreement("the canonical form is refused when it is judged again", again.reason)
        if (again.url, again.operation) != (allowed.url, allowed.operation):
            raise Disagreement("the canonical form has another canonical form", f"{allowed.url} {again.url}")
        reread_sent(spec, to_send(spec, allowed, SECRET), SECRET["api_key"])
        return "accepted"

    return check


TARGET = Target("rules", make, check_with(judge), share=0.3)
