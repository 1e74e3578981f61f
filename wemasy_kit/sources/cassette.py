"""Cassette: replays a recording, in order. Patches nothing, and looks at no token."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from wemasy_kit.call.exchange import Exchange, SourceName
from wemasy_kit.call.request import BASE_URL, PATH, LogoutRequest, checked_base_url
from wemasy_kit.errors import CassetteMismatch, CassetteNotFound, InvalidBaseURL, no_such
from wemasy_kit.files import shipped
from wemasy_kit.sources.cassette_file import read_cassette


def cassette(name: str | Path) -> Cassette:
    """A source that replays a recording from its beginning.

    Args:
        name: A name of `cassette_names()`, such as "401-no-token", or the path of any vcrpy cassette (a Path, or a
            text that ends in ".yaml").

    Raises:
        CassetteNotFound: There is none of this name.
        CassetteUnreadable: The file is no vcrpy cassette.
    """
    return Cassette(cassette_path(name))


def cassette_path(name: str | Path) -> Path:
    """Where a recording lies, for `vcr.use_cassette` and whatever else reads vcrpy's files.

    Raises:
        CassetteNotFound: There is none of this name.
    """
    if isinstance(name, Path) or str(name).endswith((".yaml", ".yml")):
        return Path(name)
    folder = shipped("cassettes") / "logout"
    path = folder / f"{name}.yaml"
    if path.parent == folder and os.path.isfile(path):  # Path.is_file() raises for a name that is too long.
        return path
    raise CassetteNotFound(no_such("cassette", name, cassette_names()))


def cassette_names() -> tuple[str, ...]:
    """The names of the recordings that come with the kit, sorted."""
    return tuple(sorted(path.stem for path in (shipped("cassettes") / "logout").glob("*.yaml")))


class Cassette:
    """A `Send` that plays the responses of one recording, each once.

    A replayed exchange is the recorded one: its request is what was sent when it was recorded.

    Attributes:
        label: The recording's name.
        exchanges: All that it holds, in order.
        base_url: What was called when it was recorded; the documented one where that cannot be told.
    """

    name: Final[SourceName] = "cassette"

    def __init__(self, path: Path) -> None:
        self.label: Final = path.stem
        self.exchanges: Final = read_cassette(path)
        self.base_url: Final = _base_url(self.exchanges)
        self._next = 0

    def __repr__(self) -> str:
        return f"<cassette {self.label}, {self.left} of {len(self.exchanges)} responses left>"

    @property
    def left(self) -> int:
        """How many responses have not been played."""
        return len(self.exchanges) - self._next

    async def __call__(self, request: LogoutRequest, /) -> Exchange:
        """The next recorded exchange, if it is one of this request.

        Raises:
            CassetteMismatch: It is not, or there is none left.
        """
        if not self.left:
            raise CassetteMismatch(
                f"the cassette {self.label} has played all {len(self.exchanges)} responses; name it again to start over"
            )
        exchange = self.exchanges[self._next]
        if (request.method, request.url) != (exchange.method, exchange.url):
            raise CassetteMismatch(
                f"the cassette {self.label} holds no response to {request.method} {request.url}; "
                f"its next one is for {exchange.method} {exchange.url}"
            )
        self._next += 1
        return exchange


def _base_url(exchanges: tuple[Exchange, ...]) -> str:
    before, path, behind = exchanges[0].url.partition(PATH) if exchanges else ("", "", "")
    try:
        return checked_base_url(before) if path and not behind else BASE_URL
    except InvalidBaseURL:
        return BASE_URL
