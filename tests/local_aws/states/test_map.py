"""Map: inline in the execution's own history, and distributed over child executions."""

from __future__ import annotations

import datetime
import decimal
import gzip
import io
import json
import threading
from typing import ClassVar

import pyarrow
import pytest
from pyarrow import parquet

from tests.local_aws.states.states_support import details, one, passing, workflow

DISTRIBUTED = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
POISON = workflow(
    Look={
        "Type": "Choice",
        "Choices": [{"Condition": "{% $states.input = 'poison' %}", "Next": "Bad"}],
        "Default": "Good",
    },
    Bad={"Type": "Fail", "Error": "Poisoned", "Cause": "it was"},
    Good=passing(Output="{% $uppercase($states.input) %}"),
)


def distributed(processor=None, **fields):
    """A machine with one distributed Map."""
    return one(Type="Map", ItemProcessor=DISTRIBUTED | (processor or workflow(Same=passing())), **fields)


def map_run(workflows, execution):
    """The one map run of an execution, described."""
    listed = workflows.client.list_map_runs(executionArn=execution)["mapRuns"]
    assert len(listed) == 1
    return workflows.client.describe_map_run(mapRunArn=listed[0]["mapRunArn"])


class TestInline:
    def test_item_selector(self, workflows):
        state = one(
            Type="Map",
            Items="{% $states.input.items %}",
            ItemSelector={"item": "{% $states.context.Map.Item.Value %}", "factor": "{% $states.input.factor %}"},
            ItemProcessor=workflow(Times=passing(Output="{% $states.input.item * $states.input.factor %}")),
        )
        assert workflows.output(workflows.create(state), {"items": [1, 2, 3], "factor": 10}) == [10, 20, 30]

    def test_a_thousand_items_in_order(self, workflows):
        state = one(Type="Map", ItemProcessor=workflow(Double=passing(Output="{% $states.input * 2 %}")))
        assert workflows.output(workflows.create(state), list(range(1000))) == list(range(0, 2000, 2))

    def test_no_items(self, workflows):
        execution = workflows.run(workflows.create(one(Type="Map", ItemProcessor=workflow(P=passing()))), [])
        assert execution["output"] == "[]"
        assert workflows.types(execution["executionArn"])[2:5] == [
            "MapStateStarted",
            "MapStateSucceeded",
            "MapStateExited",
        ]

    def test_history_of_one_after_the_other(self, workflows):
        state = one(Type="Map", MaxConcurrency=1, ItemProcessor=workflow(P=passing()))
        events = workflows.history(workflows.run(workflows.create(state), ["a", "b"])["executionArn"])
        assert [(event["type"], event["previousEventId"]) for event in events] == [
            ("ExecutionStarted", 0),
            ("MapStateEntered", 0),
            ("MapStateStarted", 2),
            ("MapIterationStarted", 3),
            ("PassStateEntered", 4),
            ("PassStateExited", 5),
            ("MapIterationSucceeded", 6),
            ("MapIterationStarted", 6),
            ("PassStateEntered", 8),
            ("PassStateExited", 9),
            ("MapIterationSucceeded", 10),
            ("MapStateSucceeded", 11),
            ("MapStateExited", 11),
            ("ExecutionSucceeded", 13),
        ]
        assert details(events[2]) == {"length": 2}
        assert details(events[7]) == {"name": "State", "index": 1}

    def test_one_failed_item_fails_the_map(self, workflows):
        state = one(Type="Map", MaxConcurrency=1, ItemProcessor=POISON)
        description = workflows.run(workflows.create(state), ["a", "poison", "b"])
        assert (description["error"], description["cause"]) == ("Poisoned", "it was")
        events = workflows.history(description["executionArn"])
        assert [event["type"] for event in events][-4:] == [
            "FailStateEntered",
            "MapIterationFailed",
            "MapStateFailed",
            "ExecutionFailed",
        ]
        assert details(events[-3]) == {"name": "State", "index": 1}
        last = events[-4]["id"]
        assert [event["previousEventId"] for event in events[-3:]] == [last, last, events[-2]["id"]], "as recorded"

    def test_a_failed_iteration_stops_the_others(self, workflows):
        processor = workflow(
            Look={
                "Type": "Choice",
                "Choices": [{"Condition": "{% $states.input = 1 %}", "Next": "Soon"}],
                "Default": "Long",
            },
            Soon={"Type": "Wait", "Seconds": 60, "Next": "Bad"},
            Bad={"Type": "Fail", "Error": "Mine"},
            Long={"Type": "Wait", "Seconds": 90_000, "End": True},
        )
        description = workflows.run(workflows.create(one(Type="Map", ItemProcessor=processor)), [0, 1])
        assert description["error"] == "Mine"
        assert workflows.types(description["executionArn"])[-5:] == [
            "MapIterationFailed",
            "WaitStateAborted",
            "MapIterationAborted",
            "MapStateFailed",
            "ExecutionFailed",
        ]

    def test_retry_begins_anew(self, workflows):
        state = one(Type="Map", ItemProcessor=POISON, Retry=[{"ErrorEquals": ["Poisoned"], "MaxAttempts": 1}])
        description = workflows.run(workflows.create(state), ["poison"])
        assert workflows.types(description["executionArn"]).count("MapStateStarted") == 2

    def test_a_null_is_an_item(self, workflows):
        look = passing(Output="{% [$states.input, $states.context.Map.Item.Value] %}")
        machine = workflows.create(one(Type="Map", ItemProcessor=workflow(Look=look)))
        assert workflows.output(machine, [None]) == [[None, None]]

    def test_maps_in_maps(self, workflows):
        inner = {"Type": "Map", "ItemProcessor": workflow(P=passing(Output="{% $states.input + 1 %}")), "End": True}
        state = one(Type="Map", ItemProcessor=workflow(Inner=inner))
        assert workflows.output(workflows.create(state), [[1, 2], [], [3]]) == [[2, 3], [], [4]]


