# attack: swaps methods of str and dict in place, so that the guest and the next run would work with the script's own
# expect: validator
# validator: refused
import gc
import json


def methods_of(kind):
    """The real dictionary under the mapping proxy."""
    return gc.get_referents(kind.__dict__)[0]


def lying(*_arguments, **_keywords):
    return "ESC" + "APED: the next run's text is mine"


changed = 0
for kind, name in ((str, "encode"), (str, "join"), (dict, "get"), (bytes, "splitlines"), (int, "__add__")):
    try:
        methods_of(kind)[name] = lying
        changed += 1
    except Exception as error:
        print(kind.__name__, name, type(error).__name__)

# What the guest and the zygote would use next.
json.dumps = json.loads = lying
gc.collect()
print("changed", changed)
