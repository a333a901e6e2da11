"""Running programs: what comes out, and that every kind of failure is one line, bounded, and leaves nothing."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from program_world import PLACE, World

from agentic.core.errors import ConfigurationError, ExitCode, LocalCloudError, StorageError
from agentic.local.program.engine import RunningProgram
from agentic.local.program.program import Program, project_name
from agentic.local.program.resources import all_types, random_values
from agentic.local.program.table import Context, ResourceTable

RANDOM = "import pulumi, pulumi_random as random\n"


def one_line(error: LocalCloudError) -> str:
    assert "\n" not in error.message
    assert "Traceback" not in error.message
    assert "While processing" not in error.message
    return error.message


def alive(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"


def gone(pid: int) -> bool:
    deadline = time.monotonic() + 5
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not alive(pid)


def appeared(path: Path) -> Path:
    deadline = time.monotonic() + 30
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert path.exists()
    return path


def test_a_program_gives_exports_and_resources(world: World) -> None:
    """Exports are plain values, components and settings work, and what the program prints stays in its log."""
    result = world.run(
        RANDOM
        + """
class Part(pulumi.ComponentResource):
    def __init__(self, name):
        super().__init__("tests:Part", name)
        self.value = random.RandomString(name, length=8, special=False, opts=pulumi.ResourceOptions(parent=self)).result
        self.register_outputs({"value": self.value})

print("said to stdout")
one, two = Part("one"), Part("two")
pulumi.export("one", one.value)
pulumi.export("nested", {"both": [one.value, two.value], "count": 2, "yes": True})
pulumi.export("setting", pulumi.Config("agentic").require("apis"))
pulumi.export("stack", f"{pulumi.get_project()}/{pulumi.get_stack()}")
""",
        {"agentic:apis": '["stripe"]'},
    )
    one, two = result.exports["nested"]["both"]
    assert result.exports == {
        "one": one,
        "nested": {"both": [one, two], "count": 2, "yes": True},
        "setting": '["stripe"]',
        "stack": "tiny/dev",
    }
    assert len(one) == 8
    assert one != two
    assert sorted((item.name, item.id) for item in result.resources) == [("one", one), ("two", two)]
    assert {event.name for event in world.events} == {"one", "two"}
    assert "said to stdout" in world.log.read_text()
    assert world.log.stat().st_mode & 0o777 == 0o600
    assert set(result.timings_ms) == {"start", "pulumi", "program"}


def test_data_sources_are_answered_before_the_cloud_is_there(world: World) -> None:
    """A program that only asks for its region reaches its end while nobody completes it."""
    source = """
    import pulumi, pulumi_aws as aws
    here, who, partition = aws.get_region(), aws.get_caller_identity(), aws.get_partition()
    pulumi.export("all", [here.region, here.name, who.account_id, partition.partition, partition.dns_suffix])
    open("reached", "w").close()
    """
    with world.launch(source) as running:
        appeared(world.folder / "project" / "reached")
        result = running.complete(all_types(), world.context())
    assert result.exports["all"] == ["eu-central-1", "eu-central-1", "123456789012", "aws", "amazonaws.com"]


def test_an_unknown_data_source_is_refused_by_name(world: World) -> None:
    with pytest.raises(LocalCloudError) as caught:
        world.run("import pulumi_aws as aws\naws.get_availability_zones()\n")
    assert "aws:index/getAvailabilityZones:getAvailabilityZones" in one_line(caught.value)


def test_an_unknown_type_is_refused_by_name(world: World) -> None:
    with pytest.raises(LocalCloudError) as caught:
        world.run(RANDOM + "random.RandomPet('pet', length=2)")
    assert one_line(caught.value) == "random:index/randomPet:RandomPet 'pet': the local cloud has no such type"


def test_a_wrong_input_is_refused_with_type_name_and_reason(world: World) -> None:
    """The first error wins, and what depends on the failed resource adds no noise."""
    with pytest.raises(LocalCloudError) as caught:
        world.run(
            RANDOM + "a = random.RandomString('a', length=0)\nrandom.RandomString('b', length=4, override_special=a.result)"
        )
    assert one_line(caught.value) == "random:index/randomString:RandomString 'a': length must be between 1 and 1024, not 0"


def test_a_value_made_from_an_output_nobody_computes_is_refused(world: World) -> None:
    """On plain mocks this would be None, written into whatever is made from it."""
    with pytest.raises(LocalCloudError) as caught:
        world.run("""
        import pulumi
        from pulumi_aws import cloudwatch, s3
        bucket = s3.Bucket("code", bucket="tiny-code")
        cloudwatch.LogGroup("log", name=pulumi.Output.concat("/aws/", bucket.hosted_zone_id))
        """)
    message = one_line(caught.value)
    assert (
        "aws:cloudwatch/logGroup:LogGroup 'log': name is made from an output that the local cloud does not compute" in message
    )
    assert "aws:s3/bucket:Bucket code" in message


def test_an_export_nobody_computes_is_refused(world: World) -> None:
    with pytest.raises(LocalCloudError) as caught:
        world.run(
            "import pulumi\nfrom pulumi_aws import s3\npulumi.export('zone', s3.Bucket('b', bucket='tiny').hosted_zone_id)"
        )
    assert "exports: zone is made from an output that the local cloud does not compute" in one_line(caught.value)


def test_echoed_inputs_of_a_wrong_type_are_found(world: World) -> None:
    """What the table does not look into is compared with Pulumi's own types when the resource is read back."""
    source = """
    from pulumi_aws import s3
    bucket = s3.Bucket("code", bucket="tiny-code")
    s3.BucketServerSideEncryptionConfiguration("sse", bucket=bucket.id, rules=[{
        "apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"},
        "blocked_encryption_types": %s,
    }])
    """
    assert len(world.run(source % '["SSE-C"]').resources) == 2


