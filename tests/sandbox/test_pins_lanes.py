"""Threads and tasks have lanes: numbers, chance and time of their own, whatever the order in which they come to run."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from pins_stage import OTHER, SERIAL, Stage, staged

DELAY = 0.02

# Each kind of concurrency, with something random and a time in each request.
CONCURRENT = {
    "threads": """
import random, threading, time, uuid
def work(name):
    first = post(name=name, key=str(uuid.uuid4()), at=time.time())
    post(after=first["id"], chance=random.random(), at=time.time())
threads = [threading.Thread(target=work, args=(f"n{i}",)) for i in range(6)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
post(last=time.time())
""",
    "equal threads": """
import threading, uuid
def work():
    post(after=post(key=str(uuid.uuid4()))["id"])
threads = [threading.Thread(target=work) for i in range(6)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
""",
    "a subclass of Thread, threads of threads, a timer": """
import threading, time, uuid
class Worker(threading.Thread):
    def run(self):
        inner = [threading.Timer(0.01, post, kwargs={"key": str(uuid.uuid4()), "at": time.time()}) for _ in range(2)]
        [thread.start() for thread in inner]
        [thread.join() for thread in inner]
        post(key=str(uuid.uuid4()))
workers = [Worker() for _ in range(3)]
[worker.start() for worker in workers]
[worker.join() for worker in workers]
""",
    "a pool": """
import random, time, uuid
from concurrent.futures import ThreadPoolExecutor
def work(i):
    return post(after=post(i=i % 2, key=str(uuid.uuid4()))["id"], at=time.time(), chance=random.random())
with ThreadPoolExecutor(3) as pool:
    print(list(pool.map(work, range(8))))
    print([future.result()["id"] for future in [pool.submit(work, i) for i in range(4)]])
print(time.time())
""",
    "tasks and httpx": """
import asyncio, httpx, random, time, uuid
async def work(client, i):
    answer = (await client.post(URL, json={"i": i % 2, "key": str(uuid.uuid4()), "at": time.time()})).json()
    await asyncio.sleep(random.random() / 100)
    return (await client.get(URL, params={"after": answer["id"], "at": time.time()})).json()
async def main():
    async with httpx.AsyncClient() as client:
        print(await asyncio.gather(*(work(client, i) for i in range(6))))
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(work(client, i)) for i in range(3)]
        print([task.result() for task in tasks])
        await work(client, 9)
asyncio.run(main())
print(uuid.uuid4())
""",
    "to_thread and run_in_executor": """
import asyncio, time, uuid
def work(i):
    return post(i=i % 2, key=str(uuid.uuid4()), at=time.time())["id"]
async def main():
    print(await asyncio.gather(*(asyncio.to_thread(work, i) for i in range(5))))
    loop = asyncio.get_running_loop()
    print(await asyncio.gather(*(loop.run_in_executor(None, work, i) for i in range(5))))
asyncio.run(main())
""",
    "the SDK's asynchronous client": """
import asyncio
async def main():
    made = await asyncio.gather(*(stripe.Customer.create_async(name=f"n{i % 2}") for i in range(6)))
    print([customer.id for customer in made])
asyncio.run(main())
""",
    "as_completed of asyncio": """
import asyncio, uuid
async def work(i):
    return await asyncio.to_thread(post, i=i % 2, key=str(uuid.uuid4()))
async def main():
    print(sorted([(await one)["id"] for one in asyncio.as_completed([work(i) for i in range(6)])]))
    done, _ = await asyncio.wait([asyncio.create_task(work(i)) for i in range(6)])
    print([task.result()["id"] for task in done])
asyncio.run(main())
""",
}
# What prints the order of coming, which only a serial run can repeat.
BY_COMPLETION = {
    "as_completed of a pool": """
import time, uuid
from concurrent.futures import ThreadPoolExecutor, as_completed, wait
def work(i):
    return post(i=i, key=str(uuid.uuid4()), at=time.time())["id"]
with ThreadPoolExecutor(4) as pool:
    for future in as_completed({pool.submit(work, i): i for i in range(6)}):
        print(post(after=future.result()))
    done, _ = wait([pool.submit(work, i) for i in range(6)])
    print([future.result() for future in done])
""",
    "a counter that tasks share": """
import asyncio, httpx
async def main():
    count = 0
    async with httpx.AsyncClient() as client:
        async def work(i):
            nonlocal count
            for _ in range(3):
                count += 1
                print(i, count, (await client.post(URL, json={"count": count})).json()["id"])
        await asyncio.gather(*(work(i) for i in range(4)))
        for one in asyncio.as_completed([work(i) for i in range(4)]):
            await one
            print((await client.get(URL, params={"count": count})).json()["id"])
        first, rest = await asyncio.wait([asyncio.create_task(work(i)) for i in range(3)], return_when=asyncio.FIRST_COMPLETED)
        print(len(first), [task.get_name()[:4] for task in first])
        while rest:
            ready, rest = await asyncio.wait(rest, return_when=asyncio.FIRST_COMPLETED)
            post(ready=len(ready))
asyncio.run(main())
""",
    "a list that a pool's tasks fill": """
import asyncio, threading, random
from concurrent.futures import ThreadPoolExecutor
found = []
def work(i):
    answer = post(i=i, chance=random.random(), before=len(found))
    found.append(answer["id"])
    print(threading.current_thread().name, answer["id"])
with ThreadPoolExecutor(3) as pool:
    list(pool.map(work, range(6)))
async def main():
    await asyncio.gather(*(asyncio.to_thread(work, i) for i in range(5)))
asyncio.run(main())
post(found=found)
""",
}


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with staged() as stage:
        yield stage


@pytest.mark.parametrize("name", CONCURRENT)
def test_each_lane_sends_the_same_bytes_in_the_same_order(stage: Stage, name: str) -> None:
    runs = [stage.run(CONCURRENT[name], delay=DELAY) for _ in range(4)]
    assert len({lane for lane, _ in runs[0].by_lane}) > 4
    for again in runs[1:]:
        assert again.by_lane == runs[0].by_lane
        assert again.printed == runs[0].printed


@pytest.mark.parametrize("name", CONCURRENT)
def test_control_without_pins_there_are_no_lanes_and_other_bytes(stage: Stage, name: str) -> None:
    one, other = (stage.run(CONCURRENT[name], None, delay=DELAY) for _ in range(2))
    assert {lane for lane, _ in one.by_lane} == {""}
    requests, others = ({request for _, request in ran.by_lane} for ran in (one, other))
    assert requests != others
    assert {request for _, request in stage.run(CONCURRENT[name], OTHER).by_lane} not in (requests, others)


@pytest.mark.parametrize("name", CONCURRENT | BY_COMPLETION)
def test_serial_run_repeats_the_order_too(stage: Stage, name: str) -> None:
    code = (CONCURRENT | BY_COMPLETION)[name]
    runs = [stage.run(code, SERIAL, delay=0.005) for _ in range(3)]
    raw = name.startswith(("threads", "equal threads", "a subclass"))  # Threads of the script's own stay side by side.
    for again in runs[1:]:
        assert again.printed == runs[0].printed
        assert (again.by_lane if raw else again.in_order) == (runs[0].by_lane if raw else runs[0].in_order)


@pytest.mark.parametrize("name", BY_COMPLETION)
def test_control_side_by_side_the_order_changes(stage: Stage, name: str) -> None:
    runs = [stage.run(BY_COMPLETION[name], delay=DELAY) for _ in range(5)]
    assert len({ran.printed for ran in runs}) > 1


def test_main_thread_is_lane_0_and_requests_are_numbered(stage: Stage) -> None:
    ran = stage.run("post(a=1)\npost(a=2)\nimport threading\nt = threading.Thread(target=post)\nt.start()\nt.join()\npost(a=3)")
    assert [(origin.lane, origin.number) for origin, _ in ran.requests] == [("0", 1), ("0", 2), ("0.0", 3), ("0", 4)]


def test_api_never_sees_the_lane_nor_does_the_script_see_it_on_its_requests(stage: Stage) -> None:
    ran = stage.run("""
import httpx, urllib.request
print(requests.post(URL, json={}).request.headers, stripe.Customer.create(name="A").last_response.headers)
print(httpx.get(URL).request.headers, urllib.request.urlopen(URL).status)
""")
    assert "agentic" not in ran.printed.lower()
    assert len(ran.requests) == 4
    for origin, request in ran.requests:
        assert origin.lane == "0"
        assert not [name for name, _ in request.headers if "agentic" in name.lower()]


def test_deep_lanes_stay_short_and_apart(stage: Stage) -> None:
    ran = stage.run("""
import threading
def deeper(left):
    post(left=left)
    if left:
        for _ in range(2 if left == 1 else 1):
            thread = threading.Thread(target=deeper, args=(left - 1,))
            thread.start()
            thread.join()
deeper(40)
""")
    lanes = [origin.lane for origin, _ in ran.requests]
    assert len(set(lanes)) == len(lanes) == 42
    assert all(0 < len(lane) <= 64 for lane in lanes)


def test_pools_task_that_waits_for_the_script_does_not_stop_it_in_a_serial_run(stage: Stage) -> None:
    """A consumer of a queue, a barrier, a nested pool, an event loop in a thread, a watcher: each would wait for ever."""
    code = """
import asyncio, queue, threading, time
from concurrent.futures import ThreadPoolExecutor
tasks = queue.Queue()
def consume():
    while (task := tasks.get()) is not None:
        post(task=task)
with ThreadPoolExecutor(2) as pool:
    consumer = pool.submit(consume)
    for i in range(3):
        tasks.put(i)
    tasks.put(None)
    consumer.result()
barrier = threading.Barrier(2)
with ThreadPoolExecutor(2) as pool:
    print(sorted(pool.map(lambda _: barrier.wait(5), range(2))))
with ThreadPoolExecutor(1) as pool:
    print(pool.submit(lambda: pool.submit(post, a=1)).result().result()["id"])
done = []
def watch():
    while not done:
        time.sleep(0.35)
    return len(done)
with ThreadPoolExecutor(2) as pool:
    watcher = pool.submit(watch)
    done.append(pool.submit(post, a=2).result()["id"])
    print(watcher.result())
async def ask():
    return (await asyncio.to_thread(post, b=1))["id"]
async def main():
    loop = asyncio.get_running_loop()
    print(await asyncio.to_thread(lambda: asyncio.run(ask())))
    print(await asyncio.to_thread(lambda: asyncio.run_coroutine_threadsafe(ask(), loop).result(5)))
asyncio.run(main())
"""
    one, again = (stage.run(code, pins) for pins in (SERIAL, replace(SERIAL, skip_sleep=True)))
    assert one.printed == again.printed
    assert one.printed.startswith("[0, 1]\ncus_")
    assert len(one.requests) == len(again.requests) == 7


def test_tasks_wake_up_by_their_own_clocks_in_a_serial_run_and_spinning_ones_keep_none_asleep(stage: Stage) -> None:
    code = """
import asyncio, httpx, time
async def main():
    done = False
    async def work(name, seconds):
        async with httpx.AsyncClient(transport=httpx.AsyncHTTPTransport(retries=2)) as client:
            await asyncio.sleep(seconds)
            print(name, (await client.post(URL, json={"at": time.time()})).status_code)
            await asyncio.sleep(seconds)
            print(name, round(time.time() % 10, 2))
    async def spin():
        while not done:
            await asyncio.sleep(0)
    spinning = asyncio.create_task(spin())
    await asyncio.gather(work("c", 0.03), work("a", 0.011), work("b", 0.013))
    done = True
    await spinning
    try:
        async with asyncio.timeout(0.02):
            await asyncio.sleep(30)
    except TimeoutError:
        print("late")
    await asyncio.sleep(0.01)
asyncio.run(main())
"""
    one, again = (stage.run(code, pins, delay=0.02, seconds=15) for pins in (SERIAL, replace(SERIAL, skip_sleep=True)))
    assert one.printed == again.printed
    assert one.in_order == again.in_order
    assert one.printed.split()[:6] == ["a", "200", "b", "200", "a", "0.27"]


def test_control_without_serial_who_is_late_by_chance_comes_later(stage: Stage) -> None:
    code = """
import asyncio, httpx
async def main():
    async def work(name, seconds):
        async with httpx.AsyncClient() as client:
            await client.get(URL)
            await asyncio.sleep(seconds)
            print(name)
    await asyncio.gather(work("a", 0.001), work("b", 0.002))
asyncio.run(main())
"""
    assert len({stage.run(code, delay=0.05).printed for _ in range(12)}) == 2
    assert len({stage.run(code, SERIAL, delay=0.05).printed for _ in range(4)}) == 1


def test_request_of_a_clients_own_hook_does_not_wait_for_itself(stage: Stage) -> None:
    code = """
import asyncio, httpx
async def main():
    async with httpx.AsyncClient() as client:
        async def hook(response):
            if response.request.method == "POST":
                print((await client.get(URL)).status_code)
        client.event_hooks = {"response": [hook]}
        print((await client.post(URL)).status_code)
asyncio.run(main())
asyncio.run(main())
"""
    assert stage.run(code, SERIAL, seconds=10).printed == "200\n" * 4
