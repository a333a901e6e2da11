# attack: operator.attrgetter and methodcaller walk attributes whose names exist only as numbers in the text
# expect: validator
# validator: refused
import operator
from operator import attrgetter, methodcaller

CANARY = "CANARY" + "_7f3a"


def word(*numbers):
    return bytes(numbers).decode()


UNDER = word(95, 95)
GLOBALS = f"{UNDER}init{UNDER}.{UNDER}globals{UNDER}"


class Start:
    def __init__(self):
        self.name = "start"


def globals_of_start():
    return attrgetter(GLOBALS)(Start())


def subclasses():
    base = attrgetter(f"{UNDER}base{UNDER}")(type(Start()))
    return methodcaller(f"{UNDER}subclasses{UNDER}")(base)


def through_a_list():
    return [*map(attrgetter(f"{UNDER}class{UNDER}.{UNDER}mro{UNDER}"), (Start(),))][0]


try:
    names = operator.getitem(globals_of_start(), f"{UNDER}builtins{UNDER}")
    names = names if isinstance(names, dict) else attrgetter(f"{UNDER}dict{UNDER}")(names)
    text = names["open"]("@CANARY_FILE@").read()
    print(f"ESCAPED: read {text!r}" if CANARY in text else "nothing", flush=True)
except Exception as error:
    print("globals", type(error).__name__, error)

try:
    opener = next(kind for kind in subclasses() if kind.__name__ == "_IOBase")
    raw = next(kind for kind in operator.methodcaller(f"{UNDER}subclasses{UNDER}")(opener) if kind.__name__ == "_RawIOBase")
    files = next(kind for kind in methodcaller(f"{UNDER}subclasses{UNDER}")(raw) if kind.__name__ == "FileIO")
    text = files("@CANARY_FILE@").read().decode()
    print(f"ESCAPED: read {text!r}" if CANARY in text else "nothing", flush=True)
except Exception as error:
    print("subclasses", type(error).__name__, error)
print(through_a_list())
