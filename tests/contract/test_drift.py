"""Page drift: a saved copy of the page against the contract, and what the kit shows against the page's own text."""

from __future__ import annotations

import dataclasses
import itertools
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import example, given
from hypothesis import strategies as st

from tests.contract.test_document import page_blocks
from wemasy_kit import show_documented
from wemasy_kit.cli.app import main
from wemasy_kit.contract import document as contract
from wemasy_kit.contract.drift import Change, drift, read_page, summary
from wemasy_kit.errors import PageUnreadable

FILE = Path(__file__).parent.parent / "data" / "logout-page.txt"
PAGE = FILE.read_text(encoding="utf-8")
LINES = PAGE.splitlines()
# Lines that a reader sees and that state nothing: what a copy can lack or have twice without another meaning.
SAYS_NOTHING = {"", "Headers", "HeaderTypeDescriptionExample"}


def changed(*pairs: tuple[str, str]) -> str:
    """The page with the first of each old text replaced by the new one."""
    text = PAGE
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def lines(text: str) -> list[str]:
    return [str(change) for change in drift(text)]


# The page as it is


def test_the_page_differs_in_nothing():
    assert drift(PAGE) == ()


@pytest.mark.parametrize(
    "copy",
    [
        PAGE.replace("\n", "\r\n"),
        PAGE.replace("\n", "  \n"),
        PAGE.rstrip("\n"),
        PAGE + "\n\n",
        re.sub(r"(?m)^(X-Rate\S*) (\S*) ", "\\1\t\\2\u00a0", PAGE),
        PAGE.replace("\nResponses\n", "\n\n\nResponses\n\n"),
    ],
    ids=["line ends", "spaces at ends", "no end", "empty lines", "tabs", "gaps"],
)
def test_how_a_copy_was_made_is_no_difference(copy: str):
    assert drift(copy) == ()


def test_a_byte_order_mark_is_no_difference(tmp_path: Path):
    (tmp_path / "page.txt").write_text(PAGE, encoding="utf-8-sig")
    assert drift(read_page(tmp_path / "page.txt")) == ()


# Changes made by hand

CURL, JS, PHP, PYTHON = (sample.source for sample in contract.load().samples)
NAMED = {
    "group: was “E-commerce API”, is “Shop API”": (("E-commerce API", "Shop API"),),
    "method: was “POST”, is “DELETE”": (("POST /services", "DELETE /services"),),
    "path: was “/services/webshop/v1/customer/auth/logout”, is “/services/webshop/v2/customer/auth/logout”": (
        ("POST /services/webshop/v1", "POST /services/webshop/v2"),
    ),
    "authentication: was “Auth”, is gone": (("logout Auth\n", "logout\n"),),
    "title: was “Log out customer”, is “Log customer out”": (("Log out customer", "Log customer out"),),
    "title: was “Log out customer”, is gone": (("Log out customer\n", ""),),
    f"description: was “{contract.load().description}”, is “Revokes all tokens.”": (
        (contract.load().description, "Revokes all tokens."),
    ),
    "base URL: was “https://api.wemasy.nl/api”, is “https://api.wemasy.com/api”": (("nl/api\nAuth", "com/api\nAuth"),),
    "below “Authentication”: new, “Bearer token”": (("Authentication\n", "Authentication\nBearer token\n"),),
    "the 401, description: was “Unauthenticated — missing or invalid Bearer token”, is “Unauthenticated”": (
        ("Unauthenticated — missing or invalid Bearer token", "Unauthenticated"),
    ),
    "the 200, description: was “Token revoked”, is gone": (("Token revoked\n", ""),),
    "the 403: new, “Forbidden, header Retry-After, field message”": (
        ("429\nToken", "403\n429\nToken"),
        (
            "Too Many Requests —",
            "Forbidden\nHeaders\nHeaderTypeDescriptionExample\nRetry-After integer Seconds 5\nFieldTypeDescription\n"
            "message string\nToo Many Requests —",
        ),
    ),
    "the 503: new, “listed, but not described”": (("429\nToken", "429\n503\nToken"),),
    "the 401: was “Unauthenticated — missing or invalid Bearer token, header X-RateLimit-Limit, header "
    "X-RateLimit-Remaining, field error, field message”, is “described, but not listed”": (("401\n", ""),),
    "the 200, header X-RateLimit-Reset: new, “integer, When the window ends, 1795351195”": (
        ("FieldType", "X-RateLimit-Reset integer When the window ends 1795351195\nFieldType"),
    ),
    "the 429, header Retry-After: was “integer, Seconds until the rate limit resets, 60”, is gone": (
        ("Retry-After integer Seconds until the rate limit resets 60\n", ""),
    ),
    "the 429, header Retry-After, type: was “integer”, is “string”": (("Retry-After integer", "Retry-After string"),),
    "the 429, header Retry-After, description: was “Seconds until the rate limit resets”, is “Seconds to wait”": (
        ("Seconds until the rate limit resets", "Seconds to wait"),
    ),
    "the 429, header Retry-After, example: was “60”, is “a date”": (("limit resets 60", "limit resets a date"),),
    "the 200, header X-RateLimit-Remaining, example: was “57”, is gone": (("current window 57", "current window"),),
    "the 200, header X-RateLimit-Limit again: new, “integer, Requests, 60”": (
        ("FieldType", "X-RateLimit-Limit integer Requests 60\nFieldType"),
    ),
    "the 200, field data, type: was “string[]”, is “object”": (("data string[]", "data object"),),
    "the 200, field data: was “string[]”, is gone": (("data string[]\n", ""),),
    "the 200, field message, description: new, “What happened”": (("message string", "message string What happened"),),
    "the 200, field code: new, “integer, A number”": (("data string[]\n", "data string[]\ncode integer A number\n"),),
    'cURL sample, line 3: was “  -H "Accept: application/json"”, is “  -H "Accept: application/xml"”': (
        ('-H "Accept: application/json"', '-H "Accept: application/xml"'),
    ),
    "cURL sample, line 4: new, “  --max-time 10”": (('json"\nfetch(', 'json"\n  --max-time 10\nfetch('),),
    "JS sample, line 7: was “.then(data => console.log(data));”, is gone": (
        (".then(data => console.log(data));\n", ""),
    ),
    "PHP sample, line 4: was “$data = $response->json();”, is “$data = $response->body();”": (
        ("$response->json()", "$response->body()"),
    ),
    'Python sample, line 4: was “    "Authorization": "Bearer YOUR_API_TOKEN",”, '
    'is “  "Authorization": "Bearer YOUR_API_TOKEN",”': (('    "Authorization": "', '  "Authorization": "'),),
    "Ruby sample: new, “puts 1”": (("Python\ncurl", "Python\nRuby\ncurl"), ("Response Ex", "puts 1\nResponse Ex")),
    "Go sample: new, “named, but nothing of it was found”": (("Python\ncurl", "Python\nGo\ncurl"),),
    "PHP sample: was “" + PHP.replace("\n", "\\n") + "”, is gone": (("PHP\n", ""), (f"{PHP}\n", "")),
    'response example: was “{"message": "Logged out."}”, is “{"error": false, "message": "Logged out."}”': (
        ('    "message": "Logged out."\n', '    "error": false,\n    "message": "Logged out."\n'),
    ),
    'response example: was “{"message": "Logged out."}”, is “{ "message": "Logged out.", }”': (('out."', 'out.",'),),
    "end of the page: was “Try It Export”, is “Try It”": (("Export", ""),),
    "above the group: new, “Deprecated since 2027”": (("E-commerce", "Deprecated since 2027\nE-commerce"),),
}


