"""Plays the catalogue against the samples, and against what people write: `python -m tests.clients` writes the page.

It takes some minutes. With a WORD only the clients run that have it in their name, and nothing is written.
"""

from __future__ import annotations

import datetime
import hashlib
import os
import shlex
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from wemasy_kit.contract.document import load
from wemasy_kit.exports.samples import Sample, samples
from wemasy_kit.sandbox.catalogue import GROUPS, catalogue, find_case
from wemasy_kit.testing.command import Command
from wemasy_kit.testing.judge import CONTROLS, Played, Verdict, why_not_judged
from wemasy_kit.testing.play import play, play_all

PAGE = Path(__file__).parents[1] / "docs" / "clients.md"
DATA = Path(__file__).parent / "data" / "clients"
URL = 'os.environ["WEMASY_BASE_URL"] + "/services/webshop/v1/customer/auth/logout"'
HEADERS = '{"Authorization": "Bearer " + os.environ["WEMASY_TOKEN"], "Accept": "application/json"}'
ASKS = f"import os, sys, requests; r = requests.post({URL}, headers={HEADERS}, timeout=10)"
WRITTEN = {
    "`fetch`, and `response.ok`": ["node", str(DATA / "naive.mjs")],
    "`requests`, and `raise_for_status()`": [sys.executable, "-c", f"{ASKS}; r.raise_for_status()"],
    "`httpx`, and `raise_for_status()`": [
        sys.executable, "-c", f"import httpx, os; httpx.post({URL}, headers={HEADERS}).raise_for_status()"
    ],
    "`curl`, and the status": ["bash", str(DATA / "naive.sh")],
}  # fmt: skip
KIT = {
    "`wemasy-kit logout`": [
        "sh", "-c", f'exec {shlex.quote(sys.executable)} -m wemasy_kit logout --base-url "$WEMASY_BASE_URL"'
    ]
}  # fmt: skip
CALIBRATION = {
    "always says yes": ["bash", "-c", f"bash {DATA / 'naive.sh'}; true"],
    "always says no": [sys.executable, "-c", f"{ASKS}; sys.exit(1)"],
    "sends nothing": ["true"],
    "crashes": [sys.executable, "-c", f"{ASKS}; r.json()['token']"],
}


def documented(sample: Sample, folder: Path) -> list[str]:
    """As a person fills it in: the base URL and the token in the place of what the page has."""
    file = folder / sample.name
    file.write_text(f"<?php require '{DATA}/laravel.php';\n" * (sample.language == "PHP") + sample.source, "utf-8")
    program = {"JS": "node --input-type=module -", "PHP": "php", "Python": f"{sys.executable} -", "cURL": "bash"}
    fill = f"s|{load().base_url}|'\"$WEMASY_BASE_URL\"'|; s/YOUR_API_TOKEN/'\"$WEMASY_TOKEN\"'/"
    return ["bash", "-c", f"sed '{fill}' {shlex.quote(str(file))} | {program[sample.language]}"]


def checked(sample: Sample, folder: Path) -> list[str]:
    file = folder / sample.name
    file.write_text(sample.source, "utf-8")
    return [sys.executable if sample.program == "python" else str(sample.program), str(file)]


def function(sample: Sample, folder: Path) -> list[str]:
    checked(sample, folder)
    if sample.language == "JS":
        asks = "const { state } = await revoke(process.env.WEMASY_TOKEN, process.env.WEMASY_BASE_URL);"
        program = (
            f"import {{ revoke }} from '{folder / sample.name}'; {asks} process.exit(state === 'revoked' ? 0 : 1);"
        )
        return ["node", "--input-type=module", "-e", program]
    asks = "revoke(os.environ['WEMASY_TOKEN'], os.environ['WEMASY_BASE_URL'])[0] != 'revoked'"
    program = f"import os, sys; sys.path.insert(0, {str(folder)!r}); from logout_view import revoke; sys.exit({asks})"
    return [sys.executable, "-c", program]


def clients(folder: Path) -> dict[str, dict[str, list[str]]]:
    """The commands, by section and name. The function for Laravel is missing: nobody has run it."""
    ways = {"documented": documented, "checked": checked, "function": function}
    of_the_kit: dict[str, dict[str, list[str]]] = {style: {} for style in ways}
    for each in samples():
        if each.name != "LogoutController.php":
            of_the_kit[each.style][each.language] = ways[each.style](each, folder)
    return {
        "The page's samples": of_the_kit["documented"],
        "What people write": WRITTEN,
        "The kit, and its checked samples": KIT | of_the_kit["checked"],
        "The kit's functions": of_the_kit["function"],
        "For calibration": CALIBRATION,
    }


def judged(command: Sequence[str]) -> list[Played] | str:
    """What became of each case, or why it is not judged."""
    client = Command(command, limit=15)
    why = why_not_judged(play(find_case(name), client) for name in CONTROLS)
    return why or list(play_all(list(catalogue().values()), client, jobs=8))


def version() -> str:
    """Of what the catalogue does; its words may change."""
    told = [
        (each.name, each.revokes, each.claims, each.response, each.repeats, each.pause, each.every, each.end, each.then)
        for each in catalogue().values()
    ]
    return f"{len(told)} cases, {hashlib.sha256(repr(told).encode()).hexdigest()[:8]}"


def row(name: str, found: list[Played] | str) -> str:
    if isinstance(found, str):
        return f"| {name} | not judged | {found} |" + " |" * (len(GROUPS) - 1)
    lies = sum(each.verdict is Verdict.LIE for each in found)
    cells = [f"**{lies}**" if lies else "0"]
    for group in GROUPS:
        verdicts = [each.verdict for each in found if each.case.group == group]
        false = verdicts.count(Verdict.LIE)
        others = len(verdicts) - false - verdicts.count(Verdict.RIGHT)
        cells.append(" ".join([*[f"**{false}**"] * bool(false), *[f"+ {others}"] * bool(others)]) or "·")
    return f"| {name} | {' | '.join(cells)} |"


def page(sections: Mapping[str, Mapping[str, list[Played] | str]]) -> Iterator[str]:
    yield "# Who tells the truth about a logout"
    yield ""
    yield "Written by `python -m tests.clients`, which plays the catalogue against each client, as"
    yield f"`wemasy-kit check` does. The catalogue: {version()}. Played on {datetime.date.today():%d %B %Y}."
    yield ""
    yield "In **bold**: how often a client said “logged out” while the token still worked. After a plus: other faults,"
    yield "such as a crash, a hang or a second request. A dot: all right. Exit code 0 says “logged out”."
    for section, played in sections.items():
        yield f"\n## {section}\n"
        yield f"| | false “logged out” | {' | '.join(GROUPS.values())} |"
        yield "| --- " * (len(GROUPS) + 2) + "|"
        yield from (row(name, found) for name, found in played.items())
    yield ""
    yield "The page's samples print a response and end with exit code 0, whatever it is. The one in PHP needs Laravel:"
    yield "`tests/data/clients/laravel.php` stands in for it. The kit's function for Laravel has not been run."


def main(word: str = "") -> None:
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    with tempfile.TemporaryDirectory() as folder:
        found: dict[str, dict[str, list[Played] | str]] = {}
        for section, commands in clients(Path(folder)).items():
            for name, command in commands.items():
                if word in name:
                    print(f"{section}: {name}", file=sys.stderr, flush=True)
                    found.setdefault(section, {})[name] = judged(command)
    text = "\n".join(page(found)) + "\n"
    print(text) if word else PAGE.write_text(text, "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:2])
