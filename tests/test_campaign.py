"""Campaigns: whatever ends one, nothing that was reported is lost, and nothing is counted twice.

REFIMPL_KILLS=100 kills one at so many random moments; ten are tried otherwise.
"""

import json
import os
import random
import re
import shlex
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterable
from concurrent.futures import CancelledError
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result
from started import HANG, local_cluster, require_distributed, start, wait_until

from refimpl.proofs.commands import running
from refimpl.proofs.commands.main import main
from refimpl.proofs.engine import (
    campaign,
    catalogue,
    cluster,
    exits,
    ledger,
    merged,
    processes,
    registry,
    report,
)
from refimpl.proofs.engine.campaign import CampaignError, Settings, Unit

KILLS = int(os.environ.get("REFIMPL_KILLS", "10"))
LAWS = ("rope.ntk_scale-definition", "rope.rotate-definition")


@pytest.fixture(autouse=True)
def last_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the figures of test runs out of the user's folder."""
    monkeypatch.setattr(running, "LAST", tmp_path / "refimpl" / "last.json")


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run units in this process, and few examples of each."""
    monkeypatch.setattr(campaign, "pooled", lambda units, _, jobs: (unit.run() for unit in units))
    monkeypatch.setattr(campaign, "ROUND", 6)


def settings(examples: int = 15, **others: Any) -> Settings:
    given: dict[str, Any] = {
        "backend": ["numpy"], "dtype": ["float64"], "device": None, "seed": 0, "bounds": "written", **others,
    }  # fmt: skip
    return replace(campaign.settings(LAWS, examples=examples, **given), round=6)


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["prove", *arguments])


def begin(folder: Path, *arguments: str) -> Result:
    return invoke(*LAWS, "--campaign", str(folder), "--examples", "15", *arguments)


def rows(folder: Path) -> dict[tuple[int, str], dict[str, Any]]:
    with sqlite3.connect(folder / ledger.FILE) as connection:
        found = connection.execute("SELECT round, law, outcome FROM results").fetchall()
    connection.close()
    return {(number, law): json.loads(outcome) for number, law, outcome in found}


def test_rounds_add_up_and_the_first_is_that_of_a_plain_run(here: None, tmp_path: Path) -> None:
    ran = begin(tmp_path, "--seed", "5", "--json", str(tmp_path / "out.json"))
    assert ran.exit_code == 0, ran.output
    assert "6 of 6 units, 0:00:00 left" in ran.output
    found = rows(tmp_path)
    assert found.keys() == {(number, law) for number in range(3) for law in LAWS}
    assert len({row["seed"] for row in found.values()}) == 3
    data = json.loads((tmp_path / "out.json").read_text())
    assert (data["schema"], data["summary"]) == ("refimpl.campaign/2", {"units": 6, "done": 6})
    assert data["interrupted"] is False
    for result in data["results"]:
        parts = [found[number, result["law"]] for number in range(3)]
        assert sum(result["examples"].values()) == 15
        assert result["compared"] == sum(part["compared"] for part in parts)
        assert result["worst"] == max(part["worst"] for part in parts)
        assert result["rounds"] == {"held": 3}
        assert result["again"] is None
    invoke(*LAWS, "--seed", "5", "--examples", "6", "--jobs", "1", "--json", str(tmp_path / "plain.json"))
    for result in json.loads((tmp_path / "plain.json").read_text())["results"]:
        kept = found[0, result["law"]]
        assert (result["errors"]["sizes"] != [], kept["errors"]["sizes"]) == (True, [])  # of millions, none
        left_out = {"seconds": 0, "errors": None}
        assert {**result, **left_out} == {**kept, **left_out}


def test_what_is_left_is_done_on_resume(here: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(units: Iterable[Unit], _: Settings, jobs: int) -> Any:
        for number, unit in enumerate(units):
            if number == 4:
                raise sqlite3.OperationalError("database or disk is full")
            yield unit.run()

    with monkeypatch.context() as patch:
        patch.setattr(campaign, "pooled", broken)
        ran = begin(tmp_path)
    assert ran.exit_code == exits.UNWRITTEN
    assert "database or disk is full; --resume goes on from there" in ran.output
    before = rows(tmp_path)
    assert len(before) == 4
    ran = invoke("--campaign", str(tmp_path), "--resume")
    assert ran.exit_code == 0, ran.output
    assert ran.output.count("  round ") == 2
    assert "30 examples in all" in ran.output
    assert {key: rows(tmp_path)[key] for key in before} == before
    assert "  round " not in invoke("--campaign", str(tmp_path), "--resume").output


def test_a_failure_comes_with_the_command_that_shows_it_again(
    here: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    law = catalogue.laws()[LAWS[1]]
    right = registry.reference()
    calls = 0

    def late(*arguments: Any, **options: Any) -> Any:
        """Wrong for some inputs of later rounds alone."""
        nonlocal calls
        calls += 1
        result = right["rope.rotate"](*arguments, **options)
        return result + 1 if abs(float(arguments[0].sum())) in wrong else result

    sums: list[list[float]] = []

    def listening(*arguments: Any, **options: Any) -> Any:
        sums[-1].append(abs(float(arguments[0].sum())))
        return right["rope.rotate"](*arguments, **options)

    monkeypatch.setattr(registry, "reference", lambda: {**right, "rope.rotate": listening})
    asked = settings()
    for number in range(3):
        sums.append([])
        [unit] = [unit for unit in asked.of_round(number) if unit.task.law == law.id]
        unit.run()
    wrong = set(sums[1]) - set(sums[0]) - set(sums[2])
    assert wrong
    monkeypatch.setattr(registry, "reference", lambda: {**right, "rope.rotate": late})
    ran = begin(tmp_path, "--json", str(tmp_path / "out.json"))
    assert ran.exit_code == 1, ran.output
    [result] = [
        it for it in json.loads((tmp_path / "out.json").read_text())["results"] if it["law"] == law.id
    ]
    assert (result["verdict"], result["rounds"]) == ("refuted", {"held": 2, "refuted": 1})
    assert f"  again: {result['again']}" in ran.output
    again = invoke(*shlex.split(result["again"])[2:], "--jobs", "1", "--json", str(tmp_path / "again.json"))
    assert again.exit_code == 1
    [same] = json.loads((tmp_path / "again.json").read_text())["results"]
    assert same["verdict"] == "refuted"
    assert same["counterexample"] == result["counterexample"] == rows(tmp_path)[1, law.id]["counterexample"]
    assert same["reason"] == result["reason"]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("--seed", "1", "--resume"), "--seed: got 1; the campaign was begun with 0"),
        (("--examples", "16", "--resume"), "--examples: got 16; the campaign was begun with 15"),
        (("--backend", "torch", "--resume"), "--backend: got torch; the campaign was begun with numpy"),
        (("--dtype", "float32", "--resume"), "--dtype: got float32; the campaign was begun with float64"),
        (("--device", "gpu", "--resume"), "--device: got gpu; the campaign was begun with none"),
        (("rope.*", "--resume"), "PATTERNS: got rope.*; the campaign was begun with rope.ntk"),
        ((), "there is a campaign in"),
    ],
)
def test_other_settings_are_refused(
    here: None, tmp_path: Path, arguments: tuple[str, ...], text: str
) -> None:
    with ledger.opened(tmp_path, settings()) as book:
        book.record(settings().of_round(0)[0].run())
    ran = invoke("--campaign", str(tmp_path), *arguments)
    assert ran.exit_code == exits.USAGE
    assert text in " ".join(ran.output.split())
    assert len(rows(tmp_path)) == 1


def test_the_same_options_are_no_other_settings(here: None, tmp_path: Path) -> None:
    with ledger.opened(tmp_path, settings()):
        pass
    assert begin(tmp_path, "--seed", "0", "--resume").exit_code == 0


def test_what_is_no_campaign(here: None, tmp_path: Path) -> None:
    none, text, other = (tmp_path / name for name in ("none", "text", "other"))
    assert "there is no campaign in" in invoke("--campaign", str(none), "--resume").output
    assert not none.exists()
    text.mkdir()
    (text / ledger.FILE).write_text("no database, but some text " * 100)
    for arguments in (["--resume"], []):
        ran = invoke("--campaign", str(text), *arguments)
        assert ran.exit_code == exits.USAGE
        assert "is not the file of a campaign" in ran.output
    other.mkdir()
    with sqlite3.connect(other / ledger.FILE) as connection:
        connection.execute("CREATE TABLE mine (it)")
    connection.close()
    ran = invoke("--campaign", str(other))
    assert ran.exit_code == exits.USAGE
    assert "is not the file of a campaign: name another folder" in ran.output
    assert "go with --campaign" in invoke("--resume").output
    ran = invoke("--campaign", str(text / ledger.FILE / "below"))
    assert (ran.exit_code, "cannot be the folder of a campaign" in ran.output) == (exits.USAGE, True)


def test_a_file_that_was_cut_off_at_its_beginning_is_begun_anew(here: None, tmp_path: Path) -> None:
    (tmp_path / ledger.FILE).touch()
    assert invoke("--campaign", str(tmp_path), "--resume").exit_code == exits.USAGE
    assert begin(tmp_path).exit_code == 0


def test_another_version_is_refused(here: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with ledger.opened(tmp_path, settings()):
        pass
    now = campaign.versions(["numpy"])
    monkeypatch.setattr(campaign, "versions", lambda _: {**now, "refimpl": "99"})
    ran = invoke("--campaign", str(tmp_path), "--resume")
    assert ran.exit_code == exits.USAGE
    assert f"begun with refimpl {now['refimpl']}, and here is 99" in " ".join(ran.output.split())
    monkeypatch.undo()
    with sqlite3.connect(tmp_path / ledger.FILE) as connection:
        connection.execute("PRAGMA user_version=99")
    connection.close()
    assert "schema 99 of another refimpl" in invoke("--campaign", str(tmp_path), "--resume").output


def test_one_process_works_on_a_campaign(here: None, tmp_path: Path) -> None:
    with ledger.opened(tmp_path, settings()):
        ran = invoke("--campaign", str(tmp_path), "--resume")
    assert ran.exit_code == exits.USAGE
    assert f"process {os.getpid()} on " in ran.output
    assert "is at work on the campaign" in ran.output
    assert invoke("--campaign", str(tmp_path), "--resume").exit_code == 0


def test_a_unit_whose_process_dies_is_tried_once_more(
    here: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dying(units: Iterable[Unit], _: Settings, jobs: int) -> Any:
        for unit in units:
            dies = unit.round == 1 and unit.task.law == LAWS[0]
            yield unit.lost("its process died of SIGKILL") if dies else unit.run()

    monkeypatch.setattr(campaign, "pooled", dying)
    ran = begin(tmp_path)
    assert ran.exit_code == 1
    assert f"crashed  {LAWS[0]}" in ran.output
    assert "its process died of SIGKILL; --resume tries it once again" in ran.output
    assert "5 of 6 units done" in ran.output
    ran = invoke("--campaign", str(tmp_path), "--resume")
    assert "its process died of SIGKILL; and so it did before" in ran.output
    assert "6 of 6 units done" in ran.output
    assert "  round " not in invoke("--campaign", str(tmp_path), "--resume").output


def test_a_second_try_that_succeeds_counts(here: None, tmp_path: Path) -> None:
    asked = settings()
    first = asked.of_round(0)[0]
    with ledger.opened(tmp_path, asked) as book:
        book.record(first.lost("its process died"))
    assert invoke("--campaign", str(tmp_path), "--resume").exit_code == 0
    assert rows(tmp_path)[0, first.task.law]["verdict"] == "held"


def test_merging_takes_the_worst() -> None:
    asked = settings(examples=24)
    kinds = ["held", "crashed", "refuted", "refuted"]
    parts = []
    for number, verdict in enumerate(kinds):
        unit = asked.of_round(number)[0]
        outcome = replace(
            unit.task.lost("a reason"), verdict=verdict, examples={"ordinary": 2}, compared=3,
            worst=[0.5, 0.0, 2.0, float("inf")][number], worst_at=f"at {number}", reason=f"why {number}",
        )  # fmt: skip
        parts.append((report.result(outcome), unit.task.examples, number))
    [one] = merged.merge(parts, asked)
    assert (one.verdict, one.round, one.result["reason"]) == ("refuted", 2, "why 2")
    assert one.outcome.worst == float("inf")
    assert one.outcome.worst_at == "at 3"
    assert (sum(one.outcome.examples.values()), one.outcome.compared) == (8, 12)
    assert one.rounds == {"held": 1, "crashed": 1, "refuted": 2}
    assert f"--seed {asked.round_seed(2)} --examples 6 --backend numpy --dtype float64" in one.again


def test_what_has_no_result_yet_may_be_begun_anew(here: None, tmp_path: Path) -> None:
    with ledger.opened(tmp_path, settings(seed=3)):
        pass
    assert begin(tmp_path, "--seed", "4").exit_code == 0
    assert {row["seed"] for (number, _), row in rows(tmp_path).items() if number == 0} == {4}


def test_millions_of_units_are_not_made_at_once() -> None:
    asked = settings(examples=10**9)
    first = next(campaign.remaining(asked, lambda _: {}))
    assert (first.round, first.task.seed) == (0, 0)
    assert asked.units == 2 * -(-(10**9) // 6)


def test_a_cluster_that_is_not_there(here: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    ran = begin(tmp_path, "--cluster", "tcp://127.0.0.1:1")
    assert ran.exit_code == exits.USAGE
    assert "pip install 'refimpl[dask]'" in ran.output


def test_workers_with_other_versions_are_refused() -> None:
    asked = settings()
    with pytest.raises(CampaignError, match=r"the worker w has numpy 1\.0, not ") as caught:
        cluster.require_same("the worker w", {**asked.versions, "numpy": "1.0"}, asked)
    assert "all must have the versions of the campaign" in str(caught.value)
    cluster.require_same("the worker w", dict(asked.versions), asked)


def test_what_becomes_of_a_unit_on_a_cluster() -> None:
    asked = settings()
    unit = asked.of_round(0)[0]

    def future(status: str, error: Exception | None = None, versions: Any = asked.versions) -> Any:
        def result() -> Any:
            if error is not None:
                raise error
            return unit.run(), versions

        return SimpleNamespace(status=status, exception=lambda: error, result=result)

    assert cluster.received(future("finished"), unit, asked).outcome.verdict == "held"
    again = future("lost")  # its worker died with the result: dask has it worked out again, and waits
    assert cluster.received(again, unit, asked).outcome.verdict == "held"
    lost = cluster.received(future("error", RuntimeError("killed its workers")), unit, asked)
    assert (lost.lost, lost.outcome.verdict) == (1, "crashed")
    assert lost.outcome.reason == "RuntimeError: killed its workers; --resume tries it once again"
    with pytest.raises(CampaignError, match="a worker has refimpl 0"):
        cluster.received(future("finished", versions={**asked.versions, "refimpl": "0"}), unit, asked)
    with pytest.raises(cluster.ClusterLostError, match="the scheduler of the cluster has ended"):
        cluster.received(future("cancelled", CancelledError()), unit, asked)
    with pytest.raises(OSError, match="no network"):
        cluster.received(future("pending", OSError("no network")), unit, asked)


@pytest.mark.parametrize("address", ["nowhere", ""])
def test_what_is_no_address(here: None, tmp_path: Path, address: str) -> None:
    require_distributed()
    ran = begin(tmp_path, "--cluster", address)
    assert ran.exit_code == exits.USAGE
    assert "expected the address of a scheduler, such as tcp://host:8786" in " ".join(ran.output.split())


# With processes of their own

PROGRAM = """
from refimpl.proofs.engine import campaign
from refimpl.proofs.commands.entry import main
campaign.ROUND = 6  # kept in the file; many units in little time
if __name__ == "__main__":
    main()
