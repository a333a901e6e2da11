# attack: loading a pickle calls whatever it names: a shell, open(), a function found by dots
# expect: validator
# validator: refused
import io
import pickle

CANARY = "CANARY" + "_7f3a"

# Written by hand, so that nothing of what is called is named in Python's own syntax.
SHELL = b"cposix\nsystem\n(S'cat @CANARY_FILE@'\ntR."
OPENED = b"cio\nopen\n(S'@CANARY_FILE@'\ntR."
DOTTED = b"\x80\x04\x8c\x02os\x8c\x0bpath.os.open\x93(\x8c" + bytes([len("@CANARY_FILE@")]) + b"@CANARY_FILE@K\x00tR."
EVAL = b"cbuiltins\neval\n(S'open(\"@CANARY_FILE@\").read()'\ntR."


def read(found):
    """Whatever kind of opened thing came out."""
    if isinstance(found, str):
        return found
    if isinstance(found, int):
        import os

        return os.read(found, 200).decode()
    return found.read()


for name, data in {"a shell": SHELL, "open": OPENED, "dots": DOTTED, "eval": EVAL}.items():
    for load in (pickle.loads, lambda data: pickle._Unpickler(io.BytesIO(data)).load()):
        try:
            found = load(data)
            if name == "a shell":
                print("the shell ended with", found)
                continue
            text = read(found)
            if CANARY in text:
                print(f"ESCAPED: {name}: read {text!r}", flush=True)
        except Exception as error:
            print(name, type(error).__name__, error)
