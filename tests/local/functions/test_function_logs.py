"""A function's output arrives whole, as lines, in its file and at the sink."""

import re
import stat
from collections.abc import Callable

from function_stage import Lambda, eventually


def test_every_line_of_an_invocation_stands_between_its_start_and_its_end(both: Lambda) -> None:
    both.create(
        """
        import logging, os, sys
        def handler(event, context):
            print("one\\ntwo\\n\\nfour")
            print("to stderr", file=sys.stderr)
            logging.getLogger().error("through logging")
            os.write(1, b"raw \\xff bytes\\n")
            print("no end", end="")
        """
    )
    both.functions.invoke("trial", b"{}")
    start, *lines, end, report = both.log()
    request_id = start.split()[2]
    assert re.fullmatch(r"START RequestId: [0-9a-f-]{36} Version: \$LATEST", start)
    assert lines[:5] == ["one", "two", "", "four", "to stderr"]
    assert lines[5].startswith("[ERROR]\t")
    assert lines[5].endswith(f"{request_id}\tthrough logging")
    assert lines[6:] == ["raw \ufffd bytes", "no end"]
    assert end == f"END RequestId: {request_id}"
    assert re.fullmatch(
        rf"REPORT RequestId: {request_id}\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 512 MB\t"
        r"Max Memory Used: [1-9]\d* MB\tInit Duration: [\d.]+ ms",
        report,
    )


def test_ten_thousand_lines_arrive_in_order(both: Lambda) -> None:
    both.create("def handler(event, context):\n    for number in range(10_000): print('line', number)")
    both.functions.invoke("trial", b"{}")
    assert both.log()[1:-2] == [f"line {number}" for number in range(10_000)]


def test_an_exceptions_traceback_is_in_the_log(both: Lambda) -> None:
    both.create("def handler(event, context): raise ValueError('wrong')")
    both.functions.invoke("trial", b"{}")
    assert "[ERROR] ValueError: wrong" in both.log()
    assert any('handler.py", line 1' in line for line in both.log())


def test_the_last_words_of_a_process_that_dies_are_kept(both: Lambda) -> None:
    both.create("import os\ndef handler(event, context): os.write(1, b'last words'); os._exit(1)")
    both.functions.invoke("trial", b"{}")
    assert both.log()[1] == "last words"
    assert "exit status 1" in both.log()[2]
    assert both.log()[3].startswith("END")


def test_the_file_has_the_same_lines_and_is_the_persons_alone(make: Callable[..., Lambda]) -> None:
    made = make()
    made.create("def handler(event, context): print('hello')")
    made.functions.invoke("trial", b"{}")
    path = made.state.logs / "trial.log"
    assert [line.split(" ", 2)[2] for line in path.read_text().splitlines()] == made.log()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_a_background_thread_prints_while_idle_is_logged(make: Callable[..., Lambda]) -> None:
    made = make()
    made.create(
        """
        import threading
        def handler(event, context):
            threading.Timer(0.1, lambda: print("afterwards")).start()
        """
    )
    made.functions.invoke("trial", b"{}")
    assert eventually(lambda: made.log()[-1] == "afterwards")


def test_a_line_without_end_is_cut_not_kept_for_ever(make: Callable[..., Lambda]) -> None:
    made = make()
    made.create("def handler(event, context): print('x' * 600_000)")
    made.functions.invoke("trial", b"{}")
    lines = made.log()[1:-2]
    assert [len(line) for line in lines] == [262_144, 262_144, 75_712]
