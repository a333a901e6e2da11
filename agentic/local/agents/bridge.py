"""Runs a coroutine in the calling thread and hands out what it emits while it runs.

An agent is asynchronous, a request's thread is not. A private event loop, driven only while the caller asks for the
next item, gives both: no thread of our own, and closing the iterator cancels the work.
"""

import asyncio
from collections.abc import Callable, Coroutine, Generator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

# Tools of one turn run side by side; more than these wait.
_THREADS = 8


def drive[T](work: Callable[[Callable[[T], None]], Coroutine[Any, Any, None]]) -> Generator[T]:
    """What `work(emit)` emits, item by item; then raises what it raised, if it did.

    Blocking calls of the work (`asyncio.to_thread`) that are under way when it ends or is closed are not waited for:
    their threads end with them.
    """
    loop = asyncio.new_event_loop()
    loop.set_default_executor(ThreadPoolExecutor(_THREADS, thread_name_prefix="agentic-agent"))
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