class TestDistributed:
    def test_children_are_executions_of_their_own(self, workflows):
        machine = workflows.create(distributed(POISON, Items=["a", "b"], Label="Letters"))
        description = workflows.run(machine)
        assert json.loads(description["output"]) == ["A", "B"]
        run = map_run(workflows, description["executionArn"])
        assert run["status"] == "SUCCEEDED"
        assert run["itemCounts"]["succeeded"] == run["executionCounts"]["total"] == 2
        children = workflows.client.list_executions(mapRunArn=run["mapRunArn"])["executions"]
        assert {child["stateMachineArn"] for child in children} == {f"{machine}/Letters"}
        child = workflows.client.describe_execution(executionArn=children[0]["executionArn"])
        assert child["mapRunArn"] == run["mapRunArn"]
        assert workflows.types(child["executionArn"])[0] == "ExecutionStarted"
        program = workflows.client.describe_state_machine_for_execution(executionArn=child["executionArn"])
        assert (program["label"], program["mapRunArn"]) == ("Letters", run["mapRunArn"])
        assert [one["name"] for one in workflows.client.list_executions(stateMachineArn=machine)["executions"]] == [
            description["name"]
        ]

    def test_history(self, workflows):
        description = workflows.run(workflows.create(distributed(Items=[1])))
        events = workflows.history(description["executionArn"])
        assert [event["type"] for event in events] == [
            "ExecutionStarted",
            "MapStateEntered",
            "MapStateStarted",
            "MapRunStarted",
            "MapRunSucceeded",
            "MapStateSucceeded",
            "MapStateExited",
            "ExecutionSucceeded",
        ]
        assert details(events[2]) == {"length": 1}
        assert details(events[3])["mapRunArn"].startswith("arn:aws:states:us-east-1:123456789012:mapRun:")

    def test_one_poisoned_item_fails_the_run(self, workflows):
        description = workflows.run(workflows.create(distributed(POISON)), ["a", "poison"])
        assert description["error"] == "States.ExceedToleratedFailureThreshold"
        assert description["cause"] == "The specified tolerated failure threshold was exceeded"
        assert workflows.types(description["executionArn"])[-3:] == [
            "MapRunFailed",
            "MapStateFailed",
            "ExecutionFailed",
        ]
        assert map_run(workflows, description["executionArn"])["status"] == "FAILED"

    @pytest.mark.parametrize("limit", [{"ToleratedFailureCount": 1}, {"ToleratedFailurePercentage": "{% 34 %}"}])
    def test_a_tolerated_item_does_not_stop_the_others(self, workflows, limit):
        machine = workflows.create(distributed(POISON, **limit))
        description = workflows.run(machine, ["a", "poison", "b"])
        good, bad, other = json.loads(description["output"])
        assert (good, other) == ("A", "B")
        assert (bad["Status"], bad["Error"], bad["Input"]) == ("FAILED", "Poisoned", '"poison"')
        counts = map_run(workflows, description["executionArn"])["itemCounts"]
        assert (counts["succeeded"], counts["failed"], counts["total"]) == (2, 1, 3)

    def test_batches(self, workflows):
        batcher = {"MaxItemsPerBatch": 2, "BatchInput": {"factor": "{% $states.input.factor %}"}}
        machine = workflows.create(distributed(Items="{% $states.input.items %}", ItemBatcher=batcher))
        description = workflows.run(machine, {"items": [1, 2, 3], "factor": 5})
        assert json.loads(description["output"]) == [
            {"BatchInput": {"factor": 5}, "Items": [1, 2]},
            {"BatchInput": {"factor": 5}, "Items": [3]},
        ]
        run = map_run(workflows, description["executionArn"])
        assert (run["itemCounts"]["total"], run["executionCounts"]["total"]) == (3, 2)

    def test_batches_by_size(self, workflows):
        machine = workflows.create(distributed(ItemBatcher={"MaxInputBytesPerBatch": 40}))
        batches = workflows.output(machine, ["x" * 10] * 4)
        assert [len(batch["Items"]) for batch in batches] == [2, 2]

    def test_stopping_stops_the_children(self, workflows, wait_until):
        machine = workflows.create(
            distributed(workflow(Long={"Type": "Wait", "Seconds": 90_000, "End": True}), Items=[1, 2, 3])
        )
        execution = workflows.start(machine)
        wait_until(lambda: workflows.types(execution)[-1] == "MapRunStarted")
        run = map_run(workflows, execution)["mapRunArn"]
        wait_until(lambda: len(workflows.client.list_executions(mapRunArn=run)["executions"]) == 3)
        workflows.client.stop_execution(executionArn=execution)
        wait_until(lambda: map_run(workflows, execution)["status"] == "ABORTED")
        children = workflows.client.list_executions(mapRunArn=run)["executions"]
        assert [child["status"] for child in children] == ["ABORTED"] * 3

    def test_concurrency_can_be_changed_while_it_runs(self, workflows, wait_until):
        long = workflow(Long={"Type": "Wait", "Seconds": 90_000, "End": True})
        execution = workflows.start(workflows.create(distributed(long, Items=[1, 2, 3], MaxConcurrency=1)))
        wait_until(lambda: workflows.types(execution)[-1] == "MapRunStarted")
        run = map_run(workflows, execution)["mapRunArn"]
        wait_until(lambda: map_run(workflows, execution)["itemCounts"]["running"] == 1)
        workflows.client.update_map_run(mapRunArn=run, maxConcurrency=3)
        wait_until(lambda: map_run(workflows, execution)["itemCounts"]["running"] == 3)
        workflows.client.stop_execution(executionArn=execution)


