"""The offline model's knowledge: a task's words to a recipe's script, without a model and without the network."""

from agentic.agents.offline.matching import Ask, Match, NoMatch, heard, match

__all__ = ["Ask", "Match", "NoMatch", "heard", "match"]
