"""The table of the benchmarks: what it calls met, and that README shows what was printed. Nothing here is timed."""

from __future__ import annotations

import pytest

from tests.benchmarks import table
from tests.benchmarks.table import BEGIN, END, Row


@pytest.mark.parametrize(
    ("ratio", "more_is_better", "met"),
    [
        (0.6, False, "met"), (0.61, False, "missed"), (0.6, True, "met"), (0.59, True, "missed"),
        (None, False, "not measured"), (None, True, "not measured"),
    ],
)  # fmt: skip
def test_a_ratio_meets_its_target_up_to_the_bound(ratio: float | None, more_is_better: bool, met: str) -> None:
    assert Row("a", "b", ratio, 0.6, more_is_better).met == met


def test_a_row_that_was_not_measured_is_told_and_why() -> None:
    text = table.as_text(Row("a page", "another", None, 1.3, note="there is no site"))

    assert "a page" in text
    assert "not measured" in text
    assert "there is no site" in text


def test_the_rounds_are_interleaved_and_the_first_is_not_counted() -> None:
    called = []

    def took(name: str, *seconds: float) -> float:
        called.append(name)
        return seconds[called.count(name) - 1]

    ratio = table.ratio(lambda: took("ours", 90.0, 1.0, 2.0, 9.0), lambda: took("peer", 1.0, 1.0, 1.0, 1.0), 3)

    assert (ratio, called) == (2.0, ["ours", "peer"] * 4)


def test_a_table_takes_the_place_of_the_one_before() -> None:
    found = table.results([Row("a", "b", 0.5, 0.6)])
    page = f"above\n{BEGIN}old\n{END}below\n"

    renewed = table.with_table(page, found)

    assert renewed == table.with_table(renewed, found)
    assert renewed.startswith(f"above\n{BEGIN}Measured on ")
    assert renewed.endswith(f"| a | b | 0.50 | ≤ 0.6 |\n{END}below\n")


def test_readme_shows_what_the_command_printed() -> None:
    readme = table.README.read_text("utf-8")

    assert table.with_table(readme, table.kept()) == readme


def test_every_row_that_missed_its_target_has_its_reason_written_beside_it() -> None:
    reasons = (table.RESULTS.parent / "README.md").read_text("utf-8").partition("## Missed")[2]

    assert [row["what"] for row in table.kept()["rows"] if row["met"] == "missed" and row["what"] not in reasons] == []