"""


def launch(folder: Path, *arguments: str, told: Path) -> "subprocess.Popen[bytes]":
    (folder / "program.py").write_text(PROGRAM)
    words = [sys.executable, str(folder / "program.py"), "prove", "--campaign", str(folder), "--jobs", "2"]
    with told.open("ab") as output:
        return start(*words, *arguments, stdout=output, stderr=output, env=_environment(folder))


def _environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "XDG_CONFIG_HOME": str(folder), "OMP_NUM_THREADS": "1"}


def said(told: Path) -> list[tuple[int, str]]:
    """The units that were printed as done."""
    lines = re.findall(r"^held +(\S+)  .*  round (\d+)  \d+ of .* left$", told.read_text(), re.MULTILINE)
    return [(int(number) - 1, law) for law, number in lines]


def begun(folder: Path) -> bool:
    """Whether a process got so far as to begin the campaign."""
    if not (folder / ledger.FILE).exists():
        return False
    with sqlite3.connect(folder / ledger.FILE) as connection:
        [(tables,)] = connection.execute("SELECT count(*) FROM sqlite_master")
    connection.close()
    return bool(tables)


def wait_for(process: "subprocess.Popen[bytes]", told: Path, units: int, patience: float = HANG) -> None:
    """Wait until so many units were printed in all, or for so many seconds."""
    until = time.monotonic() + patience
    while process.poll() is None and len(said(told)) < units and time.monotonic() < until:
        time.sleep(0.01)


def check_all(folder: Path, told: Path, rounds: int) -> None:
    """Every unit is there once, was printed at most once, and the sums are exact."""
    assert f"{2 * rounds} of {2 * rounds} units done, {12 * rounds} examples in all" in told.read_text()
    assert rows(folder).keys() == {(number, law) for number in range(rounds) for law in LAWS}
    data = json.loads((folder / "out.json").read_text())
    assert [sum(it["examples"].values()) for it in data["results"]] == [6 * rounds, 6 * rounds]
    assert [it["rounds"] for it in data["results"]] == [{"held": rounds}, {"held": rounds}]
    assert len(said(told)) == len(set(said(told)))


@pytest.mark.parametrize("number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.long)])
def test_a_signal_keeps_what_there_is(tmp_path: Path, number: int) -> None:
    told = tmp_path / "told"
    process = launch(tmp_path, *LAWS, "--examples", "6000", "--json", str(tmp_path / "out.json"), told=told)
    wait_for(process, told, 3)
    process.send_signal(number)
    assert process.wait(HANG) == -number, told.read_text()
    assert set(said(told)) <= rows(tmp_path).keys()
    assert f"{len(rows(tmp_path))} of 2000 units done" in told.read_text()
    assert f"to go on: refimpl prove --campaign {tmp_path} --resume" in told.read_text()
    data = json.loads((tmp_path / "out.json").read_text())
    assert data["interrupted"] is True
    assert data["summary"]["done"] == len(rows(tmp_path))


def _worked(pid: int) -> int:
    """The processor time of a process, in ticks of the clock; nothing of one that has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return int(fields[11]) + int(fields[12])


