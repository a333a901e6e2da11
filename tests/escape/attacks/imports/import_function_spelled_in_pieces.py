# attack: no import statement and no forbidden word: the import function's name is put together at run time
# expect: validator
# validator: refused
import sys

CANARY = "CANARY" + "_7f3a"
WORD = "__im" + "port__"
ways = {
    "the builtins of the module": lambda: vars(__builtins__)[WORD],
    "a subscript of globals": lambda: globals()["__built" + "ins__"].__dict__[WORD],
    "print's own module": lambda: getattr(sys.modules[print.__module__], WORD),
    "reversed letters": lambda: getattr(sys.modules["snitliub"[::-1]], "__tropmi__"[::-1]),
    "print's self": lambda: getattr(print.__self__, WORD),
    "the bootstrap": lambda: sys.modules["_frozen_" + "importlib"].__import__,
}
for name, way in ways.items():
    try:
        text = way()("o" + "s").popen("cat @CANARY_FILE@").read()
        if CANARY in text:
            print(f"ESCAPED: by {name}: a shell read {text!r}", flush=True)
    except Exception as error:
        print(name, type(error).__name__, error)
    try:
        os = way()("os")
        text = os.read(os.open("@CANARY_FILE@", os.O_RDONLY), 100).decode()
        print(f"ESCAPED: by {name}: read {text!r}", flush=True)
    except Exception as error:
        print(name, type(error).__name__, error)
