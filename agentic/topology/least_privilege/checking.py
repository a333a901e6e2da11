"""`check`: all rules over a plan. A rule is a function; a company's own stand beside ours."""

from collections.abc import Callable, Iterable, Sequence

from agentic.topology.least_privilege import grants, reach, routes, trust
from agentic.topology.least_privilege.finding import Fault, Finding
from agentic.topology.least_privilege.listed import LISTED, Listed
from agentic.topology.least_privilege.plan import Plan, Planned

Rule = Callable[[Plan], Iterable[Fault]]
"""A function from a plan to faults. Its name is the rule's, its docstring says what must hold."""

RULES: tuple[Rule, ...] = (
    grants.wide_action,
    grants.wide_resource,
    grants.no_exclusions,
    grants.no_passed_roles,
    grants.all_values_known,
    grants.own_statements_only,
    trust.scoped_trust,
    trust.one_role_each,
    reach.buckets_over_tls_only,
    reach.closed_policies,
    reach.scoped_permissions,
    reach.only_brokers_read_keys,
    routes.guarded_routes,
)


def check(
    resources: Iterable[Planned], rules: Iterable[Rule] = RULES, listed: Sequence[Listed] = LISTED
) -> tuple[Finding, ...]:
    """Every finding of every rule; none means that all hold. `listed` are the wide grants that are accepted."""
    plan = Plan(tuple(resources), listed)
    return tuple(Finding(rule.__name__, fault) for rule in rules for fault in rule(plan))
