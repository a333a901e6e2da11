"""A script that is run again with the same pins sends the same bytes and prints the same text; with others it does not."""

import time
from collections.abc import Iterator
from dataclasses import replace
from email.utils import formatdate

import pytest
from pins_stage import OTHER, PINS, STARTED, Stage, staged

from agentic.core.errors import UsageError
from agentic.core.spec import Sdk
from agentic.core.wire import HttpRequest, HttpResponse, Origin
from agentic.sandbox import Pins, Sandbox, SandboxPolicy
from tests.sandbox.conftest import AS_ON_LAMBDA

# What differs from run to run unless it is pinned: each in a request and in what is printed.
SCRIPTS = {
    "uuid4 as an idempotency key": """
import uuid
key = str(uuid.uuid4())
print(key, stripe.Customer.create(name="Ada", idempotency_key=key).id)
""",
    "the SDK's own idempotency key": """
print(stripe.Customer.create(name="Ada").last_response.headers)
post(rolled=os.urandom(3).hex())
print(os.urandom(3))
""",
    "uuid1": "import uuid\nprint(post(id=str(uuid.uuid1()), node=uuid.getnode()), uuid.uuid1())",
    "the time in a query": """
import time
print(requests.get(URL, params={"created[gte]": int(time.time()) - 3600, "ns": time.time_ns()}).json())
""",
    "names of the time's functions": """
from time import asctime, ctime, gmtime, localtime, strftime, time
print(post(all=[asctime(), ctime(), list(gmtime()), list(localtime()), strftime("%x %X"), time()]))
""",
    "dates": """
import datetime
from datetime import date, datetime as dt, timedelta, timezone
since = dt.now(timezone.utc) - timedelta(days=7)
print(post(a=dt.now().isoformat(), b=since.isoformat(), c=str(date.today()), d=str(dt.today()), e=datetime.datetime.now().hour))
""",
    "the module random": """
import random
from random import choice, gauss, randint
names = list("abcdefgh")
random.shuffle(names)
print(post(a=random.random(), b=randint(0, 10**9), c=choice(range(10**6)), d=gauss(0, 1), e=names))
print(random.sample(range(99), 5))
print(random.randbytes(4), random.getrandbits(70), random.expovariate(1), random.gauss(0, 1), random.getstate()[1][:3])
""",
    "generators of the script's own": """
import random
print(post(a=random.Random().random(), b=random.SystemRandom().random(), c=random.SystemRandom().randint(0, 10**12)))
""",
    "secrets": "import secrets\nprint(post(a=secrets.token_hex(), b=secrets.token_urlsafe(9), c=secrets.randbelow(10**9)))",
    "names of temporary files": "import tempfile\nprint(post(a=next(tempfile._get_candidate_names())))",
    "boundaries of uploads": """
stripe.File.create(purpose="dispute_evidence", file=__import__("io").BytesIO(b"text"))
print(requests.post(URL, files={"file": b"text"}).request.headers["Content-Type"])
""",
    "how long something took": """
import time
started, clock = time.perf_counter(), time.monotonic()
answer = post(name="Ada")
print(f"{time.perf_counter() - started:.9f} {time.monotonic() - clock:.9f} {time.process_time()} {time.thread_time_ns()}")
post(took=time.perf_counter() - started, at=time.time())
print(requests.get(URL).elapsed)
""",
    "a log with times": """
import logging, sys
logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(asctime)s %(process)d %(relativeCreated)d %(message)s")
logging.info(post(log=logging.LogRecord("a", 1, "b", 2, "c", (), None).created))
""",
    "dates in a header and in a zip": """
import email.utils, gzip, time
told = {"X-At": email.utils.formatdate(usegmt=True), "X-Now": str(time.time())}
print(requests.post(URL, data=gzip.compress(b"text"), headers=told).json(), time.time())
""",
}


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with staged() as stage:
        yield stage


