"""Cassette file: reads a vcrpy cassette into exchanges, or names the place where it is none. No network, no vcrpy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from wemasy_kit.call.exchange import Exchange
from wemasy_kit.errors import CassetteNotFound, CassetteUnreadable
from wemasy_kit.files import regular
from wemasy_kit.sources.yaml_text import Spot, read_yaml


def read_cassette(path: Path) -> tuple[Exchange, ...]:
    """Every exchange of the cassette at `path`, in order. Parses the file again only if it has changed.

    What an Authorization held is left in the file.

    Raises:
        CassetteNotFound: There is no such file.
        CassetteUnreadable: It is no vcrpy cassette; the message names the file and the place in it.
    """
    try:
        state = regular(path).stat()
        stamp = (state.st_mtime_ns, state.st_size, state.st_ino)
        if (known := _read.get(path)) is None or known[0] != stamp:
            known = _read[path] = (stamp, tuple(_exchanges(path)))
    except FileNotFoundError:
        raise CassetteNotFound(f"there is no cassette at {path}") from None
    except CassetteUnreadable:
        raise
    except ValueError:  # a NUL, half a character
        raise CassetteNotFound(f"there is no cassette at {str(path)!r}: no file has such a name") from None
    except OSError as error:
        raise CassetteUnreadable(f"{path.name} cannot be read: {error.strerror}") from None
    return known[1]


_read: dict[Path, tuple[tuple[int, int, int], tuple[Exchange, ...]]] = {}


def _exchanges(path: Path) -> Iterator[Exchange]:
    root = read_yaml(path)
    for interaction in root["interactions"].items():
        request, response = interaction["request"], interaction["response"]
        status = response["status"]
        if not 100 <= status["code"].of(int) <= 999:
            raise status["code"].error("is not a status from 100 to 999")
        yield Exchange(
            method=request.text("method"),
            url=request.text("uri"),
            request_headers=tuple(_sent(request)),
            status=status.value["code"],
            reason="" if status.value.get("message") is None else status.text("message"),
            headers=tuple(_headers(response["headers"])),
            body=_bytes(response["body"]["string"]),
            source="cassette",
        )


def _sent(request: Spot) -> Iterator[tuple[str, str]]:
    if request.value.get("headers") is not None:
        for name, value in _headers(request["headers"]):
            yield name, "Bearer <redacted>" if name.lower() == "authorization" else value


def _headers(found: Spot) -> Iterator[tuple[str, str]]:
    """vcrpy keeps a header's values as a list; hand-written cassettes often as one text."""
    for name, held in found.entries():
        for value in [held] if isinstance(held.value, str) else held.items():
            yield name, value.of(str)


def _bytes(body: Spot) -> bytes:
    return body.value if isinstance(body.value, bytes) else body.of(str).encode()
