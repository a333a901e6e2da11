"""One agent invocation on Strands, as a stream of wire events. The only module that knows Strands' agent loop."""

import asyncio
import json
import logging
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, override

from strands import Agent
from strands.agent.conversation_manager import NullConversationManager
from strands.models.model import Model
from strands.types._events import ToolResultEvent
from strands.types.exceptions import MaxTokensReachedException
from strands.types.tools import AgentTool, ToolGenerator, ToolResult, ToolSpec, ToolUse

from agentic.core.errors import ModelError
from agentic.local.agents.bridge import drive
from agentic.local.agents.gateway import GatewayTool
from agentic.local.agents.model_errors import Reach, model_error
from agentic.local.agents.watched_model import WatchedModel
from agentic.local.agents.wire import Wire, WireMessages
from agentic.local.trace import Event, Observer

# Strands logs what a model does wrong; without a handler Python would print it over the person's terminal.
logging.getLogger("strands").addHandler(logging.NullHandler())

_LIMIT_REACHED = "limit_turns"
