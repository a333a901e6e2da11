"""The target: `validate`, whose accepted scripts are walked a second time; a sample of them is run and watched."""

from collections.abc import Callable

from agentic.core.values import Verdict
from agentic.validator import ValidationPolicy, validate
from agentic.validator.allowed import RULES
from fuzzing.target import Disagreement, Target
from fuzzing.validator.cases import make
from fuzzing.validator.walker import walk

Validate = Callable[[str | bytes, ValidationPolicy], Verdict]

POLICY = ValidationPolicy(
    modules=frozenset({"stripe", "requests", "github"}),
    environment=frozenset({"STRIPE_API_KEY", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "GITHUB_TOKEN"}),
    hosts=frozenset({"api.stripe.com", "api.github.com"}),
)


def check_with(validate: Validate) -> Callable[[str | bytes], str]:
    """The check of a script with some validator: the project's, or (for a control) something weaker."""

    def check(source: str | bytes) -> str:
        verdict = validate(source, POLICY)
        if verdict.valid:
            walk(source)
            return "accepted"
        if not verdict.findings or len(verdict.findings) > POLICY.max_findings:
            raise Disagreement("a refusal without findings, or with too many", len(verdict.findings))
        for finding in verdict.findings:
            if finding.rule not in RULES or finding.line < 0 or finding.column < 0 or not finding.message:
                raise Disagreement("a finding that says nothing", finding)
        return "refused"

    return check


TARGET = Target("validator", make, check_with(validate), share=0.25, sizes=(48, 120, 300, 700))
