"""What a rule finds."""

from dataclasses import dataclass

from agentic.topology.least_privilege.plan import Planned, Statement


@dataclass(frozen=True, slots=True)
class Fault:
    """What a rule yields: where, what is wrong, and what to do about it. `statement` is empty where it is the resource's."""

    resource: Planned
    wrong: str
    remedy: str
    statement: str = ""

    @classmethod
    def of(cls, statement: Statement, wrong: str, remedy: str) -> "Fault":
        return cls(statement.resource, wrong, remedy, statement.sid)


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault and the name of the rule that found it."""

    rule: str
    fault: Fault

    def __str__(self) -> str:
        """One line for people."""
        resource = self.fault.resource
        where = f"{resource.type.rpartition(':')[2]} {resource.name}"
        statement = f", {self.fault.statement}" if self.fault.statement else ""
        return f"{self.rule}: {where}{statement}: {self.fault.wrong}; {self.fault.remedy}"