class TestItemReader:
    def read(self, workflows, bucket, config, arguments, action="getObject", **fields):
        reader = {
            "Resource": f"arn:aws:states:::s3:{action}",
            "Arguments": {"Bucket": bucket, **arguments},
        }
        if config:
            reader["ReaderConfig"] = config
        return workflows.run(workflows.create(distributed(ItemReader=reader, **fields)))

    def content(self, workflows, aws, body, config, key="items"):
        bucket = aws.bucket()
        aws.client("s3").put_object(Bucket=bucket, Key=key, Body=body)
        return self.read(workflows, bucket, config, {"Key": key})

    def test_objects_of_a_prefix(self, workflows, aws):
        bucket = aws.bucket()
        for key in ("in/a.txt", "in/b.txt", "in2/c.txt", "out/d.txt"):
            aws.client("s3").put_object(Bucket=bucket, Key=key, Body=b"12345")
        description = self.read(workflows, bucket, None, {"Prefix": "in"}, "listObjectsV2")
        items = json.loads(description["output"])
        assert [item["Key"] for item in items] == ["in/a.txt", "in/b.txt", "in2/c.txt"]
        assert set(items[0]) == {"Etag", "Key", "LastModified", "Size", "StorageClass"}
        assert items[0]["Size"] == 5
        assert isinstance(items[0]["LastModified"], float), "as others have seen it on AWS"

    @pytest.mark.slow
    @pytest.mark.parametrize(
        ("body", "config", "items"),
        [
            (b"[1, {}, null]", {"InputType": "JSON"}, [1, {}, None]),
            (b'{"a": {"b": [1, 2]}}', {"InputType": "JSON", "ItemsPointer": "/a/b"}, [1, 2]),
            (b'{"a": 1}\n\n{"a": 2}\n', {"InputType": "JSONL"}, [{"a": 1}, {"a": 2}]),
            (
                b'a,b\n1,"x, y"\n2,\n',
                {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"},
                [{"a": "1", "b": "x, y"}, {"a": "2", "b": ""}],
            ),
            (
                b"1|2",
                {"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["a", "b"], "CSVDelimiter": "PIPE"},
                [{"a": "1", "b": "2"}],
            ),
            (b"[1, 2, 3]", {"InputType": "JSON", "MaxItems": 2}, [1, 2]),
            (b"[1, 2, 3]", {"InputType": "JSON", "MaxItems": 0}, [1, 2, 3]),
            (b"[1, 2, 3]", {"InputType": "JSON", "MaxItems": "{% '2' %}"}, [1, 2]),
            (b"[1, 2, 3]", {"InputType": "JSON", "MaxItems": "{% 0 %}"}, [1, 2, 3]),
            ('"a\u2028b"\r\n"c"'.encode(), {"InputType": "JSONL"}, ["a\u2028b", "c"]),
            (b'{"a": 1}', {"InputType": "JSON"}, [{"Key": "a", "Value": 1}]),
        ],
    )
    def test_content_of_an_object(self, workflows, aws, body, config, items):
        assert json.loads(self.content(workflows, aws, body, config)["output"]) == items

    @pytest.mark.parametrize(
        ("body", "config", "cause"),
        [
            (
                b"a,a\n1,2",
                {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"},
                "CSV headers cannot contain duplicates.",
            ),
            (b"5", {"InputType": "JSON"}, "Attempting to map over non-iterable node."),
            (b"[1]", {"InputType": "JSON", "MaxItems": "{% -1 %}"}, "field MaxItems must be positive"),
            (b"[1]", {"InputType": "JSON", "MaxItems": "{% '-1' %}"}, "field MaxItems must be positive"),
        ],
    )
    def test_content_that_can_not_be_read(self, workflows, aws, body, config, cause):
        description = self.content(workflows, aws, body, config)
        assert (description["error"], description["cause"]) == ("States.ItemReaderFailed", cause)
        assert workflows.types(description["executionArn"])[2:] == [
            "MapStateStarted",
            "MapRunStarted",
            "MapRunFailed",
            "MapStateFailed",
            "ExecutionFailed",
        ]

    @pytest.mark.parametrize(
        ("body", "config", "cause"),
        [
            (b"{", {"InputType": "JSON"}, "The input is not JSON."),
            (b"[1e999]", {"InputType": "JSON"}, "The input is not JSON."),
            (
                b'{"a": [1]}',
                {"InputType": "JSON", "ItemsPointer": "/b"},
                "The provided ReaderConfig.ItemsPointer does not match any valid path in the JSON structure.",
            ),
            (
                b'{"a": [1]}',
                {"InputType": "JSON", "ItemsPointer": "a"},
                "The provided ReaderConfig.ItemsPointer does not match any valid path in the JSON structure.",
            ),
            (b"1\n{", {"InputType": "JSONL"}, "Line 2 of the input is not JSON."),
            (b"[]", {"InputType": "MANIFEST"}, "The input is not a manifest of S3 Inventory."),
            (b"\xff\xfe", {"InputType": "JSONL"}, "The input is not UTF-8: byte 0 can't be decoded."),
        ],
    )
    def test_content_of_another_kind(self, workflows, aws, body, config, cause):
        """The causes are the embedded AWS's own words, but for that on a pointer, which is AWS's."""
        description = self.content(workflows, aws, body, config)
        assert (description["error"], description["cause"]) == ("States.ItemReaderFailed", cause)

    def test_backslashes_in_csv(self, workflows, aws):
        r"""The rules of "How Step Functions parses input CSV files": `\\` `\"` `\,` escape, before others `\` goes."""
        body = rb"path,text" + b"\n" + rb"C:\\Temp,\"so\, so\" an\d" + b"\n"
        (item,) = json.loads(
            self.content(workflows, aws, body, {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"})["output"]
        )
        assert item == {"path": "C:\\Temp", "text": '"so, so" and'}

    def test_a_long_field_in_csv(self, workflows, aws):
        bucket = aws.bucket()
        aws.client("s3").put_object(Bucket=bucket, Key="data", Body=b"text\n" + b"x" * 200_000)
        reader = {
            "Resource": "arn:aws:states:::s3:getObject",
            "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"},
            "Arguments": {"Bucket": bucket, "Key": "data"},
        }
        length = {"length": "{% $length($states.context.Map.Item.Value.text) %}"}
        machine = workflows.create(distributed(ItemReader=reader, ItemSelector=length))
        assert workflows.output(machine) == [{"length": 200_000}]

    @pytest.mark.parametrize(
        ("resource", "arguments", "cause"),
        [
            ("getObject", {}, "The field 'Key' is required but was missing"),
            ("getObject", {"Key": 5}, "The value for the field 'Key' must be a STRING"),
            ("getObject", {"Key": "k", "Foo": 1}, 'The field "Foo" is not supported by Step Functions'),
            ("listObjectsV2", {"Prefix": ["p"]}, "The value for the field 'Prefix' must be a STRING"),
        ],
    )
    def test_arguments_that_s3_does_not_take(self, workflows, aws, resource, arguments, cause):
        description = self.read(workflows, aws.bucket(), {"InputType": "JSON"}, arguments, resource)
        assert (description["error"], description["cause"]) == ("States.ItemReaderFailed", cause)

    def test_content_of_all_objects_of_a_prefix(self, workflows, aws):
        bucket, s3 = aws.bucket(), aws.client("s3")
        s3.put_object(Bucket=bucket, Key="in/a.jsonl", Body=b"1\n2")
        s3.put_object(Bucket=bucket, Key="in/b.jsonl.gz", Body=gzip.compress(b"3"))
        config = {"InputType": "JSONL", "Transformation": "LOAD_AND_FLATTEN"}
        description = self.read(workflows, bucket, config, {"Prefix": "in/"}, "listObjectsV2")
        assert json.loads(description["output"]) == [1, 2, 3]

    def test_a_folder_that_the_console_made_is_no_file(self, workflows, aws):
        """A plain reading: what AWS does with the empty object that stands for a folder is not known."""
        bucket, s3 = aws.bucket(), aws.client("s3")
        s3.put_object(Bucket=bucket, Key="in/", Body=b"")
        s3.put_object(Bucket=bucket, Key="in/a.csv", Body=b"n\n1\n2\n")
        s3.put_object(Bucket=bucket, Key="in/b.csv", Body=b"n\n3\n")
        config = {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW", "Transformation": "LOAD_AND_FLATTEN"}
        description = self.read(workflows, bucket, config, {"Prefix": "in/"}, "listObjectsV2")
        assert json.loads(description["output"]) == [{"n": "1"}, {"n": "2"}, {"n": "3"}]

    @pytest.mark.slow
    def test_parquet(self, workflows, aws):
        moment = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)
        rows = [
            {"n": 1, "text": "é", "part": {"list": [1, None]}, "at": moment, "money": decimal.Decimal("1.50")},
            {"n": 2, "text": None, "part": {"list": []}, "at": None, "money": None},
        ]
        file = io.BytesIO()
        parquet.write_table(pyarrow.Table.from_pylist(rows), file, compression="zstd")
        description = self.content(workflows, aws, file.getvalue(), {"InputType": "PARQUET"})
        assert json.loads(description["output"]) == [
            {"n": 1, "text": "é", "part": {"list": [1, None]}, "at": "2026-01-02T03:04:05Z", "money": "1.50"},
            {"n": 2, "text": None, "part": {"list": []}, "at": None, "money": None},
        ]

    def test_zstandard(self, workflows, aws):
        body = pyarrow.compress(b"1\n2\n", codec="zstd", asbytes=True)
        description = self.content(workflows, aws, body, {"InputType": "JSONL"}, key="items.jsonl.zst")
        assert json.loads(description["output"]) == [1, 2]

    @pytest.mark.parametrize(
        ("key", "body", "config"),
        [
            ("items", b"no Parquet", {"InputType": "PARQUET"}),
            ("items.gz", b"no gzip", {"InputType": "JSONL"}),
            ("items.zst", b"no zstd", {"InputType": "JSONL"}),
            ("items", b"a\n" + b"x\0y", {"InputType": "MANIFEST", "ManifestType": "ATHENA_DATA"}),
        ],
    )
    def test_a_damaged_file(self, workflows, aws, key, body, config):
        description = self.content(workflows, aws, body, config, key=key)
        assert description["error"] == "States.ItemReaderFailed"
        assert description["cause"] in (
            "The input can't be read: its format is damaged.",
            "The input is not a manifest of Athena.",
        )

    def test_what_athena_has_unloaded(self, workflows, aws):
        bucket, s3 = aws.bucket(), aws.client("s3")
        s3.put_object(Bucket=bucket, Key="data/1.gz", Body=gzip.compress(b"1,a\n2,b\n"))
        s3.put_object(Bucket=bucket, Key="data/2.gz", Body=gzip.compress(b"3,c\n"))
        listed = "".join(f"s3://{bucket}/data/{number}.gz\n" for number in (1, 2))
        s3.put_object(Bucket=bucket, Key="query-manifest.csv", Body=listed.encode())
        config = {
            "ManifestType": "ATHENA_DATA",
            "InputType": "CSV",
            "CSVHeaderLocation": "GIVEN",
            "CSVHeaders": ["n", "text"],
            "MaxItems": 3,
        }
        description = self.read(workflows, bucket, config, {"Key": "query-manifest.csv"})
        assert json.loads(description["output"]) == [
            {"n": "1", "text": "a"},
            {"n": "2", "text": "b"},
            {"n": "3", "text": "c"},
        ]

    @pytest.mark.parametrize(
        ("most", "wanted"),
        [(2, [1, 2]), ("2", [1, 2]), (0, [1, 2, 3]), (-1, "field MaxItems must be positive")],
    )
    def test_most_items_by_a_path(self, workflows, aws, most, wanted):
        bucket = aws.bucket()
        aws.client("s3").put_object(Bucket=bucket, Key="k", Body=b"[1, 2, 3]")
        reader = {
            "Resource": "arn:aws:states:::s3:getObject",
            "ReaderConfig": {"InputType": "JSON", "MaxItemsPath": "$.most"},
            "Parameters": {"Bucket": bucket, "Key": "k"},
        }
        description = workflows.run(
            workflows.create(distributed(ItemReader=reader) | {"QueryLanguage": "JSONPath"}), {"most": most}
        )
        assert json.loads(description.get("output", "null")) == wanted or description["cause"] == wanted

    def test_a_missing_object(self, workflows, aws):
        description = self.read(workflows, aws.bucket(), {"InputType": "JSON"}, {"Key": "nothing"})
        assert description["error"] == "States.ItemReaderFailed"
        assert "The specified key does not exist." in description["cause"]

    def test_a_redrive_reads_again_what_could_not_be_read(self, workflows, aws):
        bucket = aws.bucket()
        failed = self.read(workflows, bucket, {"InputType": "JSON"}, {"Key": "late"})
        aws.client("s3").put_object(Bucket=bucket, Key="late", Body=b"[1, 2]")
        workflows.client.redrive_execution(executionArn=failed["executionArn"])
        assert json.loads(workflows.wait(failed["executionArn"])["output"]) == [1, 2]

    def test_an_inventory(self, workflows, aws):
        bucket, s3 = aws.bucket(), aws.client("s3")
        s3.put_object(Bucket=bucket, Key="data.csv.gz", Body=gzip.compress(b'"b","k1"\n"b","k2"\n'))
        manifest = {
            "destinationBucket": f"arn:aws:s3:::{bucket}",
            "fileSchema": "Bucket, Key",
            "files": [{"key": "data.csv.gz"}],
        }
        s3.put_object(Bucket=bucket, Key="manifest.json", Body=json.dumps(manifest).encode())
        for config in ({"InputType": "MANIFEST"}, {"ManifestType": "S3_INVENTORY"}):
            description = self.read(workflows, bucket, config, {"Key": "manifest.json"})
            assert json.loads(description["output"]) == [{"Bucket": "b", "Key": "k1"}, {"Bucket": "b", "Key": "k2"}]


class TestWhereItemsComeFrom:
    """`Map.Item` of the context object ("Context object data for Map states", developer guide)."""

    SELECTOR: ClassVar = {
        "source": "{% $states.context.Map.Item.Source %}",
        "value": "{% $states.context.Map.Item.Value %}",
        "index": "{% $states.context.Map.Item.Index %}",
    }

    def test_members_of_an_object(self, workflows):
        key = {"key": "{% $states.context.Map.Item.Key %}"}
        machine = workflows.create(distributed(ItemSelector=self.SELECTOR | key))
        assert workflows.output(machine, {"a": 1, "b": [2]}) == [
            {"source": "STATE_DATA", "value": 1, "index": 0, "key": "a"},
            {"source": "STATE_DATA", "value": [2], "index": 1, "key": "b"},
        ]

    def test_an_element_of_an_array_has_no_key(self, workflows):
        key = {"key": "{% $exists($states.context.Map.Item.Key) %}"}
        assert workflows.output(workflows.create(distributed(ItemSelector=key)), ["a"]) == [{"key": False}]

    @pytest.mark.parametrize(
        ("resource", "arguments", "config", "source"),
        [
            ("listObjectsV2", {"Prefix": "in/"}, {}, "s3://{}"),
            (
                "listObjectsV2",
                {"Prefix": "in/"},
                {"InputType": "JSON", "Transformation": "LOAD_AND_FLATTEN"},
                "s3://{}/in/a.json",
            ),
            ("getObject", {"Key": "in/a.json"}, {"InputType": "JSON"}, "s3://{}/in/a.json"),
        ],
    )
    def test_objects_in_s3(self, workflows, aws, resource, arguments, config, source):
        bucket = aws.bucket()
        aws.client("s3").put_object(Bucket=bucket, Key="in/a.json", Body=b"[1]")
        reader = {
            "Resource": f"arn:aws:states:::s3:{resource}",
            "Arguments": {"Bucket": bucket, **arguments},
            **({"ReaderConfig": config} if config else {}),
        }
        machine = workflows.create(distributed(ItemReader=reader, ItemSelector={"source": self.SELECTOR["source"]}))
        assert workflows.output(machine) == [{"source": source.format(bucket)}]


class TestResultWriter:
    def test_results_in_s3(self, workflows, aws):
        bucket, s3 = aws.bucket(), aws.client("s3")
        writer = {"Resource": "arn:aws:states:::s3:putObject", "Arguments": {"Bucket": bucket, "Prefix": "results"}}
        machine = workflows.create(distributed(POISON, ToleratedFailureCount=1, ResultWriter=writer))
        description = workflows.run(machine, ["a", "poison"])
        output = json.loads(description["output"])
        run = map_run(workflows, description["executionArn"])
        assert output["MapRunArn"] == run["mapRunArn"]
        assert run["itemCounts"]["resultsWritten"] == 2
        key = output["ResultWriterDetails"]["Key"]
        assert key == f"results/{run['mapRunArn'].rpartition(':')[2]}/manifest.json"
        manifest = json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
        assert manifest["ResultFiles"]["PENDING"] == []
        for status, item in (("SUCCEEDED", "a"), ("FAILED", "poison")):
            (file,) = manifest["ResultFiles"][status]
            body = s3.get_object(Bucket=bucket, Key=file["Key"])["Body"].read()
            assert len(body) == file["Size"]
            (result,) = json.loads(body)
            assert (result["Status"], json.loads(result["Input"])) == (status, item)

    def test_results_of_a_run_that_failed(self, workflows, aws):
        """What ran and what never began can be read in S3, as the developer guide has it for `FAILED_n.json`."""
        bucket, s3 = aws.bucket(), aws.client("s3")
        writer = {"Resource": "arn:aws:states:::s3:putObject", "Arguments": {"Bucket": bucket}}
        machine = workflows.create(distributed(POISON, MaxConcurrency=1, ResultWriter=writer))
        description = workflows.run(machine, ["a", "poison", "b"])
        assert description["error"] == "States.ExceedToleratedFailureThreshold"
        run = map_run(workflows, description["executionArn"])["mapRunArn"].rpartition(":")[2]
        manifest = json.loads(s3.get_object(Bucket=bucket, Key=f"{run}/manifest.json")["Body"].read())
        results = {
            name: json.loads(s3.get_object(Bucket=bucket, Key=file["Key"])["Body"].read())
            for name, (file,) in manifest["ResultFiles"].items()
        }
        inputs = {name: [json.loads(result["Input"]) for result in found] for name, found in results.items()}
        assert inputs == {"SUCCEEDED": ["a"], "FAILED": ["poison"], "PENDING": ["b"]}
        (good,), (bad,) = results["SUCCEEDED"], results["FAILED"]
        assert good["RedriveStatus"] == "NOT_REDRIVABLE"
        assert good["RedriveStatusReason"] == "Execution is SUCCEEDED and cannot be redriven"
        assert bad["RedriveStatus"] == "REDRIVABLE_BY_MAP_RUN"

    def test_flattened_without_s3(self, workflows):
        writer = {"WriterConfig": {"Transformation": "FLATTEN"}}
        machine = workflows.create(distributed(ResultWriter=writer))
        assert workflows.output(machine, [[1, 2], 3]) == [1, 2, 3]

    @pytest.mark.parametrize(
        ("arguments", "cause"),
        [
            ({}, "The field 'Bucket' is required but was missing"),
            ({"Bucket": 1}, "The value for the field 'Bucket' must be a STRING"),
            ({"Bucket": "b", "Key": "k"}, 'The field "Key" is not supported by Step Functions'),
        ],
    )
    def test_arguments_that_say_no_place(self, workflows, arguments, cause):
        writer = {"Resource": "arn:aws:states:::s3:putObject", "Arguments": arguments}
        description = workflows.run(workflows.create(distributed(ResultWriter=writer)), [1])
        assert (description["error"], description["cause"]) == ("States.ResultWriterFailed", cause)

    def test_a_bucket_whose_name_is_none(self, workflows):
        """What is wrong with it S3 says, of what is read and of what is written, and no library."""
        cause, bucket = "The specified bucket is not valid.", "no bucket"
        writer = {"Resource": "arn:aws:states:::s3:putObject", "Arguments": {"Bucket": bucket}}
        description = workflows.run(workflows.create(distributed(ResultWriter=writer)), [1])
        assert (description["error"], description["cause"]) == ("States.ResultWriterFailed", cause)
        reader = {"Resource": "arn:aws:states:::s3:getObject", "Arguments": {"Bucket": bucket, "Key": "k"}}
        description = workflows.run(workflows.create(distributed(ItemReader=reader)))
        assert description["error"] == "States.ItemReaderFailed"
        assert description["cause"].startswith(cause)

    def test_an_empty_one_is_saved_and_fails(self, workflows):
        """As those who build CDK found it on AWS (aws/aws-cdk pull 33831)."""
        description = workflows.run(workflows.create(distributed(ResultWriter={})), [1])
        assert description["error"] == "States.Runtime"
        assert description["cause"].endswith("The ResultWriter field cannot be empty")

    def test_a_bucket_that_is_not_there(self, workflows):
        writer = {"Resource": "arn:aws:states:::s3:putObject", "Arguments": {"Bucket": "nobody-has-this-bucket"}}
        description = workflows.run(workflows.create(distributed(ResultWriter=writer)), [1])
        assert description["error"] == "States.ResultWriterFailed"


@pytest.mark.parametrize("mode", [{}, DISTRIBUTED])
@pytest.mark.parametrize(
    ("field", "value", "range_"),
    [
        ("MaxConcurrency", -1, "whole number of 0 or more"),
        ("MaxConcurrency", 1.5, "whole number of 0 or more"),
        ("ToleratedFailureCount", -1, "whole number of 0 or more"),
        ("ToleratedFailurePercentage", 101, "number from 0 to 100"),
    ],
)
def test_a_limit_out_of_its_range_fails_the_state(workflows, mode, field, value, range_):
    state = one(Type="Map", ItemProcessor=mode | workflow(Same=passing()), **{field: f"{{% {value} %}}"})
    description = workflows.run(workflows.create(state), [1])
    assert description["error"] == "States.QueryEvaluationError"
    assert description["cause"].endswith(f"The field '{field}' must be a {range_}, but was: {value}")


class TestObjectsAsItems:
    """In distributed mode Items and the input may be an object, too ("Items", developer guide)."""

    PAIRS = ({"Key": "a", "Value": 1}, {"Key": "b", "Value": [2]})

    @pytest.mark.parametrize("items", [{"a": 1, "b": [2]}, "{% {'a': 1, 'b': [2]} %}"])
    def test_items(self, workflows, items):
        assert workflows.output(workflows.create(distributed(Items=items))) == [*self.PAIRS]

    def test_input(self, workflows):
        assert workflows.output(workflows.create(distributed()), {"a": 1, "b": [2]}) == [*self.PAIRS]

    def test_a_literal_that_is_no_array_inline(self, workflows):
        state = one(Type="Map", Items={"a": 1}, ItemProcessor=workflow(P=passing()))
        description = workflows.run(workflows.create(state))
        assert description["error"] == "States.QueryEvaluationError"
        assert description["cause"].endswith("Expected 'array', but was 'object' for value: {\"a\":1}")


def test_an_inline_map_tolerates_no_failure(workflows):
    """ "In this mode, the failure of any iteration causes the Map state to fail" (developer guide)."""
    state = one(Type="Map", ItemProcessor=POISON, ToleratedFailureCount=1, ToleratedFailurePercentage=100)
    description = workflows.run(workflows.create(state), ["a", "poison"])
    assert (description["status"], description["error"]) == ("FAILED", "Poisoned")


def test_a_child_takes_no_more_input_than_an_execution(workflows):
    machine = workflows.create(distributed(ItemSelector="{% $pad($states.context.Map.Item.Value, 300000) %}"))
    assert workflows.run(machine, ["a"])["error"] == "States.DataLimitExceeded"


def test_the_role_of_a_distributed_map_must_be_able_to_start_its_own_machine(workflows, aws):
    nothing = aws.role("states.amazonaws.com")
    description = workflows.run(workflows.create(distributed(), roleArn=nothing), [1])
    assert description["error"] == "StepFunctions.AWSStepFunctionsException"
    machine = description["stateMachineArn"]
    assert description["cause"].endswith(f"is not authorized to perform: states:StartExecution on resource: {machine}")
    assert "MapRunFailed" in workflows.types(description["executionArn"])
    may = aws.role("states.amazonaws.com", {"Effect": "Allow", "Action": "states:StartExecution", "Resource": machine})
    workflows.client.update_state_machine(stateMachineArn=machine, roleArn=may)
    assert workflows.output(machine, [1]) == [1]


class TestMapRunOperations:
    def test_one_that_has_ended_can_not_be_changed(self, workflows):
        execution = workflows.run(workflows.create(distributed()), [1])["executionArn"]
        run = map_run(workflows, execution)
        with pytest.raises(workflows.client.exceptions.ClientError) as refused:
            workflows.client.update_map_run(mapRunArn=run["mapRunArn"], maxConcurrency=1)
        assert refused.value.response["Error"]["Code"] == "ValidationException"

    def test_one_that_is_not_there(self, workflows):
        arn = "arn:aws:states:us-east-1:123456789012:mapRun:m/l:00000000-0000-0000-0000-000000000000"
        with pytest.raises(workflows.client.exceptions.ResourceNotFound):
            workflows.client.describe_map_run(mapRunArn=arn)


class TestManyChildren:
    """A child that waits holds no thread: for time, for a token, for a job, for its turn to call."""

    def test_a_thousand_wait_at_once(self, workflows, wait_until):
        machine = workflows.create(
            distributed(workflow(W={"Type": "Wait", "Seconds": 900_000, "End": True}), Items="{% [1..1000] %}")
        )
        before = threads(workflows)
        execution = workflows.start(machine)
        wait_until(lambda: counts(workflows, execution).get("running") == 1000)
        assert threads(workflows) - before < 50
        workflows.client.stop_execution(executionArn=execution)
        wait_until(lambda: counts(workflows, execution)["aborted"] == 1000)

    @pytest.mark.slow
    def test_they_wait_for_tokens(self, workflows, aws, wait_until):
        queue = aws.client("sqs").create_queue(QueueName="many-children")["QueueUrl"]
        ask = {
            "Type": "Task",
            "Resource": "arn:aws:states:::aws-sdk:sqs:sendMessage.waitForTaskToken",
            "Arguments": {"QueueUrl": queue, "MessageBody": "{% $states.context.Task.Token %}"},
            "End": True,
        }
        before = threads(workflows)
        execution = workflows.start(workflows.create(distributed(workflow(Ask=ask), Items="{% [1..120] %}")))
        tokens = []
        while len(tokens) < 120:
            received = aws.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=1)
            tokens += [message["Body"] for message in received.get("Messages", ())]
        wait_until(lambda: threads(workflows) - before < 50)
        assert counts(workflows, execution)["running"] == 120
        for number, token in enumerate(tokens):
            workflows.client.send_task_success(taskToken=token, output=str(number))
        assert sorted(json.loads(workflows.wait(execution)["output"])) == list(range(120))

    @pytest.mark.slow
    def test_they_wait_for_executions_of_another_machine(self, workflows):
        other = workflows.states(P=passing(Output="{% $states.input.n * 2 %}"))
        start = {
            "Type": "Task",
            "Resource": "arn:aws:states:::states:startExecution.sync:2",
            "Arguments": {"StateMachineArn": other, "Input": {"n": "{% $states.input %}"}},
            "Output": "{% $states.result.Output %}",
            "End": True,
        }
        machine = workflows.create(distributed(workflow(Start=start), Items="{% [1..150] %}"))
        assert workflows.output(machine) == [n * 2 for n in range(1, 151)]


def threads(workflows) -> int:
    """How many threads the embedded AWS has that belong to state machines."""
    return sum(thread.name.startswith("states-") for thread in threading.enumerate())


def counts(workflows, execution) -> dict[str, int]:
    """The item counts of an execution's map run; none before it has begun."""
    runs = workflows.client.list_map_runs(executionArn=execution)["mapRuns"]
    return workflows.client.describe_map_run(mapRunArn=runs[0]["mapRunArn"])["itemCounts"] if runs else {}