@pytest.mark.parametrize("name", SCRIPTS)
def test_same_pins_give_the_same_requests_and_the_same_output(stage: Stage, name: str) -> None:
    first, again = stage.run(SCRIPTS[name]), stage.run(SCRIPTS[name])
    assert first.requests
    assert (first.in_order, first.printed) == (again.in_order, again.printed)


@pytest.mark.parametrize("name", SCRIPTS)
def test_control_other_pins_or_none_give_others(stage: Stage, name: str) -> None:
    runs = [stage.run(SCRIPTS[name], pins) for pins in (PINS, OTHER, None, None)]
    assert len({ran.printed for ran in runs}) >= 3, [ran.printed for ran in runs]
    assert runs[0].in_order != runs[1].in_order
    assert runs[2].in_order != runs[3].in_order


def test_sets_have_one_order_in_every_zygote_and_the_machine_one_name() -> None:
    code = """
import platform, socket
print({"a", "b", "c", "d", "e"}, hash("a"), os.getpid(), socket.gethostname(), platform.node())
"""
    printed: set[str] = set()
    for _ in range(2):
        with staged() as fresh:
            printed.add(fresh.run(code).printed)
    assert len(printed) == 1
    assert printed.pop().endswith(" 2 sandbox sandbox\n")


def test_clock_starts_at_the_runs_time_never_stands_still_and_goes_on_by_what_is_slept(stage: Stage) -> None:
    code = """
import asyncio, threading, time
first = time.time()
print(first, time.time() > first, time.perf_counter() < time.perf_counter(), time.monotonic_ns() < time.monotonic_ns())
def passed(wait):
    before = time.monotonic()
    wait()
    return round(time.monotonic() - before, 3)
async def meanwhile():
    await asyncio.gather(asyncio.sleep(0.03), asyncio.sleep(0.02))
def thread():
    working = threading.Thread(target=time.sleep, args=(0.02,))
    working.start()
    working.join()
async def waits():
    _, pending = await asyncio.wait([asyncio.ensure_future(asyncio.sleep(5))], timeout=0.02)
    [task.cancel() for task in pending]
async def late():
    try:
        await asyncio.wait_for(asyncio.sleep(5), 0.02)
    except TimeoutError:
        pass
print(*map(passed, [lambda: time.sleep(0.02), lambda: asyncio.run(asyncio.sleep(0.02)), lambda: asyncio.run(meanwhile()),
      thread, lambda: asyncio.run(waits()), lambda: threading.Event().wait(0.02), lambda: asyncio.run(late())]))
"""
    assert stage.run(code).printed == f"{STARTED + 1e-6} True True True\n0.02 0.02 0.03 0.02 0.02 0.02 0.02\n"


@pytest.mark.parametrize("client", ["requests", "httpx"])
def test_answers_date_moves_the_clock_on_but_never_back_nor_years_away(stage: Stage, client: str) -> None:
    """So that "until now" has in it what the script has just made, however long the API took."""
    dates = [formatdate(STARTED + seconds, usegmt=True) for seconds in (7.0, 3.0, 1e10)] + ["no date", ""]

    def dated(_request: HttpRequest, origin: Origin) -> HttpResponse:
        return HttpResponse(200, (("Date", dates[origin.number - 1]),))

    code = f"import {client}, time\nfor _ in range(5):\n    {client}.get(URL)\n    print(round(time.time(), 3))"
    assert stage.run(code, answer=dated).printed == f"{int(STARTED) + 7.0}\n" * 5


def test_loops_that_wait_for_a_time_end(stage: Stage) -> None:
    code = """
import threading, time
from datetime import datetime, timedelta
until, looks = time.time() + 20, 0
while time.time() < until:
    time.sleep(5)
    looks += 1
done = threading.Event()
until = time.monotonic() + 0.3
while not done.wait(0.1) and time.monotonic() < until:
    looks += 1
until = datetime.now() + timedelta(milliseconds=20)
while datetime.now() < until:
    pass
print(looks)
"""
    replay = Pins(PINS.seed, STARTED, skip_sleep=True)
    assert stage.run(code, replay, seconds=15).printed == "6\n"


