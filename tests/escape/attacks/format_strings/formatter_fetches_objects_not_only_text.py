# attack: string.Formatter walks like a format text, but hands out the object at the end of the walk, to be called
# expect: validator
# validator: refused
import string

CANARY = "CANARY" + "_7f3a"
HOPS = "0.__class__.__init__.__globals__"


class Start:
    def __init__(self):
        self.name = "start"


class Fetching(string.Formatter):
    """A subclass sees every object that a format text reaches."""

    caught = None

    def format_field(self, value, format_spec):
        type(self).caught = value
        return ""


def by_get_field():
    found, _ = string.Formatter().get_field(HOPS + "[string]._re._compiler", (Start(),), {})
    return found


def by_a_subclass():
    Fetching().vformat("{" + HOPS + "[__builtins__]}", (Start(),), {})
    return Fetching.caught


for way in (by_get_field, by_a_subclass):
    try:
        builtins = way()
        names = builtins if isinstance(builtins, dict) else vars(builtins)
        names = names.get("__builtins__", names)
        names = names if isinstance(names, dict) else vars(names)
        text = names["open"]("@CANARY_FILE@").read()
        if CANARY in text:
            print(f"ESCAPED: {way.__name__} opened a file: {text!r}", flush=True)
    except Exception as error:
        print(way.__name__, type(error).__name__, error)