def test_an_echoed_input_of_a_wrong_type_is_found(world: World) -> None:
    with pytest.raises(LocalCloudError) as caught:
        world.run("""
        from pulumi_aws import s3
        bucket = s3.Bucket("code", bucket="tiny-code")
        s3.BucketServerSideEncryptionConfiguration("sse", bucket=bucket.id, rules=[{
            "apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"},
            "blocked_encryption_types": [{"no": "text"}],
        }])
        """)
    assert "expected a value of type `<class 'str'>`" in one_line(caught.value)
    assert "`sse`, property `rules.0.blockedEncryptionTypes.0`" in caught.value.message


def test_null_in_a_policy_is_refused(world: World) -> None:
    """A program that writes None into a policy's text is told where."""
    with pytest.raises(LocalCloudError) as caught:
        world.run("""
        import json
        from pulumi_aws import iam
        trust = {"Effect": "Allow", "Principal": {"Service": None}, "Action": "sts:AssumeRole"}
        iam.Role("r", name="tiny", assume_role_policy=json.dumps({"Version": "2012-10-17", "Statement": [trust]}))
        """)
    expected = "aws:iam/role:Role 'r': assumeRolePolicy has null at Statement[0].Principal.Service"
    assert one_line(caught.value) == expected


def test_a_service_that_cannot_be_warmed_up_stops_nothing(world: World) -> None:
    def fail(context: Context) -> None:
        raise RuntimeError("not there")

    table = ResourceTable(random_values.TYPES, warm_ups=[fail])
    with world.launch(RANDOM + "random.RandomString('a', length=4)") as running:
        assert len(running.complete(table, world.context()).resources) == 1


def test_two_resources_of_one_name_are_refused(world: World) -> None:
    with pytest.raises(LocalCloudError) as caught:
        world.run(RANDOM + "random.RandomString('a', length=4)\nrandom.RandomString('a', length=5)")
    assert "the program has two resources of this type and name" in one_line(caught.value)


def test_a_secret_stays_secret(world: World) -> None:
    """It reaches the cloud as it is, stays marked on its way to the exports, and is in no log and no event."""
    hidden = "hush-4711-hush"
    result = world.run(
        f"""
        import pulumi, sys
        from pulumi_aws import secretsmanager
        made = secretsmanager.Secret("s", name="tiny/key", description=pulumi.Output.secret("{hidden}"))
        pulumi.export("description", made.description)
        pulumi.export("name", made.name)
        print(made.description, file=sys.stderr)
        """
    )
    assert result.exports == {"description": hidden, "name": "tiny/key"}
    assert result.secret_exports == {"description"}
    described = world.endpoint.client("secretsmanager").describe_secret(SecretId="tiny/key")
    assert described["Description"] == hidden
    assert hidden not in world.log.read_text()
    assert hidden not in repr(world.events)


