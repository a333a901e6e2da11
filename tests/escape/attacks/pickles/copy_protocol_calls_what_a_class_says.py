# attack: copy uses the pickle protocol: __reduce_ex__ and copyreg name a function, which copy.copy() then calls
# expect: validator
# validator: refused
import copy
import copyreg
import os

CANARY = "CANARY" + "_7f3a"
results = []


class Reduced:
    def __reduce_ex__(self, protocol):
        return os.open, ("@CANARY_FILE@", os.O_RDONLY)


class Stateful:
    """The state setter is the sixth value: called with the object and any state."""

    def __reduce_ex__(self, protocol):
        return Stateful, (), "@CANARY_FILE@", None, None, lambda made, path: results.append(os.popen(f"cat {path}").read())


class Registered:
    pass


copyreg.pickle(Registered, lambda value: (open, ("@CANARY_FILE@",)))

for kind in (Reduced, Stateful, Registered):
    for way in (copy.copy, copy.deepcopy):
        try:
            made = way(kind())
            results.append(os.read(made, 100).decode() if isinstance(made, int) else made.read())
        except Exception as error:
            print(kind.__name__, way.__name__, type(error).__name__, error)
for text in results:
    if CANARY in text:
        print(f"ESCAPED: read {text!r}", flush=True)