def test_sleeps_are_skipped_in_a_replay_only_and_move_its_clock_all_the_same(stage: Stage) -> None:
    code = """
import asyncio, time
time.sleep({0})
asyncio.run(asyncio.sleep({0}))
print(time.time())
"""
    replay = Pins(PINS.seed, STARTED, skip_sleep=True)
    for serial in (False, True):
        assert stage.run(code.format(300), replace(replay, serial=serial)).printed == f"{STARTED + 600 + 1e-6}\n"
    assert stage.run(code.format(0.05), replay).printed == stage.run(code.format(0.05)).printed
    # The control: in a first run it sleeps.
    assert stage.run(code.format(300), seconds=2).outcome.reason == "timeout"


@pytest.mark.parametrize("client", ["post(n=number)", "asyncio.run(ask(number))"])
def test_sleeps_are_slept_again_once_a_resumed_script_asks_for_something_new(stage: Stage, client: str) -> None:
    """Else it would ask an API that wants it to wait as fast as it can, as soon as somebody has approved a write."""
    code = f"""
import asyncio, httpx, time
async def ask(number):
    async with httpx.AsyncClient() as client:
        await client.post(URL, json={{"n": number}})
for number in range(3):
    {client}
    print(number)
    time.sleep(300)
"""
    for serial in (False, True):
        pins = Pins(PINS.seed, STARTED, serial=serial, skip_sleep=True)
        resumed = stage.run(code, replace(pins, replayed=1), seconds=3)
        assert (resumed.outcome.reason, resumed.outcome.stdout) == ("timeout", "0\n1\n")
        # The control: a replay to the end asks nobody.
        assert stage.run(code, pins).printed == "0\n1\n2\n"


REPLACED = """
import asyncio, concurrent.futures, datetime, http.client, random, threading, time, uuid
print([time.time, time.sleep, os.urandom, random.random, random._inst.__class__, os.getpid, uuid._last_timestamp, uuid._node])
print([vars(datetime.datetime).get(name) for name in ("now", "utcnow", "today")], vars(datetime.date)["today"])
places = [threading.Thread.start, threading.Condition.wait, http.client.HTTPConnection.endheaders, asyncio.sleep,
          concurrent.futures.ThreadPoolExecutor.submit, stripe._http_client.time, random.Random.seed]
print([getattr(place, "__module__", place.__name__) for place in places])
print("agentic" in repr([vars(module).values() for module in (os, time, random, asyncio, threading, datetime, uuid, stripe)]))
"""


def test_without_pins_everything_is_pythons_own(stage: Stage) -> None:
    """Also in a child that had the time to rehearse them."""
    printed: list[str] = []
    for _ in range(3):
        printed.append(stage.run(REPLACED, None).printed)
        time.sleep(0.2)
    assert len(set(printed)) == 1
    assert "'now' of 'datetime.datetime'" in printed[0]
    assert "agentic" not in printed[0]
    assert printed[0].endswith("False\n")
    # The control: with pins it is not.
    assert "agentic" in stage.run(REPLACED).printed


def test_pins_hold_as_on_lambda_too() -> None:
    """Where no layer of the kernel's stands."""
    code = (
        "import os, random, socket, time\nprint(os.urandom(9), random.random(), time.time(), os.getpid(), socket.gethostname())"
    )
    with Sandbox(Sdk("", ("json",)), terms=AS_ON_LAMBDA) as sandbox:
        one, again, other = (sandbox.run(code, SandboxPolicy(pins=pins)) for pins in (PINS, PINS, None))
    assert one.success
    assert one.stdout == again.stdout != other.stdout


