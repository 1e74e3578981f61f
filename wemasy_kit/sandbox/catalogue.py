"""The catalogue of what a logout can meet: about 120 named cases in groups, read from `cases/`, a file a group.

What is true of a token is stated, and so is what a client may claim after it. The data is the documentation: a case
tells what happens, why it does in real life, and what a client should do.
"""

from __future__ import annotations

import difflib
import functools
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

GROUPS = {
    "documented": "The documented responses",
    "throttling": "Throttling",
    "errors": "Maintenance and server errors",
    "gateways": "Gateways and captive portals",
    "redirects": "Redirects",
    "broken": "Broken connections",
    "slow": "Slow and endless responses",
    "bodies": "A 200 of something else",
    "waits": "Wait values",
}

Claim = Literal["logged out", "not logged out", "either"]


@dataclass(frozen=True, slots=True)
class Case:
    """What the shop does with one request, what becomes of its token, and what a client may say then.

    Attributes:
        name: In kebab case, unique over all groups.
        group: One of `GROUPS`.
        happens: What happens, in a sentence.
        because: Why it happens in real life.
        advice: What a client should do.
        level: Whether the standard demands that ("must") or recommends it.
        standard: The standard, and where in it.
        faithful: Seen on a real Laravel, seen in the wild, or made up.
        revokes: When the shop revokes the token: "before" it says its first byte, "after" all is over, or "never".
        claims: What a client may claim: "logged out" after a clean 200; "not logged out" where the token still works,
            or "either" where it does not and no clean 200 says so. Doubt is a claim of "not logged out".
        response: What is said, with `<<…>>` to be filled in (see `filled`); its lines up to the first empty one end in
            CR LF. Empty: not a byte.
        pause: Seconds of silence before it.
        repeats: What is said again and again after it, until the client hangs up.
        every: Seconds between two of these; 0 floods.
        end: "close", "reset" (a true RST), or "hang": the connection stays open and silent.
        then: What a client that follows the redirect meets.
    """

    name: str
    group: str
    happens: str
    because: str
    advice: str
    level: Literal["must", "should"]
    standard: str
    faithful: Literal["laravel", "wild", "made-up"]
    revokes: Literal["before", "after", "never"] = "never"
    claims: Claim = "not logged out"
    response: str = ""
    pause: float = 0.0
    repeats: str = ""
    every: float = 0.0
    end: Literal["close", "reset", "hang"] = "close"
    then: str = ""

    @property
    def status(self) -> int | None:
        """The status that its response says; None where it says none."""
        found = re.match(r"HTTP/1\.[01] (\d{3})\b", self.response)
        return int(found[1]) if found else None

    def allows(self, claim: Literal["logged out", "not logged out"]) -> bool:
        return self.claims in (claim, "either")


class UnknownCase(ValueError):
    """No case or group has this name.

    Attributes:
        near: The names that are like it.
    """

    def __init__(self, what: str, name: str, names: Iterable[str]) -> None:
        names = list(names)
        self.near = difflib.get_close_matches(name, names, cutoff=0.5) or [each for each in names if name in each][:3]
        super().__init__(f"no {what} is called {name!r}" + (f"; near: {', '.join(self.near)}" if self.near else ""))


@functools.cache
def catalogue() -> Mapping[str, Case]:
    """All cases by their names, group by group."""
    return {case.name: case for group in GROUPS for case in _read(group)}


def find_case(name: str) -> Case:
    """The case of this name.

    Raises:
        UnknownCase: There is none; it names the near ones.
    """
    if name not in catalogue():
        raise UnknownCase("case", name, catalogue())
    return catalogue()[name]


def find_group(name: str) -> tuple[Case, ...]:
    """The cases of a group, in order.

    Raises:
        UnknownCase: There is no such group; it names the near ones.
    """
    if name not in GROUPS:
        raise UnknownCase("group", name, GROUPS)
    return tuple(case for case in catalogue().values() if case.group == name)


def filled(text: str, fill: Mapping[str, Callable[[str], str]]) -> bytes:
    """What is said: the bytes of a response's text.

    `<<length>>` is the body's length in bytes, `<<hex 1f 8b>>` are bytes, `<<times 1000 x>>` repeats a text; `fill`
    tells the others by their word, each from the text that follows it: where the server is, the token, a date.
    """
    head, empty_line, body = text.partition("\n\n")
    said = _filled(body, fill)
    lines = _filled(head, {**fill, "length": lambda _: str(len(said))}).replace(b"\n", b"\r\n")
    return lines + b"\r\n\r\n" + said if empty_line else lines


def _filled(text: str, fill: Mapping[str, Callable[[str], str]]) -> bytes:
    def place(found: re.Match[str]) -> str:
        word, rest = found[1], found[2].removeprefix(" ")
        if word == "hex":
            return bytes.fromhex(rest).decode("utf-8", "surrogateescape")
        if word == "times":
            count, _, what = rest.partition(" ")
            return what * int(count)
        return fill[word](rest)

    return re.sub(r"<<(\w+)([^<>]*)>>", place, text).encode("utf-8", "surrogateescape")


def _read(group: str) -> Iterable[Case]:
    tables = tomllib.loads((Path(__file__).parent / "cases" / f"{group}.toml").read_text("utf-8"))
    for name, table in tables.items():
        # `like` takes over what another case of the file says: two truths of one response, for example.
        tables[name] = told = (tables[table.pop("like")] if "like" in table else {}) | table
        response = told.get("response", "").replace("<<given>>", told.get("given", ""))
        level, _, standard = told["standard"].partition(": ")
        made = {"name": name, "group": group, "level": level, "standard": standard, "response": response}
        claims = "not logged out" if told.get("revokes", "never") == "never" else "either"
        yield Case(**{"claims": claims} | {key: value for key, value in told.items() if key != "given"} | made)
