"""Exports: the documented endpoint in the formats of other tools.

No export holds a token: each tool asks for it, or keeps it where it keeps secrets, and a recording that holds one
after all is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Literal, NamedTuple

from wemasy_kit.contract.document import Contract, load
from wemasy_kit.errors import InvalidOption, SecretFound
from wemasy_kit.exports.example import Example, examples
from wemasy_kit.exports.har import har
from wemasy_kit.exports.http_file import http_file
from wemasy_kit.exports.openapi import openapi
from wemasy_kit.exports.postman import postman
from wemasy_kit.files import shipped
from wemasy_kit.secrets.scan import findings

Format = Literal["openapi", "postman", "har", "http"]


class Target(NamedTuple):
    """What a format is called in a menu, how its file is named, and what makes its text."""

    label: str
    file_name: str
    write: Callable[[Contract, Sequence[Example]], str]


FORMATS: Final[Mapping[Format, Target]] = {
    "openapi": Target("OpenAPI 3.1", "wemasy-logout.openapi.json", openapi),
    "postman": Target("Postman collection", "wemasy-logout.postman_collection.json", postman),
    "har": Target("HAR of the recordings", "wemasy-logout.har", har),
    "http": Target(".http file", "wemasy-logout.http", http_file),
}


def export(format: Format) -> str:
    """The endpoint for another tool, as the text of one file; `FORMATS` has the name for it.

    Args:
        format: "openapi", OpenAPI 3.1, the contract with what generators need; "postman", a Collection v2.1; "har", the
            recorded exchanges as HAR 1.2, all JSON; "http", for the VS Code REST Client and JetBrains' HTTP client.

    Raises:
        InvalidOption: There is no such format.
    """
    if format not in FORMATS:
        raise InvalidOption(f"there is no format {format!r}; there are: {', '.join(FORMATS)}")
    return written(format, tuple(examples(shipped("cassettes") / "logout")))


def written(format: Format, recorded: Sequence[Example]) -> str:
    """The text of an export, with these recordings as its saved examples.

    Raises:
        SecretFound: A recording holds what looks like a secret. The message names the place, never the secret.
    """
    text = FORMATS[format].write(load(), recorded)
    for row, column, what in findings(text):
        raise SecretFound(f"{format}: line {row}, column {column} would hold {what}, out of a recording")
    return text
