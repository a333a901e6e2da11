# attack: frames of generators, coroutines and tracebacks give the builtins without a name; opens a planted file
# expect: validator
# validator: refused
CANARY = "CANARY" + "_7f3a"


def looks_at_itself():
    yield it.gi_frame.f_builtins
    yield it.gi_frame.f_back.f_builtins


async def looks_too():
    return coroutine.cr_frame.f_builtins


ways = []
it = looks_at_itself()
for _ in range(2):
    try:
        ways.append(next(it))
    except (AttributeError, StopIteration) as error:
        print(type(error).__name__, error)

coroutine = looks_too()
try:
    coroutine.send(None)
except StopIteration as done:
    ways.append(done.value)

# An exception that is thrown into a generator brings frames out with it.
try:
    looks_at_itself().throw(KeyError("in"))
except KeyError as error:
    ways.append(error.__traceback__.tb_next.tb_frame.f_builtins)

for builtins in ways:
    try:
        with builtins["open"]("@CANARY_FILE@") as file:
            text = file.read()
        if CANARY in text:
            print(f"ESCAPED: read {text!r}", flush=True)
    except OSError as error:
        print(type(error).__name__, error)
