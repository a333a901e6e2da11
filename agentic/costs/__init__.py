"""What a stack costs on AWS: an estimate from list prices and from what a run uses. Nothing is asked of AWS for it."""

from agentic.costs.estimate import Estimate, Line, estimate

__all__ = ["Estimate", "Line", "estimate"]
