"""Page: the documented page as text. Tells what a contract holds, and what a saved copy of the page says otherwise.

Pure but for `read_page`. A copy is the text that a browser shows, from top to bottom, with one row of a table a line.
"""

from __future__ import annotations

import itertools
import json
import re
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from wemasy_kit.contract.document import Contract, DocumentedHeader, load
from wemasy_kit.errors import PageUnreadable

# What a page says, by place; in a place there may be more of them.
Facts: TypeAlias = "dict[str, str | Facts]"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between the contract and a copy of the page.

    Attributes:
        where: The place: "base URL", or "the 429, header Retry-After, type".
        was: What the contract has there, on one line; None where it has nothing.
        now: What the copy has there, on one line; None where it has nothing.
    """

    where: str
    was: str | None
    now: str | None

    def __str__(self) -> str:
        if self.was is None:
            return f"{self.where}: new, “{self.now}”"
        return f"{self.where}: was “{self.was}”, {'is gone' if self.now is None else f'is “{self.now}”'}"


def read_page(path: Path) -> str:
    """The text of a saved copy.

    Raises:
        PageUnreadable: The file cannot be read, or is no text.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise PageUnreadable(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise PageUnreadable(f"{path}: line {line} is not UTF-8; save the page as plain text") from None
    if text.lstrip().startswith("<"):
        raise PageUnreadable(f"{path} is HTML; copy the text that the browser shows, and save that")
    return text


def drift(text: str, contract: Contract | None = None) -> tuple[Change, ...]:
    """What a copy of the page says otherwise than the contract, in the page's order.

    Args:
        text: The copy, see `read_page`.
        contract: What to compare it with; None takes the shipped one.

    Raises:
        PageUnreadable: The text is no copy of an endpoint's page; the message names the line that is not there.
    """
    known = load() if contract is None else contract
    return tuple(_changes((), _facts(known), _read(text, known)))


def summary(contract: Contract) -> str:
    """What the page documents, and where it is at odds with itself, for a terminal."""
    lines = [f"{contract.group}: {contract.title}", f"{contract.method} {contract.url} ({contract.auth})"]
    lines += ["", *textwrap.wrap(contract.description, _WIDTH)]
    for answer in contract.answers:
        lines += ["", f"{answer.status} {answer.description}"]
        for header in answer.headers:
            lines += [f"  {header.name:<22} {header.type:<9} {header.description}, for example {header.example}"]
        lines += [f"  body.{field.name:<17} {field.type:<9} {field.description}".rstrip() for field in answer.fields]
        if answer.example is not None:
            lines += [f"  Example: {json.dumps(answer.example, ensure_ascii=False)}"]
    lines += ["", f"Request samples: {', '.join(sample.language for sample in contract.samples)}"]
    lines += ["", "Where the page is at odds with itself, or leaves its reader alone:"]
    for each in contract.contradictions:
        lines += textwrap.wrap(f"- {each.where}: {each.says}", _WIDTH, subsequent_indent="  ")
        lines += textwrap.wrap(each.explanation, _WIDTH, initial_indent="  ", subsequent_indent="  ")
    return "\n".join(lines)


_WIDTH: Final = 100


# Comparing


def _changes(way: tuple[str, ...], old: Facts, new: Facts) -> Iterator[Change]:
    for key in dict.fromkeys([*old, *new]):
        was, now, here = old.get(key, ""), new.get(key, ""), (*way, key)
        if isinstance(was, dict) and isinstance(now, dict):
            yield from _changes(here, was, now)
        elif isinstance(was, str) and isinstance(now, str) and was and now and "\n" in was + now:
            yield from _first_changed_line(key, was.split("\n"), now.split("\n"))
        elif was != now:
            yield Change(_visible(", ".join(here)), _told(was), _told(now))


def _first_changed_line(place: str, old: list[str], new: list[str]) -> Iterator[Change]:
    for number, (was, now) in enumerate(itertools.zip_longest(old, new), 1):
        if was != now:
            yield Change(f"{_visible(place)}, line {number}", was and _visible(was), now and _visible(now))
            return


def _told(facts: str | Facts) -> str | None:
    here = {"": facts} if isinstance(facts, str) else facts
    return _visible(", ".join(value if isinstance(value, str) else key for key, value in here.items() if value)) or None


def _visible(text: str) -> str:
    shown = "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
    return shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…"


_LONGEST: Final = 300


# The contract


def _facts(contract: Contract) -> Facts:
    facts: Facts = {
        "group": contract.group,
        "method": contract.method,
        "path": contract.path,
        "authentication": "Auth",  # the page's word for it
        "title": contract.title,
        "description": contract.description,
    }
    for answer in contract.answers:
        below: Facts = {"description": answer.description}
        for header in answer.headers:
            row: Facts = {"type": header.type, "description": header.description, "example": str(header.example)}
            below[f"header {header.name}"] = row
        for field in answer.fields:
            below[f"field {field.name}"] = {"type": field.type, "description": field.description}
        facts[f"the {answer.status}"] = below
    facts["base URL"] = contract.base_url
    for sample in contract.samples:
        facts[f"{sample.language} sample"] = sample.source
    example = next((answer.example for answer in contract.answers if answer.example is not None), None)
    facts["response example"] = "" if example is None else _canonical(example)
    facts["end of the page"] = "Try It Export"
    return facts


def _canonical(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


# The copy

_NO_COPY: Final = "this is no copy of the documented page: it has no {missing}"
_HEADINGS: Final = ("Responses", "Base URL", "Authentication", "Request Sample", "Response Example")
_ENDPOINT: Final = re.compile(r"(?P<method>[A-Z]+) (?P<path>/\S*)(?: (?P<auth>.+))?")
_HEADERS: Final = ("Headers", "HeaderTypeDescriptionExample")
_FIELDS: Final = "FieldTypeDescription"
_FIELD_ROW: Final = re.compile(r"\S+ (?:boolean|integer|number|string|object|array|null)(?:\[\])*(?: .*)?")


def _read(text: str, known: Contract) -> Facts:
    left = [line.rstrip() for line in text.splitlines()]
    sections = []
    for heading in _HEADINGS:
        if heading not in left:
            raise PageUnreadable(_NO_COPY.format(missing=f"line “{heading}” where one belongs"))
        at = left.index(heading)
        sections.append(left[:at])
        left = left[at + 1 :]
    head, responses, base_url, authentication, samples = sections
    end = left.index("Try It") if "Try It" in left else len(left)
    facts = _head(_filled(head), known) | _responses(_filled(responses), known)
    facts["base URL"] = " ".join(_filled(base_url))
    facts["below “Authentication”"] = " ".join(_filled(authentication))
    for language, lines in _samples(samples, known).items():
        facts[f"{language} sample"] = "\n".join(_trimmed(lines)) or "named, but nothing of it was found"
    facts["response example"] = _example("\n".join(left[:end]))
    facts["end of the page"] = " ".join(_filled(left[end:]))
    return facts


def _filled(lines: Iterable[str]) -> list[str]:
    return [" ".join(line.split()) for line in lines if line.strip()]


def _trimmed(lines: list[str]) -> list[str]:
    filled = [index for index, line in enumerate(lines) if line.strip()]
    return lines[filled[0] : filled[-1] + 1] if filled else []


def _example(text: str) -> str:
    try:
        return _canonical(json.loads(text))
    except (ValueError, RecursionError):
        return " ".join(text.split())


def _head(lines: list[str], known: Contract) -> Facts:
    endpoints = [(at, found) for at, line in enumerate(lines) if (found := _ENDPOINT.fullmatch(line))]
    if not endpoints:
        raise PageUnreadable(_NO_COPY.format(missing="line like “POST /path” above “Responses”"))
    at, endpoint = endpoints[-1]
    above, below = lines[:at], lines[at + 1 :]
    # One line alone is a title, unless it is known to be the description.
    title = below.pop(0) if below and below[0] != known.description else ""
    return {
        "above the group": " ".join(above[:-1]),
        "group": above[-1] if above else "",
        "method": endpoint["method"],
        "path": endpoint["path"],
        "authentication": endpoint["auth"] or "",
        "title": title,
        "description": " ".join(below),
    }


def _responses(lines: list[str], known: Contract) -> Facts:
    """The statuses stand in a list, and what belongs to each below it, in the same order and without the number."""
    statuses = list(itertools.takewhile(re.compile("[1-5][0-9][0-9]").fullmatch, lines))
    stray, *blocks = _blocks(lines[len(statuses) :])
    facts: Facts = {"above the first answer": " ".join(stray)}
    described = {answer.description: str(answer.status) for answer in known.answers}
    waiting = [*statuses]
    in_order = len(statuses) == len(blocks)
    for block in blocks:
        status = waiting[0] if in_order else described.get(block[0], "")
        if status in waiting:
            waiting.remove(status)
            facts[_free(facts, f"the {status}")] = _answer(block, known, status)
        else:
            name = f"the {status}" if status else f"an answer, “{block[0]}”"
            facts[_free(facts, name)] = "described, but not listed"
    for status in waiting:
        facts[_free(facts, f"the {status}")] = "listed, but not described"
    return facts


def _blocks(lines: list[str]) -> list[list[str]]:
    """The lines of each answer, its description first; before them all the lines that belong to none."""
    blocks: list[list[str]] = [[]]
    for line in lines:
        current = blocks[-1]
        is_new = (
            line == _HEADERS[0]
            or (line == _HEADERS[1] and current[-1:] != [_HEADERS[0]])
            or (line == _FIELDS and (len(blocks) == 1 or _FIELDS in current))
        )
        if is_new:
            has_description = (
                current and current[-1] not in (*_HEADERS, _FIELDS) and not _FIELD_ROW.fullmatch(current[-1])
            )
            blocks.append([current.pop() if has_description else ""])
        blocks[-1].append(line)
    return blocks


def _answer(block: list[str], known: Contract, status: str) -> Facts:
    description, *lines = block
    facts: Facts = {"description": description}
    answer = known.answer(int(status)) if status else None
    table = ""
    for line in lines:
        name, _, rest = line.partition(" ")
        type_, _, rest = rest.partition(" ")
        if line in (*_HEADERS, _FIELDS):
            table = line
        elif table in _HEADERS:
            words, example = _cut_example(rest, answer.header(name) if answer else None)
            row: Facts = {"type": type_, "description": words, "example": example}
            facts[_free(facts, f"header {name}")] = row
        else:
            facts[_free(facts, f"field {name}")] = {"type": type_, "description": rest}
    return facts


def _cut_example(text: str, known: DocumentedHeader | None) -> tuple[str, str]:
    """A description and the example behind it: what follows the known words, else a last word with a digit in it."""
    if known and f"{text} ".startswith(f"{known.description} "):
        return known.description, text[len(known.description) + 1 :]
    words, _, last = text.rpartition(" ")
    return (words, last) if re.search("[0-9]", last) else (text, "")


def _free(facts: Facts, name: str) -> str:
    return f"{name} again" if name in facts else name


def _samples(lines: list[str], known: Contract) -> dict[str, list[str]]:
    """The samples by language. On the page they follow each other without a mark, so those that are still what they
    were are found first, and what lies between two of them belongs to the languages between the two."""
    lines = _trimmed(lines)
    languages = list(itertools.takewhile(_is_language, lines))
    lines = lines[len(languages) :]
    found: dict[str, list[str]] = {}
    waiting: list[str] = []
    sources = {sample.language: sample.source.split("\n") for sample in known.samples}
    for number, language in enumerate(languages):
        language = language if language not in languages[:number] else f"{language} again"
        source = sources.get(language)
        at = None if source is None else _index(lines, source)
        if source is None or at is None:
            waiting.append(language)
            continue
        _share_out(lines[:at], waiting, found)
        found[language], lines, waiting = source, lines[at + len(source) :], []
    _share_out(lines, waiting, found)
    return found


def _is_language(line: str) -> bool:
    """One or two words, and not the first line of a program."""
    return bool(re.fullmatch(_LANGUAGE, line)) and not any(re.match(each, line) for each in _BEGINNINGS.values())


def _index(lines: list[str], wanted: list[str]) -> int | None:
    size = len(wanted)
    return next((at for at in range(len(lines) - size + 1) if lines[at : at + size] == wanted), None)


_LANGUAGE: Final = r"[A-Za-z][\w.+#-]*(?: [A-Za-z][\w.+#-]*)?"
_BEGINNINGS: Final = {"JS": r"(?:await |const .*)?fetch\(", "PHP": r"\$|<\?php", "Python": r"import |from "}


def _share_out(lines: list[str], languages: list[str], found: dict[str, list[str]]) -> None:
    """Give lines to the languages that wait for theirs; where none does, to the sample before."""
    if not languages and found and _trimmed(lines):
        found[[*found][-1]] = [*found[[*found][-1]], *lines]
    for language, following in itertools.zip_longest(languages, languages[1:]):
        beginning = _BEGINNINGS.get(following) if following else None
        starts = (at for at, line in enumerate(lines) if at and beginning and re.match(beginning, line))
        end = next(starts, len(lines))
        found[language], lines = lines[:end], lines[end:]