def test_types_of_time_stay_what_they_are(stage: Stage) -> None:
    code = """
import datetime, pickle, copy, time
from datetime import date, datetime as dt, timedelta, timezone
class Own(dt):
    pass
moment = dt.now(timezone.utc)
print(type(moment) is dt, isinstance(moment, date), type(moment + timedelta(1)) is dt, type(date.today()) is date)
print(pickle.loads(pickle.dumps(moment)) == moment, copy.deepcopy(moment) == moment)
print(dt.fromisoformat(moment.isoformat()) == moment)
print(type(Own.now()) is Own, type(Own.today()) is Own, isinstance(dt.strptime("2026", "%Y"), dt), datetime.datetime is dt)
print(dt.now(tz=timezone.utc).tzinfo, dt.now(None).tzinfo, isinstance(time.gmtime(), time.struct_time))
print(time.strftime("%Y", (2001,) + (1,) * 8))
try:
    dt.now("no zone")
except TypeError as error:
    print("TypeError")
"""
    printed = stage.run(code).printed
    assert printed == stage.run(code, None).printed
    assert printed.count("True") == 12


def test_what_a_script_seeds_itself_is_what_python_gives_for_that_seed(stage: Stage) -> None:
    code = """
import random
random.seed(42)
print(random.random(), random.randint(0, 99), random.gauss(0, 1), random.Random(7).random())
state = random.getstate()
first = random.random()
random.setstate(state)
print(first == random.random())
"""
    assert stage.run(code).printed == stage.run(code, None).printed
    code = "import random\nrandom.seed()\nprint(random.random())"
    assert stage.run(code).printed == stage.run(code).printed != stage.run(code, OTHER).printed


def test_random_bytes_never_repeat_and_refuse_what_python_refuses(stage: Stage) -> None:
    code = """
import threading
drawn = []
def draw():
    drawn.extend(os.urandom(8) for _ in range(500))
threads = [threading.Thread(target=draw) for _ in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
draw()
print(len(set(drawn)), len(os.urandom(0)), len(os.urandom(100_000)))
for wrong in (-1, "1", 1.5):
    try:
        os.urandom(wrong)
    except (TypeError, ValueError) as error:
        print(type(error).__name__)
"""
    assert stage.run(code).printed == "2500 0 100000\nValueError\nTypeError\nTypeError\n"


def test_sdks_retries_wait_by_the_scripts_clock(stage: Stage) -> None:
    """The first two attempts fail; in a replay nobody waits for the third."""

    def fails(_request: HttpRequest, origin: Origin) -> HttpResponse:
        return HttpResponse(503 if origin.number < 3 else 200, (("Content-Type", "application/json"),), b'{"id": "cus_1"}')

    code = """
import asyncio, time
before = time.time()
print(stripe.Customer.create(name="Ada").id, time.time() - before > 1)
"""
    in_tasks = """
import asyncio, time
async def main():
    before = time.time()
    print((await stripe.Customer.create_async(name="Ada")).id, time.time() - before > 1)
asyncio.run(main())
"""
    for script in (code, in_tasks):
        for serial in (False, True):
            runs = [stage.run(script, Pins(PINS.seed, STARTED, serial, skip), answer=fails) for skip in (False, True)]
            assert [ran.printed for ran in runs] == ["cus_1 True\n"] * 2
            assert runs[0].in_order == runs[1].in_order
            assert len(runs[0].requests) == 3
            assert runs[0].outcome.duration_ms > 1000


@pytest.mark.parametrize(
    ("seed", "started"), [("", 1.0), ("0" * 31, 1.0), ("G" * 32, 1.0), ("0" * 32, -1.0), ("0" * 32, float("nan"))]
)
def test_pins_that_are_none_are_refused(seed: str, started: float) -> None:
    with pytest.raises(UsageError, match="pins need"):
        Pins(seed, started)


def test_pins_survive_json() -> None:
    pins = Pins("0" * 32, 1.5, serial=True, skip_sleep=True)
    assert Pins.from_json(pins.to_json()) == pins
