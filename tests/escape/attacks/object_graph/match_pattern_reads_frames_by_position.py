# attack: positional class patterns read a data class's fields; registered for frames they walk without a dot
# expect: validator
# validator: refused
from abc import ABC
from dataclasses import dataclass

CANARY = "CANARY" + "_7f3a"


@dataclass
class Generating(ABC):
    gi_frame: object


@dataclass
class Framed(ABC):
    f_builtins: object


def values():
    yield 1


running = values()
Generating.register(type(running))
match running:
    case Generating(frame):
        Framed.register(type(frame))
        match frame:
            case Framed(builtins):
                try:
                    text = builtins["open"]("@CANARY_FILE@").read()
                    if CANARY in text:
                        print(f"ESCAPED: read {text!r}", flush=True)
                except OSError as error:
                    print(error)
                try:
                    system = builtins["__import__"]("posix").system
                    print("a shell ended with", system("cat @CANARY_FILE@"), flush=True)
                except OSError as error:
                    print(error)
