"""Runs a coroutine in the calling thread and hands out what it emits while it runs.

An agent is asynchronous, a request's thread is not. A private event loop, driven only while the caller asks for the
next item, gives both: no thread of our own, and closing the iterator cancels the work.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, override


def drive[T](work: Callable[[Callable[[T], None]], Coroutine[Any, Any, None]]) -> Generator[T]:
    """What `work(emit)` emits, item by item; then raises what it raised, if it did.

    Blocking calls of the work (`asyncio.to_thread`) that are under way when it ends or is closed are not waited for,
    not even at the process's end: their threads end with them.
    """
    loop = asyncio.new_event_loop()
    loop.set_default_executor(_OneThreadPerCall())
    ready = asyncio.Event()
    items: list[T] = []

    def emit(item: T) -> None:
        items.append(item)
        ready.set()

    task = loop.create_task(work(emit))
    task.add_done_callback(lambda _: ready.set())
    try:
        while True:
            loop.run_until_complete(ready.wait())
            ready.clear()
            batch, items[:] = items[:], []
            yield from batch
            if task.done() and not items:
                task.result()
                return
    finally:
        _end(loop)


class _OneThreadPerCall(ThreadPoolExecutor):
    """Python waits for a pool's threads before it exits; a model or a function that hangs must not hold it up."""

    @override
    def submit[**P, R](self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        future: Future[R] = Future()
        call = partial(fn, *args, **kwargs)
        threading.Thread(target=_run, args=(future, call), name="agentic-agent-call", daemon=True).start()
        return future


def _run[R](future: Future[R], call: Callable[[], R]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(call())
    except BaseException as error:  # noqa: BLE001 - it belongs to whoever waits for the future
        future.set_exception(error)
        del future  # else error, traceback, this frame and the future would hold each other


def _end(loop: asyncio.AbstractEventLoop) -> None:
    unfinished = asyncio.all_tasks(loop)
    for task in unfinished:
        task.cancel()
    try:
        if unfinished:
            loop.run_until_complete(asyncio.gather(*unfinished, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_asyncgens())
    finally:
        loop.close()