@pytest.mark.long
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")
def test_a_process_of_the_pool_that_is_killed(tmp_path: Path) -> None:
    told = tmp_path / "told"
    process = launch(tmp_path, *LAWS, "--examples", "6000", told=told)
    wait_for(process, told, 3)
    for _ in range(10):  # one that is between two laws, or is about to begin, takes none with it
        os.kill(max(processes.descendants(process.pid), key=_worked), signal.SIGKILL)
        wait_for(process, told, len(said(told)) + 10)
        if "died of SIGKILL" in told.read_text():
            break
    process.terminate()
    process.wait(HANG)
    lost = {key for key, row in rows(tmp_path).items() if row["verdict"] == "crashed"}
    named = re.findall(
        r"^crashed .* died of SIGKILL; --resume tries it once again  round ", told.read_text(), re.M
    )
    assert len(lost) == len(named) == 1
    process = launch(tmp_path, "--resume", told=told)
    wait_until(lambda: lost <= set(said(told)), "what was lost is tried again")
    process.kill()
    process.wait(HANG)
    assert {rows(tmp_path)[key]["verdict"] for key in lost} == {"held"}
    assert len(said(told)) == len(set(said(told)))


@pytest.mark.long
def test_kills_at_any_moment(tmp_path: Path) -> None:
    """SIGKILL again and again: while it begins, or is about to go on, and while results come."""
    told, moments = tmp_path / "told", random.Random("kills")
    told.touch()
    rounds = 20 + 10 * KILLS
    for kill in range(KILLS):
        options = ["--resume"] if begun(tmp_path) else [*LAWS, "--examples", str(6 * rounds)]
        process = launch(tmp_path, *options, told=told)
        patience = HANG if kill % 3 else moments.uniform(0, 4)
        wait_for(process, told, len(said(told)) + moments.randint(1, 8), patience)
        time.sleep(moments.uniform(0, 0.05))
        process.kill()
        assert process.wait(HANG) == -signal.SIGKILL, told.read_text()[-2000:]  # it did not end before
        assert "Traceback" not in told.read_text()
        assert set(said(told)) <= (rows(tmp_path).keys() if begun(tmp_path) else set())
    assert KILLS // 3 < len(said(told)) < 2 * rounds
    last = launch(tmp_path, "--resume", "--json", str(tmp_path / "out.json"), told=told)
    assert last.wait(HANG) == 0, told.read_text()[-2000:]
    check_all(tmp_path, told, rounds)


