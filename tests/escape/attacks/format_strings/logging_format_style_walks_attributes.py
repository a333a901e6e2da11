# attack: a logging format in the style "{" walks from a traceback to the guest, but gives only text, of nothing secret
# expect: validator
# validator: refused
import io
import logging
import re

# The style comes by position. Behind the validator a format text yields texts about objects, never the objects themselves,
# and this process holds nothing that is worth reading.
SECRET = re.compile(r"CANARY_7f[3]a|PLANTED_[K]EY")
WALKS = (
    "{exc_info[2].tb_frame.f_globals}",
    "{exc_info[2].tb_frame.f_back.f_locals}",
    "{exc_info[2].tb_frame.f_back.f_back.f_locals}",
    "{exc_info[2].tb_frame.f_back.f_back.f_globals}",
    "{exc_info[2].tb_frame.f_back.f_back.f_back.f_locals}",
    "{exc_info[2].tb_frame.f_back.f_back.f_back.f_back.f_locals}",
    "{exc_info[2].tb_frame.f_back.f_back.f_back.f_back.f_back.f_locals}",
    "{exc_info[2].tb_frame.f_back.f_back.f_back.f_back.f_back.f_back.f_locals[self].__dict__}",
    "{exc_info[2].tb_frame.f_builtins[__import__].__self__.__dict__}",
)

for walk in WALKS:
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logging.Formatter(walk, None, "{"))
    logger = logging.getLogger(walk[-20:])
    logger.propagate = False
    logger.addHandler(handler)
    try:
        raise ValueError("for a traceback")
    except ValueError:
        logger.exception("walk")
    text = out.getvalue()
    print(walk, len(text), "characters")
    if found := SECRET.search(text):
        print(f"ESCAPED: {walk} shows {found[0]}", flush=True)
