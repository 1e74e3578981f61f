"""Ledger: what the page documents beside what a response shows, row by row and both ways. Total.

    for row in compare(outcome.exchange):
        print(row.what, row.documented, row.observed, row.verdict)

The status comes first, then the documented headers, the body, and last what the page does not list.
"""

from __future__ import annotations

import enum
import functools
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import fastjsonschema

from wemasy_kit.call.exchange import Exchange
from wemasy_kit.call.headers import count, http_date
from wemasy_kit.call.outcome import displayable
from wemasy_kit.contract.document import DocumentedHeader, DocumentedResponse, load


class Verdict(enum.StrEnum):
    """How the two sides of a row agree.

    AS_DOCUMENTED  there, and of the documented type
    MISSING        documented, and not there
    WRONG_TYPE     there, and of another type or more than once
    CONTRADICTS    of the right type, and at odds with the page's words
    UNDOCUMENTED   there, and not on the page
    """

    AS_DOCUMENTED = "as documented"
    MISSING = "missing"
    WRONG_TYPE = "wrong type"
    CONTRADICTS = "contradicts the page"
    UNDOCUMENTED = "undocumented"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the ledger, all of it text for people.

    Attributes:
        what: "Status", a header's name, "body", "body." and a field's name, or "Other headers".
        documented: What the page says of it: a type, with its example where it shows one.
        observed: What came, cleaned and shortened; "absent" where nothing did.
        verdict: How the two agree.
        explanation: What it means, or why it is nothing to worry about; None where the row says it all.
    """

    what: str
    documented: str
    observed: str
    verdict: Verdict
    explanation: str | None = None

    @property
    def differs(self) -> bool:
        """Whether the response is not what the page says.

        An explained extra is no difference: the page nowhere says that a response has nothing else.
        """
        extra = self.verdict is Verdict.UNDOCUMENTED and self.explanation is not None
        return self.verdict is not Verdict.AS_DOCUMENTED and not extra


def compare(exchange: Exchange) -> tuple[Row, ...]:
    """The documented page and one response, side by side; alike for a live one, the sandbox's and a replayed one.

    Whatever the response's status, headers and bytes are, there are rows, and nothing raises.
    """
    documented = load().response(exchange.status)
    seen = f"{exchange.status} {displayable(exchange.reason[:200], 60) or ''}".rstrip()
    verdict = Verdict.AS_DOCUMENTED if documented else Verdict.UNDOCUMENTED
    rows = [Row("Status", _listed(load().responses), seen, verdict)]
    if documented is not None:
        rows += [_header(exchange, header, documented) for header in documented.headers]
        rows += [*_content_type(exchange), *_body(exchange, documented)]
    elif exchange.body:
        no_table = f"The page does not list a {exchange.status}, so it says nothing about its body either."
        rows += [Row("body", _NOTHING, _start(exchange), Verdict.UNDOCUMENTED, no_table)]
    return (*rows, *_extra_headers(exchange))


def differences(rows: Iterable[Row]) -> int:
    """How many rows differ, see `Row.differs`: the number for a title."""
    return sum(row.differs for row in rows)


_ABSENT: Final = "absent"
_NOTHING: Final = "nothing"
_MOST: Final = 20  # rows of one sort; a response can bring thousands

# Differences that are known, and what they mean. Where the page is at odds with itself, contract.yaml has the words.
_UNCOUNTED: Final = (
    "A stock Laravel looks at the token before it counts the request, so its 401 costs nothing and has no rate-limit "
    "headers. The page does not call them required."
)
_BARE: Final = "A stock Laravel sends its errors as a message alone. The page does not call any field required."
_MEANINGS: Final[Mapping[tuple[int, str], str]] = {
    (401, "X-RateLimit-Limit"): _UNCOUNTED,
    (401, "X-RateLimit-Remaining"): _UNCOUNTED,
    (401, "body.error"): _BARE,
    (429, "body.error"): _BARE,
}
_RESET: Final = (
    "A stock Laravel adds it to a 429: the end of the window, in seconds since 1970. "
    "Retry-After says the same as a number of seconds to wait, and is documented."
)
_TWICE: Final = "It came more than once, and nobody can tell which one counts."
_DATE: Final = "HTTP allows a date here too (RFC 9110); a client that expects a number cannot read it, the kit can."
_MISNAMED: Final = "The body is JSON all the same, and the kit reads it; a client that goes by this header does not."
_NEGATIVE: Final = "It counts something, and is below zero."
_OVER_LIMIT: Final = "More requests are left than the limit allows."
_OTHERS: Final = "Any HTTP response may have these; they say nothing about the logout."
_EXTRA: Final = "Servers, proxies and frameworks add headers of their own; the page does not say that there are none."
_ANYWHERE: Final = frozenset(
    """
    accept-ranges age allow alt-svc cache-control cf-cache-status cf-ray connection content-encoding content-language
    content-length content-security-policy content-type cross-origin-opener-policy cross-origin-resource-policy date
    etag expires host keep-alive last-modified nel permissions-policy pragma referrer-policy report-to server
    server-timing strict-transport-security transfer-encoding vary via www-authenticate x-content-type-options
    x-frame-options x-powered-by x-request-id x-xss-protection
    """.split()
)


# Headers


_SPELLINGS: Final = {"integer": r"-?[0-9]+", "number": r"-?[0-9]+(?:\.[0-9]+)?", "boolean": r"true|false"}


def _header(exchange: Exchange, header: DocumentedHeader, documented: DocumentedResponse) -> Row:
    values = exchange.header_values(header.name)
    row = Row(
        what=header.name,
        documented=f"{header.type}, for example {header.example}",
        observed=_shown(", ".join(values)) if values else _ABSENT,
        verdict=Verdict.AS_DOCUMENTED,
    )
    if not values:
        return _missing(row, documented)
    if len(values) > 1:
        return replace(row, verdict=Verdict.WRONG_TYPE, explanation=_TWICE)
    value = values[0].strip(" \t")
    if header.type in _SPELLINGS and not re.fullmatch(_SPELLINGS[header.type], value):
        return replace(row, verdict=Verdict.WRONG_TYPE, explanation=None if http_date(value) is None else _DATE)
    if value.startswith("-") and value.strip("-0."):
        return replace(row, verdict=Verdict.CONTRADICTS, explanation=_NEGATIVE)
    if header.name == "X-RateLimit-Remaining":
        limit, remaining = count(exchange, "X-RateLimit-Limit"), count(exchange, header.name)
        if limit is not None and remaining is not None and remaining > limit:
            return replace(row, verdict=Verdict.CONTRADICTS, explanation=_OVER_LIMIT)
        if exchange.status == 429:
            return replace(row, explanation=_contradiction("same-numbers-everywhere"))
    return row


def _content_type(exchange: Exchange) -> list[Row]:
    """A row where JSON comes under another name, which decides nothing; a body that is no JSON has a row of its own."""
    named = ", ".join(exchange.header_values("Content-Type"))
    if not named or exchange.flaw is not None or re.search(r"(?i)[/+]json\b", named):
        return []
    return [Row("Content-Type", "application/json", _shown(named), Verdict.WRONG_TYPE, _MISNAMED)]


def _extra_headers(exchange: Exchange) -> list[Row]:
    """What is not on the page: a row each, but one for all that any HTTP response may have."""
    documented = load().response(exchange.status)
    spelled: dict[str, str] = {}
    for name, _ in exchange.headers:
        if documented is None or documented.header(name) is None:
            spelled.setdefault(name.lower(), name)
    anywhere = [key for key in spelled if key in _ANYWHERE or key.startswith("access-control-")]
    rows = [
        Row(
            what=_shown(name),
            documented=_NOTHING,
            observed=_shown(", ".join(exchange.header_values(name))),
            verdict=Verdict.UNDOCUMENTED,
            explanation=_why_extra(key),
        )
        for key, name in spelled.items()
        if key not in anywhere
    ]
    rows = _few(rows, "more headers")
    if anywhere:
        names = ", ".join(sorted(spelled[key] for key in anywhere))
        rows.append(Row("Other headers", _NOTHING, _shown(names, 200), Verdict.UNDOCUMENTED, _OTHERS))
    return rows


def _why_extra(name: str) -> str:
    if name == "x-ratelimit-reset":
        return _RESET
    others = [response for response in load().responses if response.header(name)]
    return f"The page lists it for another status ({_listed(others)})." if others else _EXTRA


# Body


def _body(exchange: Exchange, documented: DocumentedResponse) -> list[Row]:
    if isinstance(exchange.document, dict):
        return _fields(documented, exchange.document)
    row = Row("body", "a JSON object", _start(exchange), Verdict.WRONG_TYPE)
    if not exchange.body:
        return [replace(row, observed=_ABSENT, verdict=Verdict.MISSING)]
    return [replace(row, explanation=exchange.flaw and _shown(exchange.flaw, 200))]


def _fields(documented: DocumentedResponse, body: dict[str, Any]) -> list[Row]:
    rows = []
    for field in documented.fields:
        row = Row(f"body.{field.name}", field.type, _ABSENT, Verdict.AS_DOCUMENTED)
        if field.name in body:
            row = _field(replace(row, observed=_as_json(body[field.name])), documented, body[field.name])
        else:
            row = _missing(row, documented)
        rows.append(row)
    listed = {field.name for field in documented.fields}
    extra = [
        Row(f"body.{_shown(name, 40)}", _NOTHING, _as_json(value), Verdict.UNDOCUMENTED)
        for name, value in body.items()
        if name not in listed
    ]
    return [*rows, *_few(extra, "more fields")]


def _field(row: Row, documented: DocumentedResponse, value: object) -> Row:
    if not _fits(documented.status, row.what.removeprefix("body."), value):
        return replace(row, verdict=Verdict.WRONG_TYPE)
    if row.what == "body.error" and value is (documented.status < 400):
        says = "that something went wrong" if value else "that nothing went wrong"
        words = f"The page calls a {documented.status} “{documented.description}”, and this body says {says}."
        return replace(row, verdict=Verdict.CONTRADICTS, explanation=words)
    if value == []:
        return replace(row, explanation=_contradiction("data-is-a-list-of-strings"))
    return row


def _fits(status: int, field: str, value: object) -> bool:
    try:
        _check(status, field)(value)
    except fastjsonschema.JsonSchemaValueException:
        return False
    return True


@functools.cache
def _check(status: int, field: str) -> Callable[[object], object]:
    (schema,) = (response.schema["properties"][field] for response in load().responses if response.status == status)
    return fastjsonschema.compile(schema)


# Words


def _missing(row: Row, documented: DocumentedResponse) -> Row:
    field = row.what.partition("body.")[2]
    in_example = not field or documented.example is None or field in documented.example
    general = _contradiction("nothing-is-required" if in_example else "example-lacks-fields")
    return replace(row, verdict=Verdict.MISSING, explanation=_MEANINGS.get((documented.status, row.what), general))


def _contradiction(name: str) -> str | None:
    """What the page says at one of the places where it is at odds with itself, and what to make of it."""
    return next((f"{each.says} {each.explanation}" for each in load().contradictions if each.id == name), None)


def _few(rows: list[Row], rest: str) -> list[Row]:
    left = len(rows) - _MOST
    return rows if left <= 0 else [*rows[:_MOST], replace(rows[-1], what=f"{left} {rest}", observed="not shown")]


def _listed(responses: Iterable[DocumentedResponse]) -> str:
    *most, last = [str(response.status) for response in responses]
    return f"{', '.join(most)} or {last}" if most else last


def _as_json(value: object) -> str:
    return _shown(json.dumps(value, ensure_ascii=False))


def _start(exchange: Exchange) -> str:
    return _shown(exchange.body[:400].decode("utf-8", "replace"))


def _shown(text: str, limit: int = 80) -> str:
    # Cut first: cleaning looks at every character, and a header or a field can have thousands.
    return displayable(text[: limit * 8], limit) or "blank"
