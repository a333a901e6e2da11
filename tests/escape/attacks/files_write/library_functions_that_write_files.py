# attack: modules that write on the side: log handlers, profilers, crash dumps, archives with paths that lead out
# expect: validator
# validator: refused
import io
import os

FOLDER = "@WATCH_DIR@"


def by_log():
    import logging.handlers

    logging.handlers.RotatingFileHandler(f"{FOLDER}/log").emit(logging.makeLogRecord({}))


def by_profile():
    import cProfile

    cProfile.run("1", f"{FOLDER}/profile")


def by_memory_trace():
    import tracemalloc

    tracemalloc.start()
    tracemalloc.take_snapshot().dump(f"{FOLDER}/trace")


def by_tar():
    """A member's name that climbs out of the folder it is unpacked to."""
    import tarfile

    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("../../../../../../../../../.." + f"{FOLDER}/from_tar"), io.BytesIO())
    data.seek(0)
    with tarfile.open(fileobj=data) as archive:
        archive.extractall("/tmp", filter="fully_trusted")


def by_zip():
    import zipfile

    with zipfile.ZipFile(f"{FOLDER}/zip", "w"):
        pass


def by_cookies():
    import http.cookiejar

    http.cookiejar.LWPCookieJar().save(f"{FOLDER}/cookies")


def by_compilation():
    import py_compile

    py_compile.compile(os.__file__, cfile=f"{FOLDER}/compiled.pyc")


def by_tee():
    """Line by line into a file, by redirecting descriptor 1."""
    os.dup2(os.open(f"{FOLDER}/output", os.O_CREAT | os.O_WRONLY), 1)


def by_crash_report():
    import faulthandler

    faulthandler.enable(open(f"{FOLDER}/crash", "w"))


def by_requests():
    from requests.utils import atomic_open

    with atomic_open(f"{FOLDER}/atomic") as file:
        file.write(b"")


def by_core_dump():
    """A crash leaves the memory of the process in a file, if the limits let it."""
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (1, 1))
    print("ESCAPED: crashes may be dumped", flush=True)


for way in (
    by_log, by_profile, by_memory_trace, by_tar, by_zip, by_cookies, by_compilation, by_crash_report, by_requests,
    by_core_dump, by_tee,
):  # fmt: skip
    try:
        way()
    except (Exception, SystemExit) as error:
        print(way.__name__, type(error).__name__, error)
