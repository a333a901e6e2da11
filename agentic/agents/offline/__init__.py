"""The offline model's knowledge: a task's words to a recipe's script, without a model and without the network."""

from agentic.agents.offline.matching import Ask, Match, NoMatch, heard, match
from agentic.agents.offline.references import match_in_session

__all__ = ["Ask", "Match", "NoMatch", "heard", "match", "match_in_session"]
