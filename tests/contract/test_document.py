"""The contract against the page's own text, read here by a second parser that shares nothing with the package."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from wemasy_kit.contract import document as contract
from wemasy_kit.errors import ContractError
from wemasy_kit.sources import yaml_text

PAGE = (Path(__file__).parent.parent / "data" / "logout-page.txt").read_text(encoding="utf-8")
LINES = PAGE.splitlines()
STATUSES = [200, 401, 429]
POST = ("paths", "/services/webshop/v1/customer/auth/logout", "post")


def between(start: str, end: str) -> list[str]:
    return LINES[LINES.index(start) + 1 : LINES.index(end)]


def page_blocks() -> dict[int, dict[str, Any]]:
    """What the page says under each status: its description, header rows and field rows."""
    _, *listed = (line for line in between("Responses", "Base URL"))
    statuses = [int(line) for line in listed if line.isdigit()]
    rows = [line for line in listed if not line.isdigit()]
    starts = [index - 1 for index, row in enumerate(rows) if row == "Headers"]
    blocks = {}
    for status, (start, end) in zip(statuses, itertools.pairwise([*starts, len(rows)]), strict=True):
        block = rows[start:end]
        table = block.index("FieldTypeDescription")
        assert block[1:3] == ["Headers", "HeaderTypeDescriptionExample"]
        blocks[status] = {
            "description": block[0],
            "headers": [re.fullmatch(r"(\S+) (\S+) (.+) (\d+)", row).groups() for row in block[3:table]],
            "fields": [tuple(f"{row}  ".split(" ", 2)) for row in block[table + 1 :]],
        }
    return blocks


def page_samples() -> dict[str, str]:
    """The samples follow each other without a heading, in the order in which the page lists their languages."""
    listed = between("Request Sample", "Response Example")
    names, text = listed[:4], "\n".join(listed[4:])
    sources = re.split(r"\n(?=fetch\(|\$response = |import )", text)
    return dict(zip(names, sources, strict=True))


def leaves(value: object, *way: str | int) -> Iterator[tuple[tuple[str | int, ...], object]]:
    """Every value of a document that holds no others, and every key, with the way there."""
    if isinstance(value, dict):
        for key, below in value.items():
            yield (*way, key), key
            yield from leaves(below, *way, key)
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from leaves(below, *way, index)
    else:
        yield way, value


def places(value: object, *way: str | int) -> Iterator[tuple[str | int, ...]]:
    """The ways to everything in a document, itself left out."""
    keys = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield (*way, key)
        yield from places(value[key], *way, key)  # type: ignore[index]


def spelled(way: tuple[str | int, ...]) -> str:
    """A way as the reader spells it: paths./out.post.tags[0]."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in way)[1:]


def changed(way: tuple[str | int, ...], *new: object) -> dict[str, Any]:
    """The shipped document with what stands at a place replaced, or deleted if nothing new is given."""
    document = holder = contract.document()
    for key in way[:-1]:
        holder = holder[key]
    if new:
        holder[way[-1]] = new[0]
    else:
        del holder[way[-1]]
    return document


def complaint(path: Path, content: bytes | dict[str, Any]) -> str | None:
    """What the reader says of a contract, without the file's name that stands first; None if it reads it."""
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    try:
        contract.load(path)
    except ContractError as error:
        line = str(error)
    else:
        return None
    assert line.startswith(f"{path}: ")
    assert line.isprintable()
    return line.removeprefix(f"{path}: ")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "foreign.yaml"


# The page


def test_the_parser_of_this_file_finds_the_whole_page():
    # Without this, a parser that finds nothing would agree with a contract that holds nothing.
    assert [len(block["headers"]) for block in page_blocks().values()] == [2, 2, 3]
    assert [len(block["fields"]) for block in page_blocks().values()] == [3, 2, 2]
    assert [source.count("\n") for source in page_samples().values()] == [2, 6, 3, 7]


def test_the_heading_of_the_page_is_the_heading_of_the_contract():
    group, line, _, title, _, description = LINES[:6]
    stated = contract.load()
    assert (stated.group, stated.title, stated.description) == (group, title, description)
    assert line == f"{stated.method} {stated.path} Auth"


def test_the_base_url_is_the_page_s():
    assert [contract.load().base_url] == between("Base URL", "Authentication")


def test_the_whole_address_is_the_one_in_every_sample():
    assert all(contract.load().url in source for source in page_samples().values())


def test_the_authentication_is_the_one_that_the_401_and_the_samples_name():
    kind = contract.load().auth
    assert kind == "Bearer token"
    assert kind in page_blocks()[401]["description"]


