# attack: brings its real code as bytes: marshal makes a code object of them, and a function type makes it run
# expect: validator
# validator: refused
import base64
import marshal
import types

CANARY = "CANARY" + "_7f3a"
SOURCE = base64.b64decode("b3BlbihQQVRIKS5yZWFkKCk=")  # What is compiled cannot be read here by eye or by rule.


def names():
    return {"PATH": "@CANARY_FILE@", "__builtins__": __builtins__}


def by_marshal():
    code = marshal.loads(marshal.dumps(compile(SOURCE, "x", "eval")))
    return types.FunctionType(code, names())()


def by_replacing_a_functions_code():
    def empty():
        return None

    empty.__code__ = compile(SOURCE, "x", "eval").replace(co_name="empty")
    return types.FunctionType(empty.__code__, names())()


def by_exec_of_a_code_object():
    return eval(compile(SOURCE, "x", "eval"), names())


for way in (by_marshal, by_replacing_a_functions_code, by_exec_of_a_code_object):
    try:
        text = way()
        if CANARY in text:
            print(f"ESCAPED: {way.__name__} read {text!r}", flush=True)
    except Exception as error:
        print(way.__name__, type(error).__name__, error)
