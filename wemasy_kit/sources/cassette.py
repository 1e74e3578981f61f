"""Cassette: replays a recording through a transport of its own, in order. Patches nothing, and judges no token."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import httpx

from wemasy_kit.call.exchange import Exchange, SourceName, request_parts
from wemasy_kit.call.request import BASE_URL
from wemasy_kit.errors import CassetteMismatch, CassetteNotFound
from wemasy_kit.files import shipped
from wemasy_kit.sources.cassette_file import Recorded, read_tape


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
    if isinstance(name, Path) or name.endswith((".yaml", ".yml")):
        return Path(name)
    path = _folder() / f"{name}.yaml"
    if path.parent == _folder() and os.path.isfile(path):  # Path.is_file() raises for a name that is too long.
        return path
    import difflib  # noqa: PLC0415  (only a mistyped name needs it)

    names = cassette_names()
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.4)
    hint = f"did you mean {near[0]}? " if near else ""
    raise CassetteNotFound(f"there is no cassette named {name!r}; {hint}there are: {', '.join(names) or 'none'}")


def cassette_names() -> tuple[str, ...]:
    """The names of the recordings that come with the kit, sorted."""
    return tuple(sorted(path.stem for path in _folder().glob("*.yaml")))


class Cassette:
    """A `Send` that plays the answers of one recording, each once.

    Attributes:
        label: The recording's name.
        transport: The same tape for an `httpx.AsyncClient(transport=…)` of one's own.
    """

    name: Final[SourceName] = "cassette"
    base_url: Final = BASE_URL

    def __init__(self, path: Path) -> None:
        self.label: Final = path.stem
        self.transport: Final = CassetteTransport(path.stem, read_tape(path))

    def __repr__(self) -> str:
        return f"<cassette {self.label}, {self.transport.left} of {len(self.transport.recorded)} answers left>"

    async def __call__(self, request: httpx.Request, /) -> Exchange:
        recorded = self.transport.take(request)
        method, url, request_headers = request_parts(request)
        return Exchange(
            method=method,
            url=url,
            request_headers=request_headers,
            status=recorded.status,
            reason=recorded.reason,
            headers=recorded.headers,
            body=recorded.body,
            source=self.name,
        )


class CassetteTransport(httpx.AsyncBaseTransport):
    """httpx's own seam for another network: a request in, the next recorded answer out."""

    def __init__(self, label: str, recorded: tuple[Recorded, ...]) -> None:
        self.label: Final = label
        self.recorded: Final = recorded
        self._next = 0

    @property
    def left(self) -> int:
        """How many answers have not been played."""
        return len(self.recorded) - self._next

    def take(self, request: httpx.Request) -> Recorded:
        """The next answer, if it is one to this request.

        Raises:
            CassetteMismatch: It is not, or there is none left.
        """
        if not self.left:
            raise CassetteMismatch(
                f"the cassette {self.label} has played all it holds ({len(self.recorded)}); name it again to start over"
            )
        recorded = self.recorded[self._next]
        if (request.method, str(request.url)) != (recorded.method, recorded.url):
            raise CassetteMismatch(
                f"the cassette {self.label} holds no answer to {request.method} {request.url}; "
                f"its next one answers {recorded.method} {recorded.url}"
            )
        self._next += 1
        return recorded

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        recorded = self.take(request)
        return httpx.Response(
            recorded.status,
            headers=[(name.encode(), value.encode()) for name, value in recorded.headers],
            # A stream, as off the wire: `content=` adds a header that was not recorded, and decodes at once.
            stream=httpx.ByteStream(recorded.body),
            extensions={"reason_phrase": recorded.reason.encode()},
        )


def _folder() -> Path:
    return shipped("cassettes") / "logout"
