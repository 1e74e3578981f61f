"""Reads `contract.yaml`, the facts of the documented page, into plain values."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml


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
    example: Mapping[str, object] | None
    schema: Mapping[str, Any]

    def header(self, name: str) -> DocumentedHeader | None:
        """The documented header of this name, in any case; None where the page lists none."""
        return next((header for header in self.headers if header.name.lower() == name.lower()), None)


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A place where the page contradicts itself or leaves a reader alone; only `explanation` goes beyond the page."""

    id: str
    where: str
    says: str
    explanation: str


@dataclass(frozen=True, slots=True)
class Contract:
    """All that the page says of its one endpoint.

    `group` and `title` are its headings, `auth` what it asks for, `samples` the request samples, letter by letter, by
    the page's label: "cURL", "JS", "PHP" and "Python".
    """

    group: str
    title: str
    description: str
    method: str
    base_url: str
    path: str
    auth: str
    responses: tuple[DocumentedResponse, ...]
    samples: Mapping[str, str]
    contradictions: tuple[Contradiction, ...]

    @property
    def url(self) -> str:
        """The whole address: the base URL and the path."""
        return self.base_url + self.path

    def response(self, status: int) -> DocumentedResponse | None:
        """The documented response of this status; None where the page lists none."""
        return next((response for response in self.responses if response.status == status), None)


@cache
def load() -> Contract:
    """The documented contract; read once."""
    root = _read()
    ((path, methods),) = root["paths"].items()
    ((method, operation),) = methods.items()
    (server,), (group,) = root["servers"], operation["tags"]
    return Contract(
        group=group,
        title=operation["summary"],
        description=operation["description"],
        method=method.upper(),
        base_url=server["url"],
        path=path,
        auth="Bearer token",
        responses=tuple(_response(int(status), held) for status, held in operation["responses"].items()),
        samples={each["label"]: each["source"] for each in operation["x-codeSamples"]},
        contradictions=tuple(Contradiction(**each) for each in root["x-contradictions"]),
    )


def document() -> dict[str, Any]:
    """The OpenAPI document as plain values; a fresh copy, free to change."""
    return copy.deepcopy(_read())


@cache
def _read() -> dict[str, Any]:
    text = Path(__file__).with_name("contract.yaml").read_text(encoding="utf-8")
    # The C parser is some ten times faster, and not there in the browser's Python.
    read: dict[str, Any] = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return read


def _response(status: int, held: dict[str, Any]) -> DocumentedResponse:
    body = held["content"]["application/json"]
    return DocumentedResponse(
        status=status,
        description=held["description"],
        headers=tuple(
            DocumentedHeader(name, _type(header["schema"]), header["description"], header["example"])
            for name, header in held["headers"].items()
        ),
        fields=tuple(
            DocumentedField(name, _type(schema), schema.get("description", ""))
            for name, schema in body["schema"]["properties"].items()
        ),
        example=body.get("example"),
        schema=body["schema"],
    )


def _type(schema: dict[str, Any]) -> str:
    """The type in the page's spelling: an array of string is "string[]"."""
    spelled: str = schema["type"]
    return _type(schema["items"]) + "[]" if spelled == "array" else spelled
