# attack: objects nested a million deep: C code that follows them uses up its stack, where no check of Python's recursion runs
# expect: contained
# validator: accepted
import functools
import itertools
import json

print("nesting", flush=True)
for name in ("json", "partial", "map", "chain"):
    try:
        if name == "json":
            json.loads("[" * 1_000_000)
        elif name == "partial":
            nested = print
            for _ in range(500_000):
                nested = functools.partial(lambda inner: inner, nested)
            repr(nested)
        elif name == "map":
            values = iter([1])
            for _ in range(500_000):
                values = map(abs, values)
            print(next(values))
        else:
            values = iter([1])
            for _ in range(500_000):
                values = itertools.chain(values, [2])
            print(next(values))
    except (RecursionError, MemoryError) as error:
        print(name, type(error).__name__, flush=True)
