"""The benchmarks' own arithmetic and its table: no time is measured here, none asserted."""

from __future__ import annotations

import importlib
import itertools
import json
import pkgutil
import re
import subprocess
import sys
import zipfile
from types import ModuleType

import pytest
from botocore.exceptions import ClientError

import benchmarks
from benchmarks import __main__ as bench_command
from benchmarks import boto3_alone, lessons, preprocessing
from benchmarks.__main__ import SUBJECTS, main
from benchmarks.bench import figures
from benchmarks.emulators import ROOT
from benchmarks.figures import Absent, Figure, at_least, at_most, at_most_above, failed, table, verdict, within
from benchmarks.preprocessing_ways import WAYS, json_name
from benchmarks.states import chain, counting_map
from benchmarks.turns import WrongAnswer, in_threads, p99, rate, summary, take_turns

NOT_THERE = Absent("not there yet")


def test_every_module_that_measures_is_a_subject_of_the_command():
    modules = [importlib.import_module(f"benchmarks.{m.name}") for m in pkgutil.iter_modules(benchmarks.__path__)]
    measuring = {module.__name__.rpartition(".")[2]: module for module in modules if hasattr(module, "measure")}
    assert measuring == SUBJECTS


def test_a_subject_that_is_not_there_is_refused_with_those_that_are(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["speed"])
    assert ended.value.code == 2
    message = capsys.readouterr().err
    assert "no subject is named speed" in message
    assert all(name in message for name in SUBJECTS)


def test_the_readme_shows_a_run_of_all_rows_alone(capsys):
    for some in (["functions"], ["--rows", "S3 put"]):
        with pytest.raises(SystemExit) as ended:
            main(["--readme", *some])
        assert (ended.value.code, "the README shows all rows" in capsys.readouterr().err) == (2, True)


def test_a_run_takes_the_place_of_the_one_before_in_the_readme(monkeypatch, tmp_path, capsys):
    readme = tmp_path / "README.md"
    written = bench_command.README.read_text(encoding="utf-8")
    readme.write_text(written, encoding="utf-8")
    before, after = re.split(r"<!-- written by make .*<!-- so far -->\n", written, flags=re.DOTALL)
    slow = ModuleType("slow")
    slow.measure = lambda bench: [Figure("it", "ms", 3.0, "moto", 2.0, within(1.3))]
    monkeypatch.setattr(bench_command, "SUBJECTS", {"slow": slow})
    monkeypatch.setattr(bench_command, "README", readme)
    monkeypatch.setattr(bench_command, "REPORT", tmp_path / "bench.md")
    for _ in range(2):
        assert main(["--readme"]) == 1
    now = readme.read_text(encoding="utf-8")
    assert now.startswith(before) and now.endswith(after)
    assert now.count("| it | 3.0 ms | moto 2.0 ms | 1.50 | ≤ 1.3 times ✗ |") == 1
    assert "Verdict: 0 of 1 aims met; missed: it (≤ 1.3 times)." in capsys.readouterr().out


def test_boto3_alone_is_answered_the_same_each_time():
    with boto3_alone.answering(b'{"n": 1}') as client:
        for _ in range(3):
            assert client("lambda").invoke(FunctionName="none", Payload=b"x" * 100_000)["Payload"].read() == b'{"n": 1}'


# ---- figures -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unit", "ours", "theirs", "ratio"),
    [("ms", 3.0, 2.0, 1.5), ("MiB", 20.0, 40.0, 0.5), ("/s", 50.0, 100.0, 2.0), ("/s", 100.0, 50.0, 0.5)],
)
def test_a_ratio_below_one_is_good_for_ours_whatever_the_unit(unit, ours, theirs, ratio):
    assert Figure("it", unit, ours, "moto", theirs).ratio == ratio


@pytest.mark.parametrize(("ours", "theirs"), [(NOT_THERE, 1.0), (1.0, NOT_THERE), (NOT_THERE, NOT_THERE)])
def test_there_is_no_ratio_without_both_readings(ours, theirs):
    assert Figure("it", "ms", ours, "moto", theirs).ratio is None