@pytest.mark.parametrize("said", NAMED, ids=lambda said: said[:60])
def test_a_change_made_by_hand_is_named_in_one_line(said: str):
    assert lines(changed(*NAMED[said])) == [said]


def test_two_samples_that_changed_side_by_side_are_told_apart():
    found = lines(changed(("fetch(", "await fetch("), ("$response = Http", "$answer = Http")))
    assert [line.partition(":")[0] for line in found] == ["JS sample, line 1", "PHP sample, line 1"]


def test_changes_come_in_the_page_s_order():
    found = drift(changed(("Log out", "Log"), ("57", "58"), ("https://api", "https://www"), ('out."', 'in."')))
    assert [change.where for change in found] == [
        "title",
        "the 200, header X-RateLimit-Remaining, example",
        "base URL",
        "response example",
    ]


@pytest.mark.parametrize("number", range(len(LINES)))
def test_no_line_can_go_unnoticed(number: int):
    text = "\n".join([*LINES[:number], *LINES[number + 1 :]])
    try:
        found = drift(text)
    except PageUnreadable as error:
        assert f"“{LINES[number]}”" in str(error) or "/path" in str(error)  # noqa: PT017
    else:
        is_blank_in_a_sample = number == LINES.index("import requests") + 1
        assert bool(found) == (LINES[number] not in SAYS_NOTHING or is_blank_in_a_sample)


@pytest.mark.parametrize("number", range(len(LINES) + 1))
def test_no_new_line_can_go_unnoticed(number: int):
    try:
        found = drift("\n".join([*LINES[:number], "Something new", *LINES[number:]]))
    except PageUnreadable as error:
        pytest.fail(str(error))
    assert "Something" in " ".join(map(str, found))


def test_another_contract_is_what_counts():
    other = dataclasses.replace(contract.load(), title="Sign out")
    assert drift(PAGE, other) == (Change("title", "Sign out", "Log out customer"),)


def test_a_change_cannot_break_its_line_or_hide_in_it():
    (change,) = drift(changed(("Log out customer", "Log \u202eout\x1b[31m")))
    assert str(change).isprintable()
    assert "\\u202e" in str(change)


