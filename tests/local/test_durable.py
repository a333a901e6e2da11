"""What was answered outlives a restart: items, objects and mappings."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from endpoint_world import World, make_table, running

from agentic.core.errors import StorageError
from agentic.local.durable import Durable
from agentic.local.durable.objects import hashed_name, plain_name
from agentic.local.state import StateFolder

KEY = {"run_id": {"S": "r1"}, "item": {"S": "run"}}


def _item(run: str, item: str = "run", **attributes: dict) -> dict:
    return {"run_id": {"S": run}, "item": {"S": item}, **attributes}


def _ids(world: World) -> set[str]:
    return {item["run_id"]["S"] for item in world.operator("dynamodb").scan(TableName="runs")["Items"]}


def test_items_come_back_with_every_type(tmp_path: Path) -> None:
    whole = _item(
        "r1",
        n={"N": "1.50"},
        yes={"BOOL": True},
        nothing={"NULL": True},
        names={"SS": ["a", "b"]},
        raw={"B": b"\x00\xff"},
        tree={"M": {"l": {"L": [{"S": "x"}, {"M": {"n": {"N": "2"}}}]}}},
    )
    with running(tmp_path / "s") as world:
        client = world.operator("dynamodb")
        make_table(client)
        client.put_item(TableName="runs", Item=whole)
        before = client.get_item(TableName="runs", Key=KEY)["Item"]
    with running(tmp_path / "s") as world:
        client = world.operator("dynamodb")
        make_table(client)
        after = client.get_item(TableName="runs", Key=KEY)["Item"]
        assert before["raw"] == whole["raw"]
        assert {**after, "names": {"SS": sorted(after["names"]["SS"])}} == whole
        make_table(client, "other")
        assert client.scan(TableName="other")["Count"] == 0


def test_every_way_to_change_items_is_followed(tmp_path: Path) -> None:
    with running(tmp_path / "s") as world:
        client = world.operator("dynamodb")
        make_table(client)
        for run in ("updated", "deleted", "batch-deleted", "transact-deleted", "transact-updated", "rolled-back"):
            client.put_item(TableName="runs", Item=_item(run))
        setting = {"UpdateExpression": "SET v = :v", "ExpressionAttributeValues": {":v": {"S": "new"}}}
        client.update_item(TableName="runs", Key=_item("updated"), **setting)
        client.update_item(TableName="runs", Key=_item("made"), **setting)
        client.delete_item(TableName="runs", Key=_item("deleted"))
        batch = [{"PutRequest": {"Item": _item("batch-put")}}, {"DeleteRequest": {"Key": _item("batch-deleted")}}]
        client.batch_write_item(RequestItems={"runs": batch})
        client.transact_write_items(
            TransactItems=[
                {"Put": {"TableName": "runs", "Item": _item("transact-put")}},
                {"Update": {"TableName": "runs", "Key": _item("transact-updated"), **setting}},
                {"Delete": {"TableName": "runs", "Key": _item("transact-deleted")}},
                {"ConditionCheck": {"TableName": "runs", "Key": _item("made"), "ConditionExpression": "attribute_exists(v)"}},
            ]
        )
        with pytest.raises(client.exceptions.TransactionCanceledException):
            client.transact_write_items(
                TransactItems=[
                    {"Delete": {"TableName": "runs", "Key": _item("rolled-back")}},
                    {"ConditionCheck": {"TableName": "runs", "Key": _item("no"), "ConditionExpression": "attribute_exists(v)"}},
                ]
            )
        with pytest.raises(ClientError, match="has no ExecuteStatement"):
            client.execute_statement(Statement="INSERT INTO runs VALUE {'run_id': 'p', 'item': 'run'}")
        before = _ids(world)
    with running(tmp_path / "s") as world:
        client = world.operator("dynamodb")
        make_table(client)
        assert _ids(world) == before
        assert before == {"updated", "made", "batch-put", "transact-put", "transact-updated", "rolled-back"}
        for run in ("updated", "made", "transact-updated"):
            assert client.get_item(TableName="runs", Key=_item(run))["Item"]["v"] == {"S": "new"}
        assert "v" not in client.get_item(TableName="runs", Key=_item("rolled-back"))["Item"]


def test_a_deleted_table_or_bucket_stays_empty(tmp_path: Path) -> None:
    with running(tmp_path / "s") as world:
        make_table(world.operator("dynamodb"))
        world.operator("dynamodb").put_item(TableName="runs", Item=_item("r1"))
        world.operator("dynamodb").delete_table(TableName="runs")
        s3 = world.operator("s3")
        s3.create_bucket(Bucket="bucket")
        s3.put_object(Bucket="bucket", Key="k", Body=b"")
        s3.delete_objects(Bucket="bucket", Delete={"Objects": [{"Key": "k"}]})
        s3.delete_bucket(Bucket="bucket")
    with running(tmp_path / "s") as world:
        make_table(world.operator("dynamodb"))
        assert _ids(world) == set()
        world.operator("s3").create_bucket(Bucket="bucket")
        assert "Contents" not in world.operator("s3").list_objects_v2(Bucket="bucket")


def test_objects_come_back_and_are_files_under_their_keys(tmp_path: Path) -> None:
    key = "generated/stripe/Create_a_customer_20261122_101500.py"
    with running(tmp_path / "s") as world:
        s3 = world.operator("s3")
        s3.create_bucket(Bucket="bucket")
        s3.put_object(Bucket="bucket", Key=key, Body=b"first")
        put = s3.put_object(Bucket="bucket", Key=key, Body=b"print(1)\n", Metadata={"run_id": "r"}, ContentType="text/x-python")
        s3.copy_object(Bucket="bucket", Key="copy", CopySource={"Bucket": "bucket", "Key": key})
        s3.put_object(Bucket="bucket", Key="gone", Body=b"")
        s3.delete_object(Bucket="bucket", Key="gone")
        modified = s3.head_object(Bucket="bucket", Key=key)["LastModified"]
    assert (tmp_path / "s" / "objects" / "bucket" / key).read_bytes() == b"print(1)\n"
    with running(tmp_path / "s") as world:
        s3 = world.operator("s3")
        s3.create_bucket(Bucket="bucket")
        assert {entry["Key"] for entry in s3.list_objects_v2(Bucket="bucket")["Contents"]} == {key, "copy"}
        for name in (key, "copy"):
            found = s3.get_object(Bucket="bucket", Key=name)
            assert (found["Body"].read(), found["ETag"]) == (b"print(1)\n", put["ETag"])
            assert (found["Metadata"], found["ContentType"]) == ({"run_id": "r"}, "text/x-python")
        assert s3.head_object(Bucket="bucket", Key=key)["LastModified"] == modified


HOSTILE_KEYS = [
    "../../x",
    "a/../../../x",
    "/etc/passwd",
    "..",
    "a//b",
    ".hidden",
    "a/.",
    "%41",
    "x" * 500,
    "é",
    "a\\b",
    "nul",
    "a/b/",
]


def test_no_key_reaches_a_file_outside_of_its_bucket(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    with running(folder) as world:
        s3 = world.operator("s3")
        s3.create_bucket(Bucket="bucket")
        for key in HOSTILE_KEYS:
            if key != "..":  # botocore itself would turn /bucket/.. into another path.
                s3.put_object(Bucket="bucket", Key=key, Body=key.encode())
    assert {path.name for path in tmp_path.iterdir()} == {"s"}
    assert {path.name for path in folder.iterdir()} <= {"objects", "store.sqlite", "store.sqlite-wal", "store.sqlite-shm"}
    assert {path.name for path in (folder / "objects").iterdir()} == {"bucket"}
    with running(folder) as world:
        s3 = world.operator("s3")
        s3.create_bucket(Bucket="bucket")
        for key in HOSTILE_KEYS:
            if key != "..":
                assert s3.get_object(Bucket="bucket", Key=key)["Body"].read() == key.encode()


@pytest.mark.parametrize(
    "key", ["../../x", "a/../x", "/x", "..", ".", "a//b", "a/", ".git/config", "%41", "a\\b", "a\x00b", "x" * 500]
)
def test_only_harmless_keys_are_file_names(key: str) -> None:
    assert plain_name(key) == ""
    assert "/" not in hashed_name(key)
    assert plain_name("generated/stripe/x.py") == "generated/stripe/x.py"


def test_a_key_and_keys_below_it_are_both_kept(tmp_path: Path) -> None:
    for order in (["a", "a/b"], ["a/b", "a"]):
        folder = tmp_path / order[0].replace("/", "_")
        with running(folder) as world:
            s3 = world.operator("s3")
            s3.create_bucket(Bucket="bucket")
            for key in order:
                s3.put_object(Bucket="bucket", Key=key, Body=key.encode())
        with running(folder) as world:
            s3 = world.operator("s3")
            s3.create_bucket(Bucket="bucket")
            assert [s3.get_object(Bucket="bucket", Key=key)["Body"].read() for key in order] == [key.encode() for key in order]


def test_a_link_in_the_mirror_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    with running(tmp_path / "s") as world:
        s3 = world.operator("s3")
        s3.create_bucket(Bucket="bucket")
        (tmp_path / "s" / "objects").mkdir(exist_ok=True)
        (tmp_path / "s" / "objects" / "bucket").symlink_to(tmp_path / "outside")
        with pytest.raises(ClientError) as raised:
            s3.put_object(Bucket="bucket", Key="k", Body=b"x")
        assert raised.value.response["Error"]["Code"] == "StorageError"
    assert list((tmp_path / "outside").iterdir()) == []


def test_a_change_that_cannot_be_stored_is_an_error_not_a_silent_loss(tmp_path: Path) -> None:
    """A page limit stands for the full disk; the control comes first."""
    with running(tmp_path / "s") as world:
        client = world.operator("dynamodb")
        make_table(client)
        client.put_item(TableName="runs", Item=_item("r1"))
        world.endpoint.durable._database._connection.execute("PRAGMA max_page_count = 1")
        with pytest.raises(ClientError) as raised:
            client.put_item(TableName="runs", Item=_item("big", v={"S": "x" * 300_000}))
        assert raised.value.response["Error"]["Code"] == "StorageError"
        assert "the disk is full" in raised.value.response["Error"]["Message"]
        assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


@pytest.mark.parametrize(("change", "before"), [("new", None), ("changed", "old"), ("deleted", "old")])
def test_a_change_that_cannot_be_stored_has_not_been_made(tmp_path: Path, change: str, before: str | None) -> None:
    """Else a write whose intent is in memory only would be sent, and nobody would know of it after a restart."""
    key = {"run_id": {"S": change}, "item": {"S": "run"}}
    with running(tmp_path / "s") as world:
        client = world.operator("dynamodb")
        make_table(client)
        if before:
            client.put_item(TableName="runs", Item=_item(change, v={"S": before}))
        young = {"TableName": "runs", "Item": _item(change, v={"S": "young"})}
        gone = {"TableName": "runs", "Key": key}
        request, fields = (client.delete_item, gone) if change == "deleted" else (client.put_item, young)
        world.endpoint.durable._database._connection.execute("PRAGMA query_only = 1")
        with pytest.raises(ClientError, match=r"store\.sqlite"):
            request(**fields)
        found = client.get_item(TableName="runs", Key=key).get("Item", {})
        assert found.get("v", {}).get("S") == before
        world.endpoint.durable._database._connection.execute("PRAGMA query_only = 0")
        client.put_item(**young)
        assert client.get_item(TableName="runs", Key=key)["Item"]["v"]["S"] == "young"


@pytest.mark.parametrize("service", ["dynamodb", "s3"])
def test_what_was_answered_survives_a_killed_process(tmp_path: Path, service: str) -> None:
    """The other process dies without any clean-up right after the answers."""
    program = """
