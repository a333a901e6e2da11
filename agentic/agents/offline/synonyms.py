"""Verbs that mean the same of any API: a recipe that says one of a class's heads is found by the others too.

Only what cannot be taken for something else: no class holds a verb that undoes, pays or ends where another does not.
"""

import functools
from collections.abc import Collection

from agentic.agents.offline.lexicon import words_of

# Verbs that make something where a thing that is not there yet follows: "send me a payment link", "open an account".
_MAKING = words_of(
    """give get send issue offer open start post raise draft log produce provide prepare publish put save store submit file
    launch arrange begin compose design develop devise form found introduce organise organize enter include throw do build up"""
)
_NOT_THERE_YET = ("a", "an", "another", "one", "me a", "me an", "us a", "us an", "out a", "in a", "up a", "me another", "a new")

_CLASSES: tuple[tuple[frozenset[str], str], ...] = (
    (
        frozenset({"create"}),
        """create|make|add|new|set up|setup|register|generate|put together|build|produce|establish|want a|
        want an|need a|need an|like a|like an|put in|put into|spin up|draw up|there should be a|
        there should be an|sign up|onboard|enrol|enroll|craft|become a|becomes a|become our|
        turn into a|put as a|put as an|enter as a|record as a|save as a|save as an|store as a|
        include as a|take as a|list as a|introduce""",
    ),
    (
        frozenset({"list", "show"}),
        """list|show|print|display|give|get|see|view|what|whats|which|who|whos|whose|fetch|retrieve|tell|
        look at|have a look|take a look|pull|pull up|bring up|read|check|output|where|know|overview|
        grab|let me have|are there|is there|were there|do we have|do i have|have we got|dump|enumerate|
        present|provide|look|inspect|examine|browse|outline|recap|summary|summarize|summarise|review|
        go through|run through|run down|rundown|load|query|open up|report on|curious|wonder|wondering|
        find|search|look up|look for|looking for|lookup|locate|need to see|want to see|send me|share|
        run me through|walk me through|let me see|list of""",
    ),
    (
        frozenset({"find", "search", "look up", "retrieve"}),
        """find|search|look up|look for|looking for|lookup|locate|track down|search for|hunt down|seek|is there|
        do we have|retrieve|fetch|show|get|see|which|who|what|give|pull up|check|discover|dig up|
        browse|query|list|identify""",
    ),
    (
        frozenset({"delete"}),
        """delete|remove|erase|get rid of|destroy|wipe out|wipe|drop|take out|purge|scrap|bin|trash|
        do away with|eliminate""",
    ),
    (
        frozenset({"change", "update"}),
        """change|update|set|make|modify|edit|correct|adjust|alter|amend|switch|replace|fix|swap|revise|
        becomes|now has|should be|should now be|needs to be|must be|should have|should read""",
    ),
    (frozenset({"cancel"}), "cancel|call off|terminate|discontinue|axe|abort|stop|end|drop"),
    (
        frozenset({"archive"}),
        """archive|retire|deactivate|disable|discontinue|withdraw|take off|stop selling|no longer sell|shelve""",
    ),
    (frozenset({"pause"}), "pause|suspend|freeze|hold|put on hold|halt|put on ice|interrupt"),
    (
        frozenset({"resume"}),
        """resume|unpause|unfreeze|restart|reactivate|continue|start again|reinstate|carry on|pick up again|
        un-pause|restore""",
    ),
    (frozenset({"send"}), "send|email|mail|deliver|mail out|dispatch|forward|send out|send off"),
    (frozenset({"finalize"}), "finalize|finalise|complete|lock in|make final|wrap up|finish"),
    (frozenset({"void"}), "void|annul|invalidate|nullify|cancel|cancel out"),
    (frozenset({"refund"}), "refund|reimburse|give back|pay back|money back|send back|return|hand back|repay|get back"),
    (frozenset({"attach"}), "attach|add|save|put|give|assign|link|store|connect|set"),
    (frozenset({"give"}), "give|should get|should have|should receive|needs to get"),
    (frozenset({"subscribe"}), "subscribe|sign up|enrol|enroll|put on"),
    (frozenset({"move"}), "move|shift|migrate|bring over|put on"),
    (frozenset({"compare"}), "compare|comparison|versus|vs|difference between|compared|contrast"),
    (
        frozenset({"close"}),
        """close|close out|shut|resolve|finish|mark as done|mark as closed|mark as resolved|wrap up|settle|
        complete""",
    ),
    (
        frozenset({"reopen"}),
        """reopen|re-open|open again|open up again|open back up|revive|bring back|unclose|open once more""",
    ),
    (frozenset({"comment"}), "comment|reply|answer|respond|write|post|note|remark|leave a"),
    (
        frozenset({"assign"}),
        """assign|give|hand|delegate|allocate|hand over|put|assignee|responsible|pass|
        should take|should go to|goes to|should handle|should own|should look after|should work on|should get|
        takes care|take care|takes over|
        take over""",
    ),
    (frozenset({"label"}), "label|tag|mark|flag|stick|apply|put|attach|add|categorize|categorise"),
    (frozenset({"star"}), "star|favourite|favorite|bookmark"),
    (frozenset({"unstar"}), "unstar|un-star|unfavourite|unfavorite"),
    (frozenset({"check"}), "check|what|whats|how much|how many|see|show|tell|give|get|look|view"),
)


@functools.lru_cache(maxsize=512)
def widened(group: str) -> tuple[str, ...]:
    """The phrases of a recipe's group of words, with those that mean the same."""
    phrases = [phrase for phrase in group.split("|") if phrase]
    more = [other for heads, names in _CLASSES if not heads.isdisjoint(phrases) for other in _parts(names)]
    if "create" in phrases:
        more += [f"{verb} {thing}" for verb in sorted(_MAKING) for thing in _NOT_THERE_YET]
    return tuple(dict.fromkeys([*phrases, *more]))


def every_word() -> Collection[str]:
    """All words of all classes."""
    return {word for _, names in _CLASSES for phrase in _parts(names) for word in phrase.split()} | _MAKING


def _parts(names: str) -> list[str]:
    return [name.strip() for name in names.split("|")]
