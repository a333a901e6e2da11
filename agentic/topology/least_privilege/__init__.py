"""Least privilege as plain checks over planned resources. No Pulumi needed; anybody may add rules (docs/least-privilege.md)."""

from agentic.topology.least_privilege.checking import RULES, Rule, check
from agentic.topology.least_privilege.finding import Fault, Finding
from agentic.topology.least_privilege.listed import LISTED, Listed
from agentic.topology.least_privilege.plan import Plan, Planned, Statement

__all__ = ["LISTED", "RULES", "Fault", "Finding", "Listed", "Plan", "Planned", "Rule", "Statement", "check"]