@pytest.mark.parametrize(
    ("aim", "ours", "theirs", "met"),
    [
        (at_most(6, "ms"), 6.0, None, True),
        (at_most(6, "ms"), 6.1, 100.0, False),
        (at_least(2000, "/s"), 2000.0, None, True),
        (at_least(2000, "/s"), 1999.0, 1.0, False),
        (within(1.3), 13.0, 10.0, True),
        (within(1.3), 13.1, 10.0, False),
        (within(1.3), 1.0, None, False),
        (at_most_above(3, "ms"), 4.0, 1.0, True),
        (at_most_above(3, "ms"), 4.1, 1.0, False),
        (at_most_above(3, "ms"), 1.0, None, False),
    ],
)
def test_an_aim_is_met_or_not(aim, ours, theirs, met):
    reading = Absent("needs Docker") if theirs is None else theirs
    assert Figure("it", "ms", ours, "moto", reading, aim).aim_met is met


def test_an_aim_of_what_is_not_there_is_neither_met_nor_missed():
    assert Figure("it", "ms", NOT_THERE, "moto", 1.0, within(1.3)).aim_met is None


def test_the_table_has_a_row_a_figure_and_says_why_a_reading_is_missing():
    rows = table(
        [
            Figure("S3 put", "ms", 3.0, "moto", 6.0, within(1.3)),
            Figure("Lambda warm", "ms", 7.25, "moto", Absent("needs Docker"), at_most(6, "ms")),
            Figure("states", "/s", NOT_THERE, "MiniStack", 1074.3),
            Figure("memory", "MiB", 17.0),
        ]
    ).splitlines()
    assert rows == [
        "| what | ours | baseline | ratio | aim |",
        "|---|--:|--:|--:|---|",
        "| S3 put | 3.0 ms | moto 6.0 ms | 0.50 | ≤ 1.3 times ✓ |",
        "| Lambda warm | 7.2 ms | moto needs Docker |  | ≤ 6 ms ✗ |",
        "| states | not there yet | MiniStack 1,074/s |  |  |",
        "| memory | 17 MiB |  |  |  |",
    ]


def test_the_verdict_counts_aims_and_names_what_is_missed_broken_and_not_there():
    met = Figure("S3 get", "ms", 1.0, "moto", 1.0, within(1.3))
    missed = Figure("S3 put", "ms", 2.0, "moto", 1.0, within(1.3))
    absent = Figure("a Map", "/s", NOT_THERE, aim=at_least(1, "/s"))
    broken = Figure("a Pass", "ms", Absent("ValidationException: no", failed=True), aim=at_most(10, "ms"))
    assert verdict([met]) == "Verdict: 1 of 1 aims met."
    assert verdict([met, missed, absent, absent, broken]) == (
        "Verdict: 1 of 2 aims met; missed: S3 put (≤ 1.3 times); failed: a Pass; not there yet: a Map."
    )


def test_only_what_broke_on_ours_is_a_failure():
    missed = Figure("S3 put", "ms", 2.0, "moto", 1.0, within(1.3))
    theirs = Figure("S3 put", "ms", 2.0, "moto", Absent("it broke", failed=True))
    assert not failed([missed, theirs, Figure("a Map", "/s", NOT_THERE)])
    assert failed([missed, Figure("a Pass", "ms", Absent("it broke", failed=True))])


def test_the_aim_stands_beside_the_baseline_it_is_about():
    readings = {"ours": [1.0, 9.0, 2.0], "moto": [4.0], "MiniStack": NOT_THERE}
    first, second = figures("it", "ms", readings, aim=within(1.3))
    assert (first.ours, first.baseline, first.theirs, second.baseline) == (2.0, "moto", 4.0, "MiniStack")
    assert first.aim is not None and second.aim is None
    first, second = figures("it", "ms", readings, aim=within(1.3), aim_beside="MiniStack")
    assert first.aim is None and second.aim is not None
    (alone,) = figures("it", "ms", {"ours": [1.0]}, aim=at_most(2, "ms"))
    assert alone.aim_met


# ---- turns -------------------------------------------------------------------------------------------


