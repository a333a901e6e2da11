# attack: runs and reads files by the ways that Python has for starting programs: runpy, linecache, tokenize, site, pdb
# expect: validator
# validator: refused
import code
import io
import linecache
import pkgutil
import runpy
import site
import sys
import tokenize
import traceback

CANARY = "CANARY" + "_7f3a"


def by_runpy():
    try:
        runpy.run_path("@CANARY_FILE@")
    except NameError as error:
        return str(error)
    return ""


def by_linecache():
    return "".join(linecache.getlines("@CANARY_FILE@"))


def by_tokenize():
    with tokenize.open("@CANARY_FILE@") as file:
        return file.read()


def by_a_traceback_that_names_the_file():
    """Tracebacks quote source lines from wherever the code object says it was written."""
    code_object = compile("1 / 0", "@CANARY_FILE@", "exec")
    try:
        exec(code_object, {})
    except ZeroDivisionError:
        return traceback.format_exc()
    return ""


def by_a_path_file():
    """A .pth line beginning with `import` is run."""
    site.addsitedir("@WATCH_DIR@")
    site.addpackage("@WATCH_DIR@/..", "planted.txt", set())
    return "\n".join(sys.path)


def by_extend_path():
    return "".join(pkgutil.extend_path(["@WATCH_DIR@/.."], "planted"))


def by_console():
    shell = code.InteractiveConsole()
    shell.runsource("import os; print(os.open('@CANARY_FILE@', 0))")
    return ""


readers = (by_runpy, by_linecache, by_tokenize, by_a_traceback_that_names_the_file)
for way in (*readers, by_a_path_file, by_extend_path, by_console):
    try:
        text = way()
        if CANARY in text:
            print(f"ESCAPED: {way.__name__} read {text!r}"[:300], flush=True)
    except Exception as error:
        print(way.__name__, type(error).__name__, error)
