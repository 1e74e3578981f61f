"""The kit beside what people would use instead, all in one run: `python -m tests.benchmarks`.

It prints a table and keeps it as JSON. No test and no task depends on a number of it.
"""

from __future__ import annotations

import argparse
import importlib.util
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from tests.benchmarks import form, processes, replays, scan, shop, table
from tests.benchmarks.table import Row


def the_page() -> Iterator[Row]:
    if importlib.util.find_spec("playwright"):
        from tests.benchmarks import site  # noqa: PLC0415  (the extra `browser` brings what it drives)

        yield from site.rows()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="PATH", help="where the table goes as JSON")
    parser.add_argument("--write-readme", action="store_true", help="renew results.json and the table in README.md")
    parser.add_argument("--full", action="store_true", help="scan 64 MB instead of 4: takes minutes more")
    parser.add_argument("--only", metavar="MODULE", help="the rows of one module: form, processes, replays …")
    chosen = parser.parse_args()
    modules: Mapping[str, Callable[[], Iterator[Row]]] = {
        "processes": processes.rows,
        "replays": replays.rows,
        "shop": shop.rows,
        "form": form.rows,
        "scan": lambda: scan.rows(64 if chosen.full else 4),
        "site": the_page,
    }
    print(f"{table.machine()}; CPU time where it can be had, medians, interleaved")
    measured = []
    for row in (row for name, rows in modules.items() if chosen.only in (None, name) for row in rows()):
        print(table.as_text(row), flush=True)
        measured.append(row)
    found = table.results(measured)
    if chosen.json:
        table.keep(found, chosen.json)
    if chosen.write_readme:
        table.keep(found)
        table.README.write_text(table.with_table(table.README.read_text("utf-8"), found), "utf-8")


if __name__ == "__main__":
    main()
