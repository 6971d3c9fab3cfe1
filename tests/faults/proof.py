"""Write ``docs/proof.md`` from the results of the runs: ``python -m faults.proof``; ``make proof`` does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from faults import results
from faults.results import Result
from faults.scenarios import SCENARIOS

PAGE = Path(__file__).parents[2] / "docs" / "proof.md"

HEAD = """# What it was put through

This page is written by `make proof` from results that the commands below left in `tests/faults/results/`;
a test holds it to them. Run them again with `make faults RESULT=faults`, `make fuzz RESULT=fuzz`,
`make bad-input RESULT=bad_input` and `make bench-rest RESULT=rest`, then `make proof`. Each row says on which
machine it was measured and how busy that was with other work (the load average).

`make faults` runs `hallofshame run` in its own processes against a replay server that remembers each answer,
in time that leaps while all processes are idle. Afterwards *nothing* lost, doubled or wrong means: every
stored reading is one that was served in its cycle, whole; no ride that was served is missing; no cycle is
missing outside the fault, nor later than 15 minutes after it; and the statistics are row for row those of a
rebuild from the raw record. Without `SIZE` each fault is played as often as it takes (200 kills of each
process, two weeks of cycles), which takes hours on a busy machine; the rows say how often it was here.

| what | how much | held against | lost, doubled or wrong | machine |
| --- | --- | --- | --- | --- |
"""

TAIL = """
Load on the site is measured by `make bench-serve`, beside other servers; [performance](performance.md) has
it. *Told of a failure* counts answers 5xx to readers of pages and figures while the fault lasted.

Mistakes of the program that these runs found, all mended with a test: every new SQLite connection cost its
process its locks on the file, so that another command could take the journal away from under it; a clock
that was set back stopped all jobs until it had caught up; half a surrogate pair in an archive file ended its
import; a finding could quote an answer of megabytes.
"""


def page() -> str:
    """The whole page."""
    return HEAD + "".join(f"| {' | '.join(row)} |\n" for row in _rows()) + TAIL


def _rows() -> Iterator[tuple[str, ...]]:
    found = {
        file: results.read(results.FOLDER / f"{file}.json")
        for file in ("faults", "fuzz", "bad_input", "rest")
    }
    for name, scenario in SCENARIOS.items():
        if name in found["faults"]:
            yield _fault(scenario.title, found["faults"][name])
    for result in found["fuzz"].values():
        yield _fuzz(result)
    for name, result in found["bad_input"].items():
        yield _bad_input(name, result)
    for result in found["rest"].values():
        yield _rest(result)


def _fault(title: str, result: Result) -> tuple[str, ...]:
    did = ", ".join(f"{what}: {number}" for what, number in result["did"].items() if isinstance(number, int))
    answers = result["answers"]
    failed = sum(
        number for what, number in answers.items() if what.startswith("HTTP 5") and "health" not in what
    )
    held = (
        f"{result['cycles']:,} cycles, {result['observations']:,} observations, "
        f"{result['derived rows']:,} derived rows; "
        f"{answers['answered']:,} answers to readers, told of a failure: {failed:,}"
    )
    return title, did, held, "nothing", result["machine"]


def _fuzz(result: Result) -> tuple[str, ...]:
    held = (
        f"{result['read']:,} read within all bounds, {result['refused']:,} refused by the feeds' own error; "
        f"at most {result['longest_ms']} ms of processor time each, {result['grown_megabytes']} MB more "
        "memory in the end"
    )
    return (
        f"damaged bodies at the {result['doors']} doors of the feeds",
        f"{result['bodies']:,}",
        held,
        "nothing",
        result["machine"],
    )


def _bad_input(name: str, result: Result) -> tuple[str, ...]:
    answers = ", ".join(f"{status} {number} ×" for status, number in result.get("answers", {}).items())
    held = f"others had their answer within {result['others_waited_ms']:,} ms" + (
        f"; answers: {answers}" if answers else ""
    )
    return name, f"{result['tried']:,}", held, "nothing", result["machine"]


def _rest(result: Result) -> tuple[str, ...]:
    held = (
        f"{result['megabytes_most']} MB at most (bound 512), {result['percent_of_a_core']} % of one core "
        f"(bound 25), {result['processes']} processes"
    )
    return (
        "the whole system at rest with 150 parks",
        f"{result['minutes']} minutes",
        held,
        "–",
        result["machine"],
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE.relative_to(PAGE.parents[1])}")