import os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from endpoint_world import make_table, running
with running(Path(sys.argv[2])) as world:
    client = world.operator("dynamodb")
    make_table(client)
    s3 = world.operator("s3")
    s3.create_bucket(Bucket="bucket")
    for number in range(20):
        client.put_item(TableName="runs", Item={"run_id": {"S": f"r{number}"}, "item": {"S": "run"}})
        s3.put_object(Bucket="bucket", Key=f"k{number}", Body=b"x")
    os._exit(9)
"""
    done = subprocess.run([sys.executable, "-c", program, str(Path(__file__).parent), str(tmp_path / "s")], check=False)
    assert done.returncode == 9
    with running(tmp_path / "s") as world:
        if service == "dynamodb":
            make_table(world.operator("dynamodb"))
            assert _ids(world) == {f"r{number}" for number in range(20)}
        else:
            world.operator("s3").create_bucket(Bucket="bucket")
            assert world.operator("s3").list_objects_v2(Bucket="bucket")["KeyCount"] == 20


def test_mappings_come_back_and_are_the_same_object_by_name(tmp_path: Path) -> None:
    state = StateFolder(tmp_path / "s")
    durable = Durable(state)
    stripe = durable.mapping("stripe")
    assert durable.mapping("stripe") is stripe
    stripe["cus_1"] = "Zoë"
    stripe["cus_1"] = "Alice"
    stripe["cus_2"] = "Bob"
    del stripe["cus_2"]
    durable.mapping("github")["cus_1"] = "other"
    with pytest.raises(KeyError):
        del stripe["cus_2"]
    durable.close()
    again = Durable(state)
    assert dict(again.mapping("stripe")) == {"cus_1": "Alice"}
    assert dict(again.mapping("github")) == {"cus_1": "other"}
    again.close()


def test_a_mapping_that_cannot_be_stored_changes_nothing(tmp_path: Path) -> None:
    durable = Durable(StateFolder(tmp_path / "s"))
    mapping = durable.mapping("m")
    mapping["k"] = "old"
    durable._database._connection.execute("PRAGMA max_page_count = 1")
    with pytest.raises(StorageError, match="the disk is full"):
        mapping["k"] = "x" * 100_000
    assert mapping["k"] == "old"
    durable.close()


def test_writers_in_parallel_share_commits_and_lose_nothing(tmp_path: Path) -> None:
    state = StateFolder(tmp_path / "s")
    durable = Durable(state)

    def write(number: int) -> None:
        for index in range(25):
            durable.mapping(f"m{number}")[str(index)] = "v"

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    durable.close()
    again = Durable(state)
    assert [len(again.mapping(f"m{number}")) for number in range(8)] == [25] * 8
    again.close()


def test_the_database_is_the_owners_alone(tmp_path: Path) -> None:
    durable = Durable(StateFolder(tmp_path / "s"))
    durable.mapping("m")["k"] = "v"
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "s").iterdir()}
    durable.close()
    assert set(modes.values()) == {0o600}
    assert "store.sqlite-wal" in modes


def test_a_database_that_is_no_database_is_one_line(tmp_path: Path) -> None:
    state = StateFolder(tmp_path / "s")
    state.write(state.database, b"this is not a database" * 100)
    with pytest.raises(StorageError) as raised:
        Durable(state)
    assert "\n" not in raised.value.message


def test_a_database_that_is_a_link_is_refused(tmp_path: Path) -> None:
    state = StateFolder(tmp_path / "s")
    state.database.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StorageError):
        Durable(state)
    assert not (tmp_path / "elsewhere").exists()


def test_items_past_their_time_are_gone_after_a_restart(tmp_path: Path) -> None:
    """moto knows the setting and does nothing; without this the folder would only ever grow."""
    for start in (1, 2):
        with running(tmp_path / "s") as world:
            client = world.operator("dynamodb")
            make_table(client)
            if start == 1:
                client.put_item(TableName="runs", Item=_item("old", expires={"N": "1000"}))
                client.put_item(TableName="runs", Item=_item("new", expires={"N": "99999999999"}))
                client.put_item(TableName="runs", Item=_item("forever"))
            else:
                assert _ids(world) == {"old", "new", "forever"}
                client.update_time_to_live(
                    TableName="runs", TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"}
                )
                assert _ids(world) == {"new", "forever"}
    with running(tmp_path / "s") as world:
        make_table(world.operator("dynamodb"))
        assert _ids(world) == {"new", "forever"}
