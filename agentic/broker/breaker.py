"""When a breaker opens, for how long, and when it closes: an API that is down is not asked again by each run in turn.

What counts are requests without an answer and answers 500, 502, 503 and 504. A script can bring about answers 4xx, and some of
these too: so each run counts a few times only, several runs are needed, and who is answered counts against them.
"""

from agentic.runs.outside import Outlook

LEAST_FAILURES = 5
LEAST_RUNS = 3
MOST_OF_ONE_RUN = 5
FIRST_SECONDS = 10.0
LONGEST_SECONDS = 120.0
FAILED_STATUSES = frozenset({500, 502, 503, 504})


def failure_of(run_id: str, number: int) -> str:
    """The name of a failed request; those of one run have only so many names."""
    return f"{run_id}#{number % MOST_OF_ONE_RUN}"


def opens(outlook: Outlook) -> bool:
    """Whether that many have failed, of several runs, and at least as many as were answered."""
    failed = len(outlook.failures)
    return failed >= LEAST_FAILURES and len(outlook.runs) >= LEAST_RUNS and failed >= outlook.good


def next_seconds(outlook: Outlook, run_id: str) -> float:
    """For how long it opens again after the failed trial of a run: twice as long, but not for one run over and over."""
    if run_id == outlook.tried_by:
        return outlook.open_seconds
    return min(LONGEST_SECONDS, 2 * outlook.open_seconds)
