# attack: it marks every module, class and cache that it can reach and looks for such marks of an earlier run
# expect: harmless
# validator: refused
# Gains nothing: each run is a fork of a process that never runs a script, so that the marks end with this process.
import builtins
import codecs
import gc
import linecache
import os
import random
import re
import sys
import threading

import stripe

MARK = "agentic_attack_mark"


def marked():
    for module in list(sys.modules.values()):
        if hasattr(module, MARK):
            yield module
    if MARK in vars(builtins) or MARK in os.environ or MARK in linecache.cache or MARK in stripe.__dict__:
        yield builtins
    if any(thread.name == MARK for thread in threading.enumerate()):
        yield threading


for found in marked():
    print("ESCAPED: a mark of another run on", found, flush=True)
for module in list(sys.modules.values()):
    try:
        setattr(module, MARK, True)
    except Exception as error:
        print(module, type(error).__name__)
os.environ[MARK] = "1"
linecache.cache[MARK] = (0, None, [], MARK)
stripe.Customer.retrieve = classmethod(lambda cls, *arguments, **named: "from another run")
print_before = builtins.print
builtins.print = lambda *arguments, **named: print_before("from another run", *arguments, **named)
re.compile("x" * 50)
codecs.register(lambda name: None)
threading.Thread(target=threading.Event().wait, name=MARK, daemon=True).start()
# All forks of one zygote begin with the same random state; that alone tells them nothing about each other.
print_before(random.getrandbits(32), hash("text"), len(gc.get_objects()))
