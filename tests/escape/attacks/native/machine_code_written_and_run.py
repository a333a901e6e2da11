# attack: makes memory that can be written and run, in every way there is, fills it with machine code and calls it
# expect: validator
# validator: refused
import ctypes
import mmap
import os

libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = libc.mremap.restype = ctypes.c_void_p
libc.mmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long)
libc.mprotect.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
READ, WRITE, RUN = 1, 2, 4
PRIVATE, SHARED, ANONYMOUS = 2, 1, 0x20
kept = []
FAILED = ctypes.c_void_p(-1).value

# A function that returns 4242, which nothing else in this process does.
X86 = bytes.fromhex("b892100000c3")
ARM = bytes.fromhex("40128252" + "c0035fd6")
CODE = X86 if os.uname().machine == "x86_64" else ARM


def checked(address):
    if address in (None, FAILED):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return address


def all_at_once():
    address = checked(libc.mmap(None, 4096, READ | WRITE | RUN, PRIVATE | ANONYMOUS, -1, 0))
    ctypes.memmove(address, CODE, len(CODE))
    return address


def one_after_the_other():
    address = checked(libc.mmap(None, 4096, READ | WRITE, PRIVATE | ANONYMOUS, -1, 0))
    ctypes.memmove(address, CODE, len(CODE))
    if libc.mprotect(address, 4096, READ | RUN):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return address


def only_to_run():
    """PROT_EXEC without PROT_READ: another number in the same argument."""
    address = checked(libc.mmap(None, 4096, READ | WRITE, PRIVATE | ANONYMOUS, -1, 0))
    ctypes.memmove(address, CODE, len(CODE))
    if libc.mprotect(address, 4096, RUN) and libc.mprotect(address, 4096, RUN | 0x01000000):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return address


def two_views_of_a_memory_file():
    memory = os.memfd_create("code")
    os.write(memory, CODE.ljust(4096, b"\0"))
    return checked(libc.mmap(None, 4096, READ | RUN, SHARED, memory, 0))


def file_page_made_writable():
    """Compiled modules may be mapped to run; a private copy of such a page is writable for a moment."""
    import _ctypes

    handle = os.open(_ctypes.__file__, os.O_RDONLY)
    address = checked(libc.mmap(None, 4096, READ | RUN, PRIVATE, handle, 4096))
    if libc.mprotect(address, 4096, READ | WRITE):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    ctypes.memmove(address, CODE, len(CODE))
    if libc.mprotect(address, 4096, READ | RUN):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return address


def file_page_mapped_to_write_and_run():
    import _ctypes

    handle = os.open(_ctypes.__file__, os.O_RDONLY)
    address = checked(libc.mmap(None, 4096, READ | WRITE | RUN, PRIVATE, handle, 4096))
    ctypes.memmove(address, CODE, len(CODE))
    return address


def zeros_of_a_device():
    """A file that is no file: anonymous memory by another name."""
    handle = os.open("/dev/zero", os.O_RDWR)
    address = checked(libc.mmap(None, 4096, READ | WRITE | RUN, PRIVATE, handle, 0))
    ctypes.memmove(address, CODE, len(CODE))
    return address


def by_pythons_mmap():
    area = mmap.mmap(-1, 4096, prot=READ | WRITE | RUN)
    area.write(CODE)
    kept.append(ctypes.c_char.from_buffer(area))
    return ctypes.addressof(kept[-1])


for way in (
    all_at_once,
    one_after_the_other,
    only_to_run,
    two_views_of_a_memory_file,
    file_page_made_writable,
    file_page_mapped_to_write_and_run,
    zeros_of_a_device,
    by_pythons_mmap,
):
    try:
        address = way()
        if ctypes.CFUNCTYPE(ctypes.c_int)(address)() == 4242:
            print(f"ESCAPED: {way.__name__}: machine code of the script's ran", flush=True)
    except (OSError, ValueError, ImportError) as error:
        print(way.__name__, error)
