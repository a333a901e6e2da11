"""Which of an agent's instances is asked, where a stack has several: quotas of requests and sessions are each agent's own."""

from zlib import crc32

from agentic.core.names import RUN_ID_LENGTH


def instance_for(agent_arn: str, session: str) -> str:
    """The ARN of the instance that is asked in `session`: the same one for all sessions of a run (`session_id`).

    `agent_arn` has the ARNs of all instances, with spaces between them; an agent of one instance has one.
    """
    arns = agent_arn.split()
    if len(arns) < 2:
        return agent_arn
    return arns[crc32(session[:RUN_ID_LENGTH].encode()) % len(arns)]
