# attack: cffi comes with the SDK's neighbours: a second bridge to C, for the case that only ctypes is barred
# expect: validator
# validator: refused
import ctypes

CANARY = b"CANARY" + b"_7f3a"


def by_cffi():
    import cffi

    ffi = cffi.FFI()
    ffi.cdef("int open(const char *path, int flags); long read(int fd, void *to, unsigned long size);")
    ffi.cdef("int system(const char *command);")
    libc = ffi.dlopen(None)
    print("a shell ended with", libc.system(b"cat @CANARY_FILE@"))
    fd = libc.open(b"@CANARY_FILE@", 0)
    buffer = ffi.new("char[200]")
    libc.read(fd, buffer, 200)
    return bytes(ffi.buffer(buffer))


def by_the_compiled_part():
    """Without cffi's Python half: the bare extension module."""
    import _cffi_backend as backend

    char = backend.new_primitive_type("char")
    integer = backend.new_primitive_type("int")
    pointer = backend.new_pointer_type(char)
    function = backend.new_function_type((pointer,), integer, False)
    library = backend.load_library(None, 0)
    shell = library.load_function(function, "system")
    print("a shell ended with", shell(backend.newp(backend.new_array_type(pointer, 100), b"cat @CANARY_FILE@")))
    return b""


def by_pythonapi():
    """The interpreter's own C functions, one of which opens files."""
    api = ctypes.pythonapi
    api.PyFile_OpenCode.restype = ctypes.py_object
    return api.PyFile_OpenCode(b"@CANARY_FILE@").read()


def by_run_simple_string():
    return str(ctypes.pythonapi.PyRun_SimpleString(b"import os; os.system('cat @CANARY_FILE@')")).encode()


for way in (by_cffi, by_the_compiled_part, by_pythonapi, by_run_simple_string):
    try:
        data = way()
        if CANARY in data:
            print(f"ESCAPED: {way.__name__} read {data!r}"[:200], flush=True)
    except Exception as error:
        print(way.__name__, type(error).__name__, error)