# Files that are no such page


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "it has no line “Responses”"),
        ("just words\n" * 100, "it has no line “Responses”"),
        ("Responses\n", "it has no line “Base URL”"),
        (changed(("POST /services", "services")), "it has no line like “POST /path” above “Responses”"),
        ("\n".join(LINES[::-1]), "it has no line “Base URL” where one belongs"),
        (PAGE.replace("Request Sample", "Samples"), "it has no line “Request Sample” where one belongs"),
    ],
    ids=["empty", "words", "heading only", "no endpoint", "backwards", "a heading renamed"],
)
def test_a_text_that_is_no_such_page_is_refused_with_the_line_that_it_lacks(text: str, said: str):
    with pytest.raises(PageUnreadable, match=f"^this is no copy of the documented page: {said}"):
        drift(text)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"E-commerce API\n\xff\xfe", "line 2 is not UTF-8"),
        (b"\n <!DOCTYPE html><title>E-commerce API</title>", "is HTML"),
        (None, "cannot be read: No such file or directory"),
    ],
    ids=["bytes", "HTML", "missing"],
)
def test_a_file_that_holds_no_text_is_refused_by_name(content: bytes | None, said: str, tmp_path: Path):
    path = tmp_path / "page.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(PageUnreadable, match=re.escape(str(path)) + f".*{said}"):
        read_page(path)


EDITS = st.lists(
    st.tuples(st.integers(0, len(LINES)), st.none() | st.sampled_from(sorted(set(LINES))) | st.text()), max_size=12
)


@given(EDITS)
@example([(number, None) for number in range(12, 40)])
@example([(30, "Headers")] * 12)
@example([(30, "FieldTypeDescription")] * 12)
def test_whatever_lines_come_and_go_there_are_changes_or_one_clear_line(edits: list[tuple[int, str | None]]):
    edited = list(LINES)
    for number, line in edits:
        if line is None:
            del edited[number : number + 1]
        else:
            edited.insert(number, line)
    try:
        found = drift("\n".join(edited))
    except PageUnreadable as error:
        found = (str(error),)
    assert all(str(change).isprintable() for change in found)


@given(st.text())
def test_any_text_at_all_is_refused_in_one_line(text: str):
    with pytest.raises(PageUnreadable) as refusal:
        drift(text)
    assert str(refusal.value).isprintable()


# What the kit shows, against the page's own text


class Tables(HTMLParser):
    """The cells of every table, row by row."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")

    def handle_data(self, data: str) -> None:
        if self.tables and self.tables[-1]:
            self.tables[-1][-1][-1] += data


@pytest.mark.parametrize("status", [200, 401, 429])
def test_the_tables_shown_for_a_status_are_the_page_s(status: int):
    headers, fields = Tables(show_documented(status)._repr_html_()).tables
    block = page_blocks()[status]
    assert headers == [["Header", "Type", "Description", "Example"], *map(list, block["headers"])]
    assert [[cell.strip() for cell in row] for row in fields] == [
        ["Field", "Type", "Description"],
        *([cell.strip() for cell in row] for row in block["fields"]),
    ]


@pytest.mark.parametrize("status", [200, 401, 429])
def test_the_page_s_description_of_a_status_is_shown(status: int):
    assert f"{status} {page_blocks()[status]['description']}" in show_documented(status)._repr_html_()


def test_the_summary_holds_everything_that_the_page_s_tables_say():
    text = summary(contract.load())
    for status, block in page_blocks().items():
        assert f"\n{status} {block['description']}\n" in text
        for name, type_, description, shown in block["headers"]:
            assert re.search(rf"  {name} +{type_} +{description}, for example {shown}\n", text)
        for name, type_, _ in block["fields"]:
            assert re.search(rf"  body\.{name} +{re.escape(type_)}\n", text)
    assert all(each.says.split()[0] in text for each in contract.load().contradictions)
    assert max(map(len, text.splitlines())) <= 110


# The command


def run(*arguments: str) -> tuple[int, list[str]]:
    ended = CliRunner().invoke(main, ["contract", *arguments])
    return ended.exit_code, ended.output.splitlines()


def test_the_command_prints_what_the_page_documents():
    assert run() == (0, summary(contract.load()).splitlines())


def test_the_command_finds_the_page_as_the_contract_has_it():
    code, said = run("--page", str(FILE))
    assert code == 0
    assert said == [f"{FILE}: as the contract has it"]


def test_the_command_names_each_change_and_exits_with_1(tmp_path: Path):
    path = tmp_path / "page.txt"
    path.write_text(changed(("57", "58"), ("Log out", "Log")), encoding="utf-8")
    code, said = run("--page", str(path))
    assert code == 1
    assert said == [
        "title: was “Log out customer”, is “Log customer”",
        "the 200, header X-RateLimit-Remaining, example: was “57”, is “58”",
        f"{path}: 2 changes",
    ]


def test_the_command_refuses_a_file_that_is_no_page_in_one_line():
    code, said = run("--page", __file__)
    assert code == 2
    assert len(said) == 1
    assert "no copy of the documented page" in said[0]


def test_every_change_made_by_hand_is_another_one():
    assert len(NAMED) >= 10
    texts = [changed(*pairs) for pairs in NAMED.values()]
    assert not [pair for pair in itertools.combinations(texts, 2) if pair[0] == pair[1]]
