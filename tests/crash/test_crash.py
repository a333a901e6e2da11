"""Whatever of the local cloud is killed, and whenever: no run is lost or stuck, and nothing is done twice.

The short form; `make prove` kills ten times as often.
"""

import itertools
import sys
import time
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from crash_kills import CLOUD, Figures, Kill, carried_out
from crash_plan import plan, points
from crash_rig import STUCK_SECONDS, Host, Rig
from crash_scripts import WORKS, Work

KILLS = 30
# The API has done it, and whoever asked is killed before the answer is written down.
_DONE = points("stripe")[4]
_DONE_AND_FORGOTTEN = Kill((WORKS[0],), "call-api", point=_DONE)


def test_no_kill_loses_a_run_or_does_anything_twice(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    figures, order = Figures(), plan()
    with Rig(tmp_path) as rig:
        # Where a run ends before its point comes, nothing is killed: then there is another one.
        while figures.killed < KILLS:
            assert [found for found in carried_out(rig, itertools.islice(order, 1), figures) if found.fault] == []
    with capsys.disabled():
        print(f"\n{figures.table()}")
    assert rig.left == []
    assert {victim for victim, _ in figures.kills} >= {CLOUD, "call-api", ""}
    assert sum(found.status == "completed" for found in figures.found) > len(figures.found) / 2


def test_control_an_api_that_forgets_effect_ids_shows_what_they_are_for(tmp_path: Path):
    figures = Figures()
    with Rig(tmp_path) as rig:
        (remembered,) = carried_out(rig, [_DONE_AND_FORGOTTEN], figures)
        rig.fake.deaf = True
        (forgotten,) = carried_out(rig, [_DONE_AND_FORGOTTEN], figures)
    assert figures.kills["call-api", _DONE] == 2
    assert (remembered.status, remembered.duplicates) == ("completed", 0)
    assert (forgotten.status, forgotten.duplicates) == ("completed", 1)


def test_of_two_local_clouds_that_start_at_once_after_a_crash_one_recovers_the_run(tmp_path: Path):
    work = WORKS[-1]
    with Rig(tmp_path) as rig:
        marker, host = rig.marker(), rig.host
        host.order("arm", victim=CLOUD, number=3, point=points("stripe")[3])
        host.order("run", fields=work.fields(marker))
        began = host.hear(lambda news: "began" in news)
        assert began
        assert host.hear(lambda news: "killed" in news)
        host.hear(lambda _: False)
        assert sorted(rig.fake.effects(marker)) == ["p", "q", "r"]
        hosts = [rig.rival(), rig.rival()]
        try:
            ready = [host for host in hosts if host.hear(lambda news: "ready" in news)]
            assert len(ready) == 1
            seen = _ended(ready[0], began["began"])
        finally:
            for host in hosts:
                host.end()
    assert (seen["status"], rig.fake.effects(marker)) == ("completed", work.effects)


def test_a_second_local_cloud_leaves_a_run_alone_that_the_first_is_at_work_on(tmp_path: Path):
    work = Work("slow", {"x": 1, "y": 1}, 'import time\n\ncustomer("x")\ntime.sleep(6)\ncustomer("y")\n')
    with Rig(tmp_path) as rig:
        marker, host = rig.marker(), rig.host
        host.order("run", fields=work.fields(marker))
        began = host.hear(lambda news: "began" in news)
        assert began
        rival = rig.rival()
        try:
            assert rival.hear(lambda news: "ready" in news) is None
            assert "another local cloud uses" in (tmp_path / "host.log").read_text()
        finally:
            rival.end()
        seen = _ended(host, began["began"])
    assert (seen["status"], rig.fake.effects(marker), seen["attempts"]) == ("completed", work.effects, 1)


def _ended(host: Host, run_id: str) -> dict[str, Any]:
    deadline = time.monotonic() + STUCK_SECONDS
    while time.monotonic() < deadline:
        host.order("look", run=run_id)
        seen = host.hear(lambda news: news.get("look") == run_id)
        assert seen
        if seen["status"] not in {"validating", "executing"}:
            return seen
        time.sleep(0.05)
    raise AssertionError("the run is stuck")