def test_the_contract_lists_the_page_s_statuses_in_the_page_s_order():
    assert [answer.status for answer in contract.load().answers] == list(page_blocks()) == STATUSES


@pytest.mark.parametrize("status", STATUSES)
def test_an_answer_is_described_in_the_page_s_words(status: int):
    assert contract.load().answer(status).description == page_blocks()[status]["description"]


@pytest.mark.parametrize("status", STATUSES)
def test_an_answer_has_the_page_s_headers_with_type_description_and_example(status: int):
    rows = [(h.name, h.type, h.description, str(h.example)) for h in contract.load().answer(status).headers]
    assert rows == page_blocks()[status]["headers"]


@pytest.mark.parametrize("status", STATUSES)
def test_an_answer_has_the_page_s_fields_with_type_and_description(status: int):
    rows = [(field.name, field.type, field.description) for field in contract.load().answer(status).fields]
    assert rows == [(name, type_, description.strip()) for name, type_, description in page_blocks()[status]["fields"]]


def test_the_response_example_is_the_page_s_and_stands_under_the_200_only():
    shown = json.loads("\n".join(between("Response Example", "Try It")))
    assert [answer.example for answer in contract.load().answers] == [shown, None, None]


def test_the_samples_are_the_page_s_letter_by_letter():
    assert {sample.language: sample.source for sample in contract.load().samples} == page_samples()


def test_every_line_of_the_page_is_a_heading_or_a_part_of_the_contract():
    headings = {
        *("Responses", "Headers", "HeaderTypeDescriptionExample", "FieldTypeDescription", "Base URL"),
        *("Authentication", "Request Sample", "Response Example", "Try It", "Export"),
    }
    stated = contract.load()
    held = {stated.group, f"{stated.method} {stated.path} Auth", stated.title, stated.description, stated.base_url}
    for answer in stated.answers:
        held |= {str(answer.status), answer.description}
        held |= {f"{header.name} {header.type} {header.description} {header.example}" for header in answer.headers}
        held |= {f"{field.name} {field.type} {field.description}".strip() for field in answer.fields}
    for sample in stated.samples:
        held |= {sample.language, *sample.source.splitlines()}
    held |= set(json.dumps(stated.answer(200).example, indent=4).splitlines())
    assert set(filter(None, LINES)) == headings | held - {""}


def test_the_contract_says_nothing_that_the_page_does_not():
    openapi = {  # the words of the format itself
        *("openapi", "3.1.0", "info", "title", "version", "servers", "url", "tags", "name", "paths", "summary"),
        *("description", "security", "content", "application/json", "schema", "object", "properties", "array", "items"),
        *("x-codeSamples", "lang", "label", "source", "Shell", "JavaScript"),
        *("components", "securitySchemes", "http", "scheme"),
    }
    document = contract.document()
    del document["x-contradictions"]
    said = [str(value) for _, value in leaves(document)]
    words = PAGE.lower()
    assert [text for text in said if text not in openapi and text.lower() not in words] == []


# The contradictions


def test_each_contradiction_has_a_name_a_place_and_an_explanation():
    marked = contract.load().contradictions
    assert [mark.id for mark in marked] == [
        "example-lacks-fields",
        "same-numbers-everywhere",
        "data-is-a-list-of-strings",
        "samples-ignore-the-status",
        "nothing-is-required",
    ]
    assert all(mark.where and mark.says and len(mark.explanation.split()) > 10 for mark in marked)


def test_the_example_of_the_page_lacks_two_fields_of_its_table():
    fields = {name for name, *_ in page_blocks()[200]["fields"]}
    assert fields - set(json.loads("\n".join(between("Response Example", "Try It")))) == {"error", "data"}


