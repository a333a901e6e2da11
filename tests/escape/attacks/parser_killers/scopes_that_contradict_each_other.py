# attack: names that are global and local, returns outside functions, odd future imports: faults found only when compiling
# expect: validator
# validator: refused
from __future__ import braces, barry_as_FLUFL


def confused(name, name_again=(yield)):
    global name
    nonlocal name_again
    return [name := value for name in "abc"]


class Odd(metaclass=await 1):
    return 1


__debug__ = False
del None, *()
print(open("@CANARY_FILE@").read())
