"""Known wordings and near misses in the frames that people put around a request: greetings, reasons, stories, thanks."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from wording_files import APIS, NearMiss, Wording, near_misses, wordings

# {Task} stands as a sentence of its own, {task} goes on with one: only what begins with a verb is put there.
FRAMES = (
    "Good morning! Hope you had a nice weekend. {Task}",
    "My boss keeps asking me about this. {Task}",
    "Sorry to bother you again. {Task}",
    "I'm a bit lost here and the documentation didn't help. {Task}",
    "The team is growing fast and it's getting hard to keep track of everything. {Task}",
    "Nadia from the office called this morning, she sounded quite worried. {Task}",
    "{Task}. Thanks a lot, you're a lifesaver!",
    "{Task}. My colleague asked me for it an hour ago and I completely forgot.",
    "{Task}. That would help me a lot.",
    "{Task}. Sorry for the trouble, I'm new here. Best, Tom",
    "{Task}. They were really friendly about it, by the way.",
    "We talked about it in the meeting yesterday, so {task}",
    "Our accountant needs this for her report, so please {task}",
    "I've been putting this off for days. Would you please {task}?",
    "Sorry to ask, but could you {task}?",
    "As we discussed on the phone, please {task}",
    "Quick one before lunch: {task}",
    "I don't know how to do this myself, can you {task}?",
    "{Task}, because my manager wants it done before she goes on holiday",
    "{Task} – I can't find the button for it anywhere",
    "Hi there, I was wondering if you could {task}?",
    "Would you be so kind and {task}?",
    "Is there any chance you could {task} for me?",
    "It would be great if you could {task}",
    "I'd like you to {task}, please",
    "Do me a favour and {task}",
    "I need you to {task}",
    "I'm preparing the quarterly numbers and something looks off. {Task}",
    "Customer support just pinged me. {Task}",
    "hey hey, {task} pls",
    "Hi! My name is Priya and I joined the team last week. {Task}",
    "The client rang twice already and he's getting impatient, so {task}",
    "Not sure who else to ask... {Task}",
    "Since you were so helpful last time: {task}",
    "We're moving everything over to the new setup this week. {Task}",
    "{Task}. I'd do it myself but I'm stuck on a train.",
    "{Task}. It's for a presentation.",
    "{Task} when you have a minute, no hurry",
    "{Task}, thank you so much in advance!",
    "{Task}. We had a long argument about this and finally agreed.",
    "{Task}. Somebody in the forum complained.",
    "{Task} since nobody else has the rights to do so",
    "could u {task}",
    "Would it be possible to {task}?",
    "Can you help me? I have to {task}",
    "I've got a small task for you: {task}",
    "Please be so kind as to {task}",
    "The thing is, I promised to {task}. Could you do that?",
    "Next on my list: {task}",
    "Alright, next one. {Task}",
    "Before I forget: {task}",
    "There was some confusion in our chat about it, but it's settled now. {Task}",
    "Everyone here is on holiday and I'm holding the fort. {Task}",
    "Sorry, me again! {Task}",
    "You did great yesterday. {Task}",
    "{Task}. Our intern broke something again :(",
    "I was reading through our notes and noticed something, can you {task}?",
    "While I'm making coffee, {task}",
    "It took me ages to find this chat. {Task}",
    "Okay so here's the situation: our office is closing early today. {Task}",
    "{Task}. Much appreciated! Kind regards, Elena Rossi",
    "{Task}. I'll explain later.",
    "{Task}. That's what the lady on the phone asked for.",
)
# What takes a request back, puts it off or sets a condition: nothing that changes something may be done.
WITHDRAWN = (
    "{Task}. Actually no, leave it.",
    "{Task}. Hmm, wait, I have to ask my boss first.",
    "{Task}. Just kidding!",
    "{Task}. I changed my mind.",
    "{Task}. On second thought, I'd rather not.",
    "{Task}. But only if she agrees.",
    "{Task}. That should happen on Friday.",
    "{Task}. Don't do it yet, though.",
    "{Task}. She hasn't agreed yet.",
    "{Task}. It can wait until tomorrow.",
    "{Task}. I'm not sure we want that.",
    "{Task}. This is just an example of what I could ask.",
    "{Task}. We don't want that.",
    "I was about to ask you to {task}, but Anna said no.",
    "Bob told me to {task}. I refused.",
    "My colleague asked whether you could {task}. I don't think we should.",
    "We decided against it, so don't {task}",
    "What would happen if I asked you to {task}?",
    "I'm glad nobody asked you to {task}.",
    "They wanted me to {task}, which I find odd.",
    "If the customer agrees, please {task}",
    "Once Anna is back, {task}",
    "After the meeting, {task}",
    "I dreamed that you could {task}.",
    "Our intern said that you could {task}. I doubt it.",
    "The old system used to {task}. It was terrible.",
    "Tomorrow we want to {task}. I'm looking forward to it.",
    "Someone asked me to {task}. What do you think?",
    "{Task}. Ah no, wrong window, sorry.",
    "{Task}. No wait, that's the wrong one.",
    "{Task}. Hold on a second.",
    "{Task}. I'd like to think about it first.",
    "{Task}. Or rather don't.",
    "{Task}. But not before Friday.",
    "{Task}. Please do that at the end of the month.",
    "{Task}. Only do it if it's really necessary.",
    "{Task}. My boss hasn't approved this.",
    "{Task}. She told me not to.",
    "{Task}. That's what he asked for, but we refuse.",
    "{Task}. This was a joke.",
    "{Task}. Nope, cancel that.",
    "{Task}. Can I undo that afterwards?",
    "{Task}? I think that would be a mistake.",
    "{Task}. That must not happen.",
    "{Task}. I never said that.",
    "{Task}. Let's wait for Anna's answer.",
    "{Task}. I need her okay first.",
    "{Task}. This is the text of the ticket, I just want your opinion.",
    "{Task}. That is what the email says; should I?",
    "The mail says: {task}. Is that spam?",
    'Yesterday somebody wrote "{task}" in the chat.',
    "He asked me to {task}. I won't.",
    "Imagine I asked you to {task}.",
    "My friend thinks you can {task}.",
    "It would be bad if you {task}",
    "I hope you don't {task}",
    "Whatever you do, don't {task}",
    "As soon as the payment arrives, {task}",
    "{Task} as soon as she replies",
    "{Task} once we have the okay",
    "{Task}. Then do the same for all the others.",
    "{Task}. Do the same with the next one.",
    "{Task}. Twice.",
)
_BEGINS = """create add make register set open list show get give find delete remove cancel refund charge pause resume move
    change update rename archive finalize send void mark close reopen comment label assign star unstar read search tell
    print compare check subscribe switch attach put start file raise write post cut publish fetch display generate stop
    end reimburse erase retire invoice email look pull"""


def framed(frame: str, task: str) -> str | None:
    """The task in the frame; None where it cannot stand there."""
    bare = task.rstrip(" .!")
    if "{Task}" in frame:
        # What ends with its own mark, or in a text without one, goes on in no sentence.
        closed = bare.endswith("?") and "{Task}." in frame
        return frame.replace("{Task}.", "{Task}").format(Task=bare) if closed else frame.format(Task=bare)
    first = bare.split()[0].casefold()
    if first not in _BEGINS.split() or bare.endswith("?") or ". " in bare:
        return None
    return frame.format(task=bare[0].lower() + bare[1:])


def framed_wordings(frames: Sequence[str], step: int) -> Iterator[Wording]:
    """Every `step`-th wording in each frame, beginning one later with each frame."""
    for told, frame in _paired([item for api in APIS for item in wordings(api)], frames, step):
        if text := framed(frame, told.task):
            yield replace(told, task=text)


def framed_near_misses(frames: Sequence[str], step: int) -> Iterator[NearMiss]:
    for told, frame in _paired([item for api in APIS for item in near_misses(api)], frames, step):
        if text := framed(frame, told.task):
            yield replace(told, task=text)


def _paired[T](items: Sequence[T], frames: Sequence[str], step: int) -> Iterator[tuple[T, str]]:
    for number, frame in enumerate(frames):
        yield from ((item, frame) for item in items[number % step :: step])