def test_an_error_tells_no_secret(world: World) -> None:
    """Neither in the message nor in the log, whether the table or the program quotes it."""
    hidden = "no name with spaces"
    with pytest.raises(LocalCloudError) as caught:
        world.run(
            f"import pulumi\nfrom pulumi_aws import cloudwatch\ncloudwatch.LogGroup('l', name=pulumi.Output.secret({hidden!r}))"
        )
    assert "name must match" in one_line(caught.value)
    assert hidden not in caught.value.message
    with pytest.raises(LocalCloudError) as caught:
        world.run(
            RANDOM + f"kept = random.RandomString('r', length=4, keepers={{'k': pulumi.Output.secret({hidden!r})}})\n"
            "def fail(values): raise ValueError(values['k'])\n"
            "kept.keepers.apply(fail)"
        )
    assert one_line(caught.value) == "the Pulumi program failed: ValueError: [secret]"
    assert "ValueError: [secret]" in world.log.read_text()


def test_a_settings_fault_is_the_persons_error(world: World) -> None:
    """ConfigurationError raised in the program is ConfigurationError here: one line, exit code 2."""
    with pytest.raises(ConfigurationError) as caught:
        world.run("""
        from agentic.core.settings import Settings
        Settings.from_config({"run_seconds": "soon", "colour": "red"})
        """)
    assert caught.value.message == "agentic:run_seconds must be a whole number, not 'soon'; agentic:colour is not a setting"
    assert caught.value.hint.startswith("settings: ")
    assert caught.value.exit_code == ExitCode.USAGE


def test_a_missing_pulumi_setting_is_a_settings_fault(world: World) -> None:
    with pytest.raises(ConfigurationError) as caught:
        world.run("import pulumi\npulumi.Config('agentic').require('apis')")
    assert "agentic:apis" in caught.value.message


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("raise ValueError('too\\nbad')", "the Pulumi program failed: ValueError: too bad"),
        ("x = (\n", "the Pulumi program failed: SyntaxError: '(' was never closed at __main__.py line 1"),
        ("import not_there", "the Pulumi program failed: ModuleNotFoundError: No module named 'not_there'"),
        ("import sys; sys.exit(3)", "the Pulumi program failed: SystemExit: 3"),
        ("import pulumi\npulumi.Output.from_input(1).apply(lambda one: one / 0)", "ZeroDivisionError: division by zero"),
    ],
)
def test_a_program_that_fails_is_one_line(world: World, source: str, message: str) -> None:
    """The traceback is in the log and nowhere else."""
    with pytest.raises(LocalCloudError) as caught:
        world.run(source)
    assert message in one_line(caught.value)
    assert str(world.log) in caught.value.hint
    assert "Traceback" in world.log.read_text()


def test_a_program_that_vanishes_is_one_line(world: World) -> None:
    with pytest.raises(LocalCloudError, match="ended without a word"):
        world.run("import os; os._exit(0)")


def test_a_program_that_hangs_ends_with_all_it_started(world: World) -> None:
    """Bounded by the time limit; the process and its own children are killed."""
    source = """
    import os, subprocess, time
    child = subprocess.Popen(["sleep", "600"])
    open("pids.part", "w").write(f"{os.getpid()} {child.pid}")
    os.rename("pids.part", "pids")
    time.sleep(600)
    """
    with world.launch(source) as running:
        pids = [int(pid) for pid in appeared(world.folder / "project" / "pids").read_text().split()]
        assert all(alive(pid) for pid in pids)
        begin = time.monotonic()
        with pytest.raises(LocalCloudError, match=r"did not end within 0\.2 s"):
            running.complete(all_types(), world.context(), seconds=0.2)
        assert time.monotonic() - begin < 5
    assert len(pids) == 2
    assert all(gone(pid) for pid in pids)


def test_a_program_ends_with_its_parent(world: World) -> None:
    """A parent that is killed closes nothing; the program notices by itself."""
    main = world.write(
        "import os, time\nopen('pid.part', 'w').write(str(os.getpid()))\nos.rename('pid.part', 'pid')\ntime.sleep(600)"
    )
    parent = f"""
import os, time
from pathlib import Path
from agentic.local.program.engine import RunningProgram
from agentic.local.program.place import Place
from agentic.local.program.program import Program
program = Program(Path({str(main)!r}), Place("p", "dev", "eu-central-1", "123456789012"), {{}})
RunningProgram.launch(program, Path({str(world.log)!r}))
while not Path({str(main.parent / "pid")!r}).exists():
    time.sleep(0.02)
os.kill(os.getpid(), 9)
"""
    root = str(Path(__file__).parents[3])
    subprocess.run([sys.executable, "-c", parent], check=False, timeout=60, env={"PYTHONPATH": root})
    assert gone(int((main.parent / "pid").read_text()))


