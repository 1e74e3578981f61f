"""Reads `contract.yaml`, the facts of the documented page, into plain values; the only I/O is that file."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from wemasy_kit.errors import ContractError
from wemasy_kit.sources.yaml_text import Spot, read_yaml

_SHIPPED = Path(__file__).with_name("contract.yaml")


@dataclass(frozen=True, slots=True)
class DocumentedHeader:
    """A row of a header table: the type in the page's spelling, the example as a number."""

    name: str
    type: str
    description: str
    example: int


@dataclass(frozen=True, slots=True)
class DocumentedField:
    """A row of a field table: the type in the page's spelling ("string[]"); the description is "" where it has none."""

    name: str
    type: str
    description: str


@dataclass(frozen=True, slots=True)
class DocumentedResponse:
    """One documented response. `example` is None where the page shows none; `schema` is the body's JSON Schema."""

    status: int
    description: str
    headers: tuple[DocumentedHeader, ...]
    fields: tuple[DocumentedField, ...]
    example: Mapping[str, object] | None = field(hash=False)
    schema: Mapping[str, object] = field(hash=False)

    def header(self, name: str) -> DocumentedHeader | None:
        """The documented header of this name, in any case; None where the page lists none."""
        return next((header for header in self.headers if header.name.lower() == name.lower()), None)


@dataclass(frozen=True, slots=True)
class Sample:
    """A request sample, letter by letter. `language` is the page's label: "cURL", "JS", "PHP" or "Python"."""

    language: str
    source: str


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A place where the page contradicts itself or leaves a reader alone; only `explanation` goes beyond the page."""

    id: str
    where: str
    says: str
    explanation: str


@dataclass(frozen=True, slots=True)
class Contract:
    """All that the page says of its one endpoint. `group` and `title` are its headings, `auth` what it asks for."""

    group: str
    title: str
    description: str
    method: str
    base_url: str
    path: str
    auth: str
    answers: tuple[DocumentedResponse, ...]
    samples: tuple[Sample, ...]
    contradictions: tuple[Contradiction, ...]

    @property
    def url(self) -> str:
        """The whole address: the base URL and the path."""
        return self.base_url + self.path

    def answer(self, status: int) -> DocumentedResponse | None:
        """The documented answer of this status; None where the page lists none."""
        return next((answer for answer in self.answers if answer.status == status), None)


def load(path: Path | None = None) -> Contract:
    """The documented contract: the shipped one, which is read once, or that of another file, read each time.

    Raises:
        ContractError: The file cannot be read, or is no contract. One line, with the file and the place in it.
    """
    return _shipped()[1] if path is None else _contract(_read(path))


def document() -> dict[str, Any]:
    """The shipped OpenAPI document as plain values; a fresh copy, free to change."""
    return copy.deepcopy(_shipped()[0])


@cache
def _shipped() -> tuple[dict[str, Any], Contract]:
    root = _read(_SHIPPED)
    return root.of(dict), _contract(root)


def _read(file: Path) -> Spot:
    try:
        return read_yaml(file, document=str(file), refusal=ContractError)
    except OSError as error:
        raise ContractError(f"{file}: cannot be read: {error.strerror}") from None


def _contract(root: Spot) -> Contract:
    if not root.text("openapi").startswith("3.1."):
        raise root["openapi"].error("is not version 3.1")
    path, methods = root["paths"].only_entry()
    method, operation = methods.only_entry()
    scheme, _ = operation["security"].only_item().only_entry()
    authorization = root["components"]["securitySchemes"][scheme]["scheme"]
    if authorization.of(str) != "bearer":
        raise authorization.error("is not bearer")
    return Contract(
        group=operation["tags"].only_item().of(str),
        title=operation.text("summary"),
        description=operation.text("description"),
        method=method.upper(),
        base_url=root["servers"].only_item().text("url"),
        path=path,
        auth="Bearer token",
        answers=tuple(_answer(status, spot) for status, spot in operation["responses"].entries()),
        samples=tuple(Sample(at.text("label"), at.text("source")) for at in operation["x-codeSamples"].items()),
        contradictions=tuple(
            Contradiction(at.text("id"), at.text("where"), at.text("says"), at.text("explanation"))
            for at in root["x-contradictions"].items()
        ),
    )


def _answer(status: str, spot: Spot) -> DocumentedResponse:
    if not re.fullmatch("[1-5][0-9][0-9]", status):
        raise spot.error("is not a status of three digits")
    body = spot["content"]["application/json"]
    return DocumentedResponse(
        status=int(status),
        description=spot.text("description"),
        headers=tuple(
            DocumentedHeader(name, _type(header["schema"]), header.text("description"), header["example"].of(int))
            for name, header in spot["headers"].entries()
        ),
        fields=tuple(
            DocumentedField(name, _type(value), value.text("description") if "description" in value.of(dict) else "")
            for name, value in body["schema"]["properties"].entries()
        ),
        example=body["example"].of(dict) if "example" in body.of(dict) else None,
        schema=body["schema"].of(dict),
    )


def _type(schema: Spot) -> str:
    """The type in the page's spelling: an array of string is "string[]"."""
    brackets = ""
    while schema.text("type") == "array":
        schema, brackets = schema["items"], f"{brackets}[]"
    return schema.text("type") + brackets