@pytest.mark.long
def test_a_worker_of_a_cluster_that_is_killed(tmp_path: Path) -> None:
    told, rounds = tmp_path / "told", 60
    with local_cluster(tmp_path, _environment(tmp_path)) as (address, [first, _]):
        options = ["--examples", str(6 * rounds), "--json", str(tmp_path / "out.json")]
        process = launch(tmp_path, *LAWS, "--cluster", address, *options, told=told)
        wait_for(process, told, 10)
        os.kill(first, signal.SIGKILL)
        assert len(said(told)) < 2 * rounds
        assert process.wait(HANG) == 0, told.read_text()
        check_all(tmp_path, told, rounds)


@pytest.mark.long
def test_a_result_whose_worker_is_killed_before_it_is_fetched(tmp_path: Path) -> None:
    """It is worked out again, by another."""
    with (
        local_cluster(tmp_path, _environment(tmp_path)) as (address, _),
        cluster.connected(address) as client,
    ):
        coming = cluster.handed(client, str, iter(range(12)))
        future, number = next(coming)
        [(holder, *_)] = client.who_has([future]).values()
        os.kill(client.run(os.getpid)[holder], signal.SIGKILL)
        wait_until(lambda: holder not in client.nthreads(), "the scheduler notices")
        results = [(number, cluster.outcome(future))]
        results += [(number, cluster.outcome(future)) for future, number in coming]
    assert all(found == (str(number), None) for number, found in results)
    assert sorted(number for number, _ in results) == list(range(12))
