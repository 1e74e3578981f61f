"""The contract against the page's own text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.contract.page import LINES, PAGE, between, blocks, example, sources
from wemasy_kit.contract import document as module
from wemasy_kit.contract.document import DocumentedResponse, document, load

STATED = load()


def response(status: int) -> DocumentedResponse:
    found = STATED.response(status)
    assert found is not None
    return found


def texts(value: object) -> Iterator[str]:
    """Every key, and every value that holds no others."""
    if isinstance(value, dict):
        yield from value
    for below in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from texts(below)
    if not isinstance(value, dict | list):
        yield str(value)


def without_contradictions() -> dict[str, object]:
    return {key: value for key, value in document().items() if key != "x-contradictions"}


# --- The page


def test_the_parser_of_the_tests_finds_the_whole_page() -> None:
    # Without this, a parser that finds nothing would agree with a contract that holds nothing.
    assert [(len(block.headers), len(block.fields)) for block in blocks().values()] == [(2, 3), (2, 2), (3, 2)]
    assert [source.count("\n") for source in sources().values()] == [2, 6, 3, 7]


def test_the_heading_of_the_page_is_the_heading_of_the_contract() -> None:
    group, line, _, title, _, description = LINES[:6]

    assert (STATED.group, STATED.title, STATED.description) == (group, title, description)
    assert line == f"{STATED.method} {STATED.path} Auth"


def test_the_address_is_the_page_s_base_url_and_the_one_in_every_sample() -> None:
    assert [STATED.base_url] == between("Base URL", "Authentication")
    assert all(STATED.url in source for source in sources().values())


def test_the_authentication_is_the_one_that_the_401_names_and_the_samples_send() -> None:
    assert STATED.auth == "Bearer token"
    assert STATED.auth in blocks()[401].description
    assert document()["components"]["securitySchemes"]["Auth"] == {"type": "http", "scheme": "bearer"}


def test_the_responses_have_the_page_s_order_descriptions_headers_and_fields() -> None:
    assert [each.status for each in STATED.responses] == list(blocks())
    for each in STATED.responses:
        headers = [(header.name, header.type, header.description, str(header.example)) for header in each.headers]
        fields = [(field.name, field.type, field.description) for field in each.fields]
        assert (each.description, headers, fields) == blocks()[each.status]


def test_the_response_example_is_the_page_s_and_stands_under_the_200_only() -> None:
    assert [each.example for each in STATED.responses] == [example(), None, None]


def test_the_samples_are_the_page_s_letter_by_letter() -> None:
    assert STATED.samples == sources()


def test_every_line_of_the_page_is_a_heading_or_a_part_of_the_contract() -> None:
    headings = {
        *("Responses", "Headers", "HeaderTypeDescriptionExample", "FieldTypeDescription", "Base URL"),
        *("Authentication", "Request Sample", "Response Example", "Try It", "Export"),
    }
    held = {STATED.group, f"{STATED.method} {STATED.path} Auth", STATED.title, STATED.description, STATED.base_url}
    for each in STATED.responses:
        held |= {str(each.status), each.description}
        held |= {f"{header.name} {header.type} {header.description} {header.example}" for header in each.headers}
        held |= {f"{field.name} {field.type} {field.description}".strip() for field in each.fields}
    for language, source in STATED.samples.items():
        held |= {language, *source.splitlines()}
    held |= set(json.dumps(response(200).example, indent=4).splitlines())

    assert set(filter(None, LINES)) == headings | held - {""}


def test_the_contract_says_nothing_that_the_page_does_not() -> None:
    openapi = {  # the words of the format itself
        *("openapi", "3.1.0", "info", "title", "version", "servers", "url", "tags", "name", "paths", "summary"),
        *("description", "security", "content", "application/json", "schema", "object", "properties", "array", "items"),
        *("x-codeSamples", "lang", "label", "source", "Shell", "JavaScript"),
        *("components", "securitySchemes", "http", "scheme"),
    }

    said = set(texts(without_contradictions())) - openapi
    assert [text for text in said if text.lower() not in PAGE.lower()] == []


# --- The contradictions


def test_each_contradiction_has_a_name_a_place_and_an_explanation() -> None:
    assert [mark.id for mark in STATED.contradictions] == [
        "example-lacks-fields",
        "same-numbers-everywhere",
        "data-is-a-list-of-strings",
        "samples-ignore-the-status",
        "nothing-is-required",
    ]
    assert all(mark.where and mark.says and len(mark.explanation.split()) > 10 for mark in STATED.contradictions)


def test_the_example_of_the_page_lacks_two_fields_of_its_table() -> None:
    assert {name for name, *_ in blocks()[200].fields} - set(example()) == {"error", "data"}


def test_the_numbers_of_the_page_are_the_same_in_every_block() -> None:
    numbers = {(name, example) for block in blocks().values() for name, _, _, example in block.headers}

    assert numbers == {("X-RateLimit-Limit", "60"), ("X-RateLimit-Remaining", "57"), ("Retry-After", "60")}


@pytest.mark.parametrize("language", ["cURL", "JS", "PHP", "Python"])
def test_no_sample_of_the_page_looks_at_the_status(language: str) -> None:
    looks = r"status|\bok\b|throw|successful|failed|--fail|-[a-zA-Z]*[fi]\b|--include|http_code"

    assert not re.search(looks, sources()[language])


def test_neither_the_page_nor_the_contract_calls_anything_required() -> None:
    assert not re.search("required|optional", PAGE + json.dumps(without_contradictions()), re.IGNORECASE)


# --- The document


def test_the_document_is_valid_openapi_3_1() -> None:
    # Imported here: it takes more than a second, which every run of any test would pay.
    from openapi_spec_validator import OpenAPIV31SpecValidator  # noqa: PLC0415

    OpenAPIV31SpecValidator(document()).validate()


def test_other_readers_of_the_document_find_the_same_names() -> None:
    whole = document()
    ((operation,),) = (path.values() for path in whole["paths"].values())

    assert whole["info"]["title"] == whole["tags"][0]["name"] == STATED.group
    assert [sample["lang"] for sample in operation["x-codeSamples"]] == ["Shell", "JavaScript", "PHP", "Python"]


def test_the_parser_without_c_reads_the_same() -> None:
    path = Path(module.__file__).with_name("contract.yaml")

    assert yaml.load(path.read_text("utf-8"), yaml.SafeLoader) == document()


def test_each_copy_of_the_document_is_free_to_change() -> None:
    document()["paths"].clear()

    assert document()["paths"]


def test_a_header_is_found_in_any_case_and_what_the_page_does_not_list_is_not() -> None:
    assert response(429).header("retry-after") is response(429).header("RETRY-AFTER") is response(429).headers[2]
    assert response(200).header("Retry-After") is None
    assert STATED.response(418) is None