def test_the_numbers_of_the_page_are_the_same_in_every_block():
    for block in page_blocks().values():
        shown = {name: example for name, *_, example in block["headers"]}
        assert shown.items() <= {"X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "57", "Retry-After": "60"}.items()
        assert shown["X-RateLimit-Remaining"] == "57"


def test_the_data_of_the_page_is_a_list_of_strings_and_an_empty_list_fits():
    assert page_blocks()[200]["fields"][-1][:2] == ("data", "string[]")
    assert contract.load().answer(200).schema["properties"]["data"] == {"type": "array", "items": {"type": "string"}}


@pytest.mark.parametrize("language", ["cURL", "JS", "PHP", "Python"])
def test_no_sample_of_the_page_looks_at_the_status(language: str):
    source = page_samples()[language]
    looks = r"status|\bok\b|throw|successful|failed|--fail|-[a-zA-Z]*[fi]\b|--include|http_code"
    assert not re.search(looks, source)


def test_neither_the_page_nor_the_contract_calls_anything_required():
    document = contract.document()
    del document["x-contradictions"]
    assert not re.search("required|optional", PAGE + json.dumps(document), re.IGNORECASE)


# The document


def test_the_document_is_valid_openapi_3_1():
    # Imported here: it takes more than a second, which every run of any test would pay.
    from openapi_spec_validator import OpenAPIV31SpecValidator  # noqa: PLC0415

    OpenAPIV31SpecValidator(contract.document()).validate()


def test_other_readers_of_the_document_find_the_same_names():
    document = contract.document()
    assert document["info"]["title"] == document["tags"][0]["name"] == contract.load().group
    highlighted = [sample["lang"] for sample in document["paths"][POST[1]]["post"]["x-codeSamples"]]
    assert highlighted == ["Shell", "JavaScript", "PHP", "Python"]


@pytest.mark.parametrize("status", STATUSES)
def test_the_schema_of_a_body_is_an_object_of_the_documented_fields(status: int):
    answer = contract.load().answer(status)
    assert answer.schema["type"] == "object"
    assert list(answer.schema["properties"]) == [field.name for field in answer.fields]


def test_each_copy_of_the_document_is_free_to_change():
    contract.document()["paths"].clear()
    assert contract.document()["paths"]


def test_the_shipped_contract_is_read_once():
    assert contract.load() is contract.load()


def test_a_copy_of_the_file_says_the_same(file: Path):
    file.write_text(json.dumps(contract.document()), encoding="utf-8")
    assert contract.load(file) == contract.load()


def test_a_contract_can_be_a_key_and_cannot_be_changed():
    assert {contract.load(): "found"}[contract.load()] == "found"
    with pytest.raises(AttributeError):
        contract.load().title = "Log in customer"


def test_a_header_is_found_in_any_case():
    answer = contract.load().answer(429)
    assert answer.header("retry-after") is answer.header("RETRY-AFTER") is answer.headers[2]


def test_what_the_page_does_not_list_is_not_found():
    assert contract.load().answer(418) is None
    assert contract.load().answer(200).header("Retry-After") is None


def test_the_description_of_a_field_is_read_where_there_is_one(file: Path):
    way = (*POST, "responses", "200", "content", "application/json", "schema", "properties", "message", "description")
    file.write_text(json.dumps(changed(way, "What happened.")), encoding="utf-8")
    assert contract.load(file).answer(200).fields[1].description == "What happened."


# Broken and foreign files

LIMIT = (*POST, "responses", "200", "headers", "X-RateLimit-Limit")


@pytest.mark.parametrize(
    ("way", "new", "said"),
    [
        (("openapi",), "3.0.4", "openapi is not version 3.1"),
        (("openapi",), 3.1, "openapi is a float, not text"),
        (("paths",), {}, "paths has 0 entries, and exactly one is expected"),
        (("paths",), {"/in": {}, "/out": {}}, "paths has 2 entries, and exactly one is expected"),
        (("servers",), [], "servers has 0 entries, and exactly one is expected"),
        (("servers", 0), "https://example.org", "servers[0] is text, not a mapping"),
        (("components", "securitySchemes", "Auth", "scheme"), "basic", "components.securitySchemes.Auth.scheme is not"),
        ((*POST, "summary"), None, f"{spelled(POST)}.summary is empty, not text"),
        ((*POST, "security", 0), {"Key": []}, "components.securitySchemes.Key is missing"),
        ((*POST, "x-codeSamples", 2, "source"), ["curl"], f"{spelled(POST)}.x-codeSamples[2].source is a list, not"),
        ((*POST, "responses", "4XX"), {}, f"{spelled(POST)}.responses.4XX is not a status of three digits"),
        ((*LIMIT, "example"), "60", f"{spelled(LIMIT)}.example is text, not a whole number"),
        ((*LIMIT, "example"), True, f"{spelled(LIMIT)}.example is true or false, not a whole number"),
        ((*LIMIT, "schema", "type"), ["integer"], f"{spelled(LIMIT)}.schema.type is a list, not text"),
        ((*LIMIT, "schema", "type"), "array", f"{spelled(LIMIT)}.schema.items is missing"),
        (("x-contradictions",), {}, "x-contradictions is a mapping, not a list"),
    ],
)
def test_a_wrong_value_is_named_by_its_place(way: tuple[str | int, ...], new: object, said: str, file: Path):
    assert complaint(file, changed(way, new)).startswith(said)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the document is empty, not a mapping"),
        (b"- openapi\n", "the document is a list, not a mapping"),
        (b"just words", "the document is text, not a mapping"),
        (b"interactions: []\nversion: 1\n", "openapi is missing"),
        (b"openapi: 3.1.0\npaths: [\n", "line 3, column 1 is not YAML: "),
        (b"openapi: 3.1.0\n\tpaths: x\n", "line 2, column 1 is not YAML: "),
        (b"openapi: 3.1.0\n---\nopenapi: 3.1.0\n", "line 2, column 1 is not YAML: "),
        (b"openapi: 3.1.0\ntitle: caf\xe9\n", "line 2 is not UTF-8"),
        ("openapi: 3.1.0".encode("utf-16"), "line 1 is not UTF-8"),
        (b"openapi: \x00", "is not YAML: ReaderError: "),
        (b"openapi: !!python/object/apply:os.getpid []", "line 1, column 10 is not YAML: "),
        (b"openapi: !!bool perhaps", "is not YAML: KeyError: "),
        (b"openapi: !!timestamp today", "is not YAML: AttributeError: "),
        (b"openapi: !!int ''", "is not YAML: IndexError: "),
        (b"openapi: 3.1.0\npaths: &self [*self]\n", "line 2 has an alias; write the value out"),
        (b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "line 2 has an alias; write the value out"),
        (b"a: &a {x: 1}\nb: {<<: [*a, *a]}\n", "line 2 has an alias; write the value out"),
        (b"[" * 100_000 + b"]" * 100_000, "line 1 is nested too deep"),
        (b"- " * 10_000, "line 1 is nested too deep"),
        (b'openapi: 3.1.0\npaths: {"/a\\nb": {"post": 1}}\n', "paths./a b.post is a whole number, not a mapping"),
        (b"openapi: 3.1.0\npaths: {1: {}}\n", "paths has a key that is a whole number, not text; quote it"),
    ],
    ids=lambda value: value[:20] if isinstance(value, bytes) else "",
)
def test_a_foreign_file_gets_one_clear_line(content: bytes, said: str, file: Path):
    assert complaint(file, content).startswith(said)


