# attack: the classic: from an empty tuple to object, to all subclasses, to one whose module starts programs
# expect: validator
# validator: refused
CANARY = "CANARY" + "_7f3a"

classes = ().__class__.__base__.__subclasses__()
seen = set(classes)
# Deeper than object's own subclasses: the interesting classes are often further down.
for kind in classes:
    try:
        below = type.__subclasses__(kind)
    except TypeError:
        continue
    for child in below:
        if child not in seen:
            seen.add(child)
            classes.append(child)


def try_popen(kind):
    return kind(["/bin/cat", "@CANARY_FILE@"], stdout=-1).communicate(timeout=2)[0].decode()


def try_globals(kind):
    """os._wrap_close, warnings.catch_warnings, codecs, site: whose functions remember a module that has what is needed."""
    names = kind.__init__.__globals__
    if "popen" in names:
        return names["popen"]("cat @CANARY_FILE@").read()
    if "sys" in names:
        return names["sys"].modules["os"].popen("cat @CANARY_FILE@").read()
    return ""


def try_file(kind):
    return kind("@CANARY_FILE@").read().decode()


found = 0
for kind in classes:
    tries = {"Popen": try_popen, "FileIO": try_file}.get(kind.__name__, try_globals)
    try:
        text = tries(kind)
    except BaseException as error:
        # Most classes have no such globals; the ones that matter say why they were refused.
        if kind.__name__ in {"Popen", "FileIO", "_wrap_close"}:
            print(kind.__name__, type(error).__name__, error)
        continue
    if CANARY in str(text):
        found += 1
        print(f"ESCAPED: by way of {kind!r} read {text!r}", flush=True)
    if found > 2:
        break