def test_ways_take_turns_in_an_order_that_is_reversed_every_round():
    calls: list[str] = []
    ways = {name: lambda name=name: float(len(calls.append(name) or calls)) for name in "ab"}
    assert take_turns(ways, rounds=3) == {"a": [1.0, 4.0, 5.0], "b": [2.0, 3.0, 6.0]}
    assert "".join(calls) == "abbaab"


def test_every_way_has_a_turn_however_short_the_time():
    assert take_turns({"a": lambda: 1.0, "b": lambda: 2.0}, rounds=5, limit_seconds=-1) == {"a": [1.0], "b": [2.0]}


def test_a_way_that_breaks_is_absent_with_its_reason_and_the_others_go_on():
    def refused(code: str):
        def way() -> float:
            raise ClientError({"Error": {"Code": code, "Message": "states:CreateStateMachine | is\nnot"}}, "It")

        return way

    def wrong() -> float:
        raise WrongAnswer("another output")

    ways = {"a": lambda: 1.0, "b": refused("NotImplemented"), "c": refused("Throttled"), "d": wrong, "e": NOT_THERE}
    assert take_turns(ways, rounds=2) == {
        "a": [1.0, 1.0],
        "b": Absent("not there yet"),
        "c": Absent("Throttled: states:CreateStateMachine / is not", failed=True),
        "d": Absent("another output", failed=True),
        "e": NOT_THERE,
    }


def test_a_defect_of_the_benchmark_itself_is_not_taken_for_a_reading():
    with pytest.raises(ZeroDivisionError):
        take_turns({"a": lambda: 1 / 0}, rounds=1)


def test_summaries():
    readings = [float(n) for n in range(1, 201)]
    assert (summary(readings), p99(readings), p99([5.0])) == (100.5, 199.0, 5.0)
    assert summary(NOT_THERE) is NOT_THERE


def test_threads_make_every_call_and_tell_what_one_raised():
    counter = itertools.count()
    in_threads(4, 25, lambda: next(counter))()
    assert next(counter) == 25
    assert rate(25, lambda: None)() > 0

    def wrong() -> None:
        raise WrongAnswer("no")

    with pytest.raises(WrongAnswer):
        in_threads(2, 2, wrong)()


# ---- what is measured --------------------------------------------------------------------------------


@pytest.mark.slow
def test_an_enlarged_data_set_holds_every_line_so_many_times(tmp_path):
    small, large = (preprocessing.enlarged(preprocessing.DATA_SET, copies, tmp_path) for copies in (1, 3))

    def lines(path):
        with zipfile.ZipFile(path) as zipped:
            return zipped.read(json_name(zipped)).splitlines()

    assert len(lines(large)) == 3 * len(lines(small))
    assert set(lines(large)) == set(lines(small))


def test_the_naive_way_to_preprocess_comes_to_the_same(tmp_path):
    for way in ("ours", "naive"):
        (tmp_path / way).mkdir()
        WAYS[way](preprocessing.DATA_SET, tmp_path / way)
    for name in ("train.txt", "test.txt"):
        made, wanted = ((tmp_path / way / name).read_bytes() for way in ("naive", "ours"))
        assert made == wanted and wanted


def test_memory_is_that_of_the_core_alone():
    """The measured process must not import what the benchmarks need themselves: it would count as the core's."""
    code = "import sys; import benchmarks.preprocessing_ways; print('boto3' in sys.modules, 'botocore' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_machines_are_complete_definitions():
    machine = chain(3)
    assert json.loads(json.dumps(machine)) == machine
    names = ["S0"]
    while "Next" in machine["States"][names[-1]]:
        names.append(machine["States"][names[-1]]["Next"])
    assert names == ["S0", "S1", "S2"] == list(machine["States"])
    assert machine["States"]["S2"]["End"] is True
    assert counting_map()["States"]["S0"]["Type"] == "Map"


def test_a_lessons_time_is_read_from_what_make_course_says():
    assert lessons.read("  06_train_and_deploy                      ok  1 min 47 s\n").ours == 107
    assert lessons.read("  06_train_and_deploy                      FAILED  0 min 09 s\n").ours.failed
    assert lessons.read("VERDICT: all 9 lessons ran to their end in 3 min 48 s.\n") is None
