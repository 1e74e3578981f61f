"""Exports: the documented endpoint in the formats of other tools. Pure, but for reading contract and cassettes.

No export holds a token: each tool asks for it, or keeps it where it keeps secrets, and a recording that holds one
after all is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal

from wemasy_kit.call.exchange import Exchange
from wemasy_kit.call.provenance import SANDBOX_SERVER
from wemasy_kit.contract.document import Contract, document, load
from wemasy_kit.errors import InvalidOption, SecretFound
from wemasy_kit.exports.bruno import bruno
from wemasy_kit.exports.example import Example, as_json, line
from wemasy_kit.exports.har import har
from wemasy_kit.exports.http_file import http_file
from wemasy_kit.exports.postman import postman
from wemasy_kit.files import shipped
from wemasy_kit.secrets.scan import findings
from wemasy_kit.sources.cassette_file import read_cassette

Format = Literal["openapi", "postman", "har", "http", "bruno"]


def export(format: Format, *, cassettes: Path | None = None) -> dict[str, str]:
    """The endpoint for another tool, as the texts of its files by their names: one file, or for Bruno a folder of them.

    Args:
        format: "openapi", OpenAPI 3.1, the contract itself; "postman", a Collection v2.1; "har", the recorded exchanges
            as HAR 1.2; "http", for the VS Code REST Client and JetBrains' HTTP client; "bruno", a collection.
        cassettes: The folder of the recordings that become saved examples; the kit's own with None.

    Raises:
        CassetteUnreadable: A recording is none; the message names the file and the place in it.
        InvalidOption: There is no such format.
        SecretFound: A recording holds what looks like a secret. The message names the place, never the secret.
    """
    if format not in _WRITERS:
        raise InvalidOption(f"there is no format {format!r}; there are: {', '.join(_WRITERS)}")
    files = _WRITERS[format](load(), tuple(_examples(cassettes or shipped("cassettes") / "logout")))
    for name, text in files.items():
        for row, column, what in findings(text):
            raise SecretFound(f"{name}: line {row}, column {column} would hold {what}, out of a recording")
    return files


def _openapi(contract: Contract, examples: Sequence[Example]) -> dict[str, str]:
    return {"wemasy-logout.openapi.json": as_json(document())}


_WRITERS: Final[Mapping[str, Callable[[Contract, Sequence[Example]], dict[str, str]]]] = {
    "openapi": _openapi,
    "postman": postman,
    "har": har,
    "http": http_file,
    "bruno": bruno,
}


def _examples(cassettes: Path) -> Iterator[Example]:
    for path in sorted(cassettes.glob("*.yaml")):
        tape = read_cassette(path)
        for number, recorded in enumerate(tape, start=1):
            which = f", answer {number} ({recorded.status})" if len(tape) > 1 else ""
            yield Example(
                name=line(path.stem) + which,
                origin=_origin(recorded),
                method=recorded.method,
                url=recorded.url,
                sent=recorded.request_headers,
                status=recorded.status,
                reason=recorded.reason,
                headers=recorded.headers,
                body=recorded.body,
            )


def _origin(recorded: Exchange) -> str:
    values = {name.lower(): line(value) for name, value in recorded.headers}
    server = values.get("server", "")
    where = "the kit's own sandbox, never seen on the live API" if server == SANDBOX_SERVER else server or "somewhere"
    return f"Recorded {values.get('date', 'some day')} from {where}."