def test_nothing_of_a_persons_account_is_in_the_environment(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: a key, a token, a profile, a home with credentials. The program sees none of it, and cannot reach AWS."""
    home = world.folder / "persons-home"
    (home / ".aws").mkdir(parents=True)
    (home / ".aws" / "credentials").write_text("[default]\naws_access_key_id = AKIAPLANTED\naws_secret_access_key = planted\n")
    planted = {
        "AWS_ACCESS_KEY_ID": "AKIAPLANTED",
        "AWS_SECRET_ACCESS_KEY": "planted",
        "AWS_SESSION_TOKEN": "planted",
        "AWS_PROFILE": "planted",
        "AWS_ROLE_ARN": "planted",
        "AWS_WEB_IDENTITY_TOKEN_FILE": "planted",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "planted",
        "PULUMI_ACCESS_TOKEN": "planted",
        "STRIPE_API_KEY": "planted",
        "HOME": str(home),
    }
    for name, value in planted.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AGENTIC_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    result = world.run(
        """
        import os, pulumi
        import boto3
        found = boto3.Session().get_credentials()
        try:
            boto3.client("sts").get_caller_identity()
        except Exception as error:
            reached = type(error).__name__
        pulumi.export("environment", dict(os.environ))
        pulumi.export("key", found.access_key)
        pulumi.export("reached", reached)
        """,
        extra_environment={"AGENTIC_LOAD_PLUGINS": "stripe", "AWS_MAX_ATTEMPTS": "1"},
    )
    environment = result.exports["environment"]
    assert not {name for name, value in environment.items() if "planted" in value.lower()}
    assert {name for name, value in environment.items() if "persons-home" in value} == {"AGENTIC_CACHE"}
    assert "PATH" in environment
    assert environment["AGENTIC_LOAD_PLUGINS"] == "stripe"
    assert environment["AWS_EC2_METADATA_DISABLED"] == "true"
    assert result.exports["key"] != "AKIAPLANTED"
    assert result.exports["reached"] == "EndpointConnectionError"


@pytest.mark.parametrize(
    ("provider", "refused"),
    [
        ("region='eu-central-1'", ""),
        ("region='us-east-1'", "region us-east-1"),
        ("default_tags={'tags': {'a': 'b'}}", "defaultTags"),
    ],
)
def test_a_provider_may_only_say_what_is_so_anyway(world: World, provider: str, refused: str) -> None:
    source = f"import pulumi_aws as aws\naws.Provider('p', {provider})"
    if not refused:
        assert world.run(source).resources == ()
        return
    with pytest.raises(LocalCloudError) as caught:
        world.run(source)
    assert f"{refused} is not supported by the local cloud" in one_line(caught.value)


def test_a_missing_program_is_told(world: World) -> None:
    with pytest.raises(LocalCloudError, match="there is no Pulumi program"):
        RunningProgram.launch(Program(world.folder / "nowhere" / "__main__.py", PLACE, {}), world.log)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"aws:region": "us-east-1"}, "aws:region is us-east-1, the stack's place is eu-central-1"),
        ({"aws:defaultTags": "project=x"}, "aws:defaultTags must be JSON"),
        ({"aws:defaultTags": '["x"]'}, "aws:defaultTags must be JSON"),
    ],
)
def test_settings_of_aws_that_do_not_fit_are_refused(world: World, config: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        world.launch("", config)


def test_default_tags_reach_the_resources(world: World) -> None:
    tags = '{"tags": {"project": "tiny"}}'
    world.run("from pulumi_aws import s3\ns3.Bucket('b', bucket='tiny-code')", {"aws:defaultTags": tags})
    tagging = world.endpoint.client("s3").get_bucket_tagging(Bucket="tiny-code")
    assert tagging["TagSet"] == [{"Key": "project", "Value": "tiny"}]


def test_a_log_that_cannot_be_written_is_told(world: World) -> None:
    """A link in its place is not followed."""
    world.log.symlink_to(world.folder / "elsewhere")
    with pytest.raises(StorageError, match=r"Cannot use .*program\.log: a symbolic link is in the way"):
        world.launch("")
    assert not (world.folder / "elsewhere").exists()


def test_the_projects_name_comes_from_its_file(tmp_path: Path) -> None:
    main = tmp_path / "__main__.py"
    with pytest.raises(ConfigurationError, match="cannot read"):
        project_name(main)
    (tmp_path / "Pulumi.yaml").write_text("# first\nname: 'my-project' # ours\nruntime:\n  name: python\n")
    assert project_name(main) == "my-project"
    (tmp_path / "Pulumi.yaml").write_text("runtime:\n  name: python\n")
    with pytest.raises(ConfigurationError, match="names no project"):
        project_name(main)
