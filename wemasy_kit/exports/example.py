"""Example: the recorded exchanges, each with a name and a word on where it is from, for the other tools' files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from wemasy_kit.call.exchange import Exchange
from wemasy_kit.call.provenance import SANDBOX_SERVER
from wemasy_kit.call.request import BASE_URL, PATH, Headers
from wemasy_kit.sources.cassette_file import read_cassette


class Example(NamedTuple):
    """A recorded exchange; its cassette's name, with a number where it has several; where it is from, in a sentence."""

    name: str
    origin: str
    exchange: Exchange

    def header(self, name: str) -> str:
        """A header of the response; "" where there is none, or more than one."""
        return self.exchange.header(name) or ""

    @property
    def text(self) -> str:
        """The body as text."""
        return self.exchange.body.decode("utf-8", "replace")


def examples(cassettes: Path) -> Iterator[Example]:
    """Every exchange of every cassette in a folder.

    Raises:
        CassetteUnreadable: A file is no cassette; the message names it and the place in it.
    """
    for path in sorted(cassettes.glob("*.yaml")):
        exchanges = read_cassette(path)
        for number, exchange in enumerate(exchanges, start=1):
            which = f", response {number} ({exchange.status})" if len(exchanges) > 1 else ""
            yield Example(_line(path.stem) + which, _origin(exchange), exchange)


def _origin(exchange: Exchange) -> str:
    server, date = (_line(exchange.header(name) or "") for name in ("Server", "Date"))
    where = f"{_line(exchange.url)}, a server that calls itself {server or 'nothing'}"
    if server == SANDBOX_SERVER and exchange.url == BASE_URL + PATH:
        where = "the kit's own sandbox, never seen on the live API"
    return f"Recorded {date or 'some day'} from {where}."


def _line(text: str) -> str:
    return " ".join(text.split())


def pairs(headers: Headers, key: str) -> list[dict[str, str]]:
    """Headers as a list of objects, the name under `key`."""
    return [{key: name, "value": value} for name, value in headers]


def as_json(value: Any) -> str:
    """The text of a JSON file."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
