"""A saved copy of the page against the committed one, and what the kit shows against the page's own text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cli.running import run
from tests.contract.page import LINES, PAGE, blocks
from tests.support.html_page import Page
from wemasy_kit import show_documented
from wemasy_kit.contract.document import load
from wemasy_kit.contract.drift import drift
from wemasy_kit.errors import PageUnreadable

SAID = [number for number, line in enumerate(LINES) if line]


def changed(*pairs: tuple[str, str]) -> str:
    """The page with the first of each old text replaced by the new one."""
    text = PAGE
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    return text


COPIES = {
    "the page": PAGE,
    "CRLF": PAGE.replace("\n", "\r\n"),
    "ends of lines": PAGE.replace("\n", "  \n"),
    "no end": PAGE.rstrip("\n"),
    "BOM": "\ufeff" + PAGE,
    "tabs": re.sub(r"(?m)^(X-Rate\S*) (\S*) ", "\\1\t\\2\u00a0", PAGE),
    "more blank lines": PAGE.replace("\nResponses\n", "\n\n\nResponses\n\n"),
    "no blank lines": PAGE.replace("\n\n", "\n"),
}


@pytest.mark.parametrize("way", COPIES)
def test_how_a_copy_was_made_is_no_change(way: str) -> None:
    assert drift(COPIES[way]) == ()


REMAINING = "X-RateLimit-Remaining integer Number of requests remaining in the current window"
TOO_MANY = "Too Many Requests — rate limit exceeded"
NAMED = {
    "the top: line “Log out customer” now says “Log customer out”": ("Log out customer", "Log customer out"),
    "the top: line “Deprecated since 2027” is new": ("E-commerce", "Deprecated since 2027\nE-commerce"),
    "the section “Responses”: line “503” is new": ("429\n", "429\n503\n"),
    "the 200: line “Token revoked” was removed": ("Token revoked\n", ""),
    f"the 200, headers: line “{REMAINING} 57” now says “{REMAINING} 58”": ("57", "58"),
    "the 200, headers: line “X-RateLimit-Reset integer The end 1795351195” is new": (
        "FieldType",
        "X-RateLimit-Reset integer The end 1795351195\nFieldType",
    ),
    "the 200, fields: line “data string[]” now says “data object”": ("data string[]", "data object"),
    f"the 429: line “{TOO_MANY}” now says “Too Many Requests”": (TOO_MANY, "Too Many Requests"),
    "the 429, headers: line “Retry-After integer Seconds until the rate limit resets 60” was removed": (
        "Retry-After integer Seconds until the rate limit resets 60\n",
        "",
    ),
    "the section “Base URL”: line “https://api.wemasy.nl/api” now says “https://wemasy.com/api”": (
        "https://api.wemasy.nl/api\n",
        "https://wemasy.com/api\n",
    ),
    "the section “Authentication”: line “Bearer token” is new": ("Authentication\n", "Authentication\nBearer token\n"),
    "the section “Request Sample”: line “Ruby” is new": ("Python\n", "Python\nRuby\n"),
    "the cURL sample: line “  --max-time 10” is new": ('json"\nfetch(', 'json"\n  --max-time 10\nfetch('),
    "the JS sample: line “.then(data => console.log(data));” was removed": (".then(data => console.log(data));\n", ""),
    "the PHP sample: line “$data = $response->json();” now says “$data = $response->body();”": (
        "response->json",
        "response->body",
    ),
    'the Python sample: line “    "Accept": "application/json"” now says “  "Accept": "application/json"”': (
        '    "Accept": "',
        '  "Accept": "',
    ),
    'the section “Response Example”: line “    "message": "Logged out."” now says “    "message": "Bye."”': (
        '"Logged out."',
        '"Bye."',
    ),
    "the section “Try It”: line “Export” was removed": ("Export", ""),
    "the top: line “Log out customer” now says “Log \\u202eout\\x1b[31m”": (
        "Log out customer",
        "Log \u202eout\x1b[31m",
    ),
}


@pytest.mark.parametrize("said", NAMED, ids=lambda said: said[:60])
def test_a_change_is_told_with_the_section_and_block_that_it_is_in(said: str) -> None:
    assert drift(changed(NAMED[said])) == (said,)


def test_changes_come_in_the_page_s_order() -> None:
    found = drift(changed(("Log out", "Log"), ("57", "58"), ("https://api", "https://www"), ('out."', 'in."')))

    places = ["the top", "the 200, headers", "the section “Base URL”", "the section “Response Example”"]
    assert [sentence.partition(":")[0] for sentence in found] == places


NEW = st.text().filter(lambda text: text.replace("\ufeff", "").strip() and text.splitlines() == [text])


@given(st.sampled_from(SAID), NEW)
def test_whichever_line_changes_goes_or_comes_twice_is_told(number: int, new: str) -> None:
    before, (line, *after) = LINES[:number], LINES[number:]

    gone = drift("\n".join([*before, *after]))
    assert [sentence.partition("line ")[2] for sentence in gone] == [f"“{line}” was removed"]
    twice = drift("\n".join([*before, line, line, *after]))
    assert [sentence.partition("line ")[2] for sentence in twice] == [f"“{line}” is new"]
    edited = drift("\n".join([*before, line + new, *after]))
    assert edited
    assert all(sentence.isprintable() for sentence in edited)


@pytest.mark.parametrize(
    "text",
    ["", "just words\n" * 100, "Responses\n", "\n".join(LINES[::-1]), PAGE.replace("\n", "<br>"), "<!DOCTYPE html>"],
    ids=["empty", "words", "one heading", "backwards", "one line", "HTML"],
)
def test_a_text_that_shares_next_to_nothing_with_the_page_is_refused_as_no_copy(text: str) -> None:
    with pytest.raises(PageUnreadable, match=r"^this is no copy of the documented page; save the text that the brow"):
        drift(text)


# --- What the kit shows, against the page's own text


def rows(html: str) -> list[tuple[str, ...]]:
    """The texts in the cells of every table."""
    found = re.findall(r"<tr>(.*?)</tr>", html)
    return [tuple(Page(cell).text for cell in re.findall(r"<t[hd].*?</t[hd]>", row)) for row in found]


@pytest.mark.parametrize("status", [200, 401, 429])
def test_the_card_of_a_status_shows_the_page_s_description_and_tables(status: int) -> None:
    html = show_documented(status)._repr_html_()
    description, headers, fields = blocks()[status]
    titles = [("Header", "Type", "Description", "Example")], [("Field", "Type", "Description")]

    assert f"{status} {description}" in html
    assert rows(html) == titles[0] + headers + titles[1] + fields


# --- The command


def test_the_command_prints_what_the_page_documents_and_where_it_contradicts_itself() -> None:
    text = run("contract").output
    told = [f"- {each.where}: {each.says} {each.explanation}" for each in load().contradictions]

    assert all(f"\n\n{show_documented(status)}\n\n" in text for status in blocks())
    assert [words for words in told if words not in " ".join(text.split())] == []
    assert max(map(len, text.splitlines())) <= 100


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        (PAGE, 0, "{}: nothing has changed"),
        (changed(("Log out", "Log")), 1, "the top: line “Log out customer” now says “Log customer”\n{}: 1 change"),
        ("words", 2, "Error: this is no copy of the documented page; save the text that the browser shows"),
    ],
    ids=["the page", "a change", "no copy"],
)
def test_the_command_compares_a_copy(text: str, code: int, said: str, tmp_path: Path) -> None:
    path = tmp_path / "page.txt"
    path.write_text(text, encoding="utf-8")

    ended = run(f"contract --page {path}")

    assert (ended.exit_code, ended.output) == (code, said.format(path) + "\n")
