"""One conversation with an agent, whatever backend it lives in; the kind of its ARN tells how it is asked."""

from agentic.agents.conversation.converse import client_of, converse, takes_model
from agentic.agents.conversation.patience import Patience
from agentic.agents.conversation.reply import Bounds, Reply, aws_words, session_id

__all__ = ["Bounds", "Patience", "Reply", "aws_words", "client_of", "converse", "session_id", "takes_model"]