def test_a_missing_file_is_named(file: Path):
    with pytest.raises(ContractError, match=re.escape(f"{file}: cannot be read: No such file or directory")):
        contract.load(file)


def test_a_folder_is_no_contract(tmp_path: Path):
    with pytest.raises(ContractError, match="cannot be read"):
        contract.load(tmp_path)


def test_a_byte_order_mark_is_no_fault(file: Path):
    file.write_text(json.dumps(contract.document()), encoding="utf-8-sig")
    assert contract.load(file) == contract.load()


def test_the_parser_without_c_reads_and_refuses_the_same(file: Path, monkeypatch: pytest.MonkeyPatch):
    file.write_text(json.dumps(contract.document()), encoding="utf-8")
    monkeypatch.setattr(yaml_text, "_LOADER", yaml.SafeLoader)
    assert contract.load(file) == contract.load()
    assert complaint(file, b"[" * 100_000).startswith("line 1 is nested too deep")
    assert complaint(file, b'"\\U00110000"').startswith("is not YAML: ValueError: ")
    assert complaint(file, b'"\\ud800": 1').startswith("openapi is missing")


def test_whatever_is_deleted_the_contract_is_read_or_refused_with_the_place(file: Path):
    unneeded = set()
    for way in places(contract.document()):
        said = complaint(file, changed(way))
        if said is None:
            unneeded.add(way[-1])
        else:
            lone = f"{spelled(way[:-1])} has 0 entries, and exactly one is expected"
            assert said in (f"{spelled(way)} is missing", lone)
    rows = {0, 1, 2, 3, 4, "200", "401", "429", "error", "message", "data"}
    headers = {"X-RateLimit-Limit", "X-RateLimit-Remaining", "Retry-After"}
    only_for_other_readers = {"info", "title", "version", "tags", "name", "lang"}
    assert unneeded - rows - headers - only_for_other_readers == {"type", "example"}  # of the object, of the 200


@pytest.mark.parametrize("new", [None, "x", [], {"x": "x"}], ids=repr)
def test_whatever_is_replaced_the_contract_is_read_or_refused_in_one_line(new: object, file: Path):
    answers = [complaint(file, changed(way, new)) for way in places(contract.document())]
    assert any(answers)
