"""Table: what a row says, how two things are measured side by side, and the rows as text, as JSON and in README."""

from __future__ import annotations

import datetime
import importlib.metadata
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
RESULTS: Final = ROOT / "tests" / "benchmarks" / "results.json"
README: Final = ROOT / "README.md"
BEGIN, END = "<!-- benchmarks: begin -->\n", "<!-- benchmarks: end -->\n"


@dataclass(frozen=True, slots=True)
class Row:
    """What the kit takes, in parts of what its peer takes, and how much that may be.

    Attributes:
        what: What the kit does.
        peer: What it is measured against, with its version.
        ratio: The kit's figure to the peer's; None where it was not measured.
        bound: What the ratio may be.
        more_is_better: The ratio is one of speeds: it must be at least the bound.
        note: Why it was not measured, or what else was seen.
    """

    what: str
    peer: str
    ratio: float | None
    bound: float
    more_is_better: bool = False
    note: str = ""

    @property
    def target(self) -> str:
        return f"{'≥' if self.more_is_better else '≤'} {self.bound:g}"

    @property
    def met(self) -> str:
        if self.ratio is None:
            return "not measured"
        return "met" if (self.ratio >= self.bound if self.more_is_better else self.ratio <= self.bound) else "missed"


def version(project: str) -> str:
    """The project's name and its version here."""
    return f"{project} {importlib.metadata.version(project)}"


def cpu(call: Callable[[], object], times: int = 1) -> float:
    """CPU seconds of this process for one call."""
    before = time.process_time()
    for _ in range(times):
        call()
    return (time.process_time() - before) / times


def ratio(ours: Callable[[], float], peer: Callable[[], float], rounds: int) -> float:
    """The median of our figure to the peer's, each taken in the same round. The first round fills the caches."""
    return statistics.median([ours() / peer() for _ in range(rounds + 1)][1:])


def machine() -> str:
    """What was measured on, as far as it matters."""
    return f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"


def as_text(row: Row) -> str:
    """A row as it is printed, and below it what it was measured against."""
    shown = "–" if row.ratio is None else f"{row.ratio:.2f}"
    lines = [f"{row.what:<60} {shown:>6}  {row.target:<7} {row.met}", f"    against {row.peer}"]
    return "\n".join([*lines, *([f"    {row.note}"] if row.note else [])])


def results(rows: Iterable[Row]) -> dict[str, Any]:
    """The rows as JSON, with day and machine."""
    told = [{**asdict(row), "target": row.target, "met": row.met} for row in rows]
    return {"date": datetime.datetime.now(datetime.UTC).date().isoformat(), "machine": machine(), "rows": told}


def short_form(found: dict[str, Any]) -> str:
    """The table of README."""
    lines = [f"Measured on {found['date']}: {found['machine']}.", "", "| What | Against | Ratio | Target |"]
    lines += ["| --- | --- | --- | --- |"]
    for row in found["rows"]:
        ratio = "–" if row["ratio"] is None else f"{row['ratio']:.2f}"
        mark = "" if row["met"] == "met" else f" ({row['met']})"
        lines.append(f"| {row['what']} | {row['peer']} | {ratio} | {row['target']}{mark} |")
    return "\n".join([*lines, ""])


def with_table(readme: str, found: dict[str, Any]) -> str:
    """README with this table between its two marks."""
    before, _, rest = readme.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{short_form(found)}{END}{after}"


def keep(found: dict[str, Any], path: Path = RESULTS) -> None:
    path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")


def kept(path: Path = RESULTS) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


PYTHON: Final = sys.executable
