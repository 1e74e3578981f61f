"""The catalogue of cases: what every case must tell, and that a client which is right can be right in all of them."""

from __future__ import annotations

import importlib.resources
import re
import tomllib
import typing

import pytest

from wemasy_kit.sandbox.catalogue import GROUPS, Case, UnknownCase, catalogue, filled, find_case, find_group

CASES = list(catalogue().values())
HINTS = typing.get_type_hints(Case)


def test_there_are_80_to_120_cases_in_groups_and_each_name_stands_once() -> None:
    by_group = [case.name for group in GROUPS for case in find_group(group)]

    assert by_group == [case.name for case in CASES]
    assert 80 <= len(by_group) == len(set(by_group)) <= 120
    assert {case.group for case in CASES} == set(GROUPS)


def test_no_two_files_give_one_name_to_two_cases() -> None:
    folder = importlib.resources.files("wemasy_kit.sandbox") / "cases"
    files = {file.name: tomllib.loads(file.read_text("utf-8")) for file in folder.iterdir()}

    assert set(files) == {f"{group}.toml" for group in GROUPS}
    assert sum(map(len, files.values())) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_tells_a_person_what_happens_why_and_what_to_do(case: Case) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", case.name)
    assert all(text.endswith(".") for text in (case.happens, case.because, case.advice))
    assert re.match(r"the documented page, |RFC \d{4}, section|RFC \d{4}$|OWASP", case.standard)
    for name in ("level", "faithful", "revokes", "claims", "end"):
        assert getattr(case, name) in typing.get_args(HINTS[name]), name


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_claim_of_logged_out_is_allowed_only_where_the_token_is_dead_and_demanded_only_after_a_clean_200(
    case: Case,
) -> None:
    alive = case.revokes == "never"

    assert case.allows("logged out") == (not alive)
    assert case.allows("not logged out") == (case.claims != "logged out")
    if case.claims == "logged out":
        assert (case.revokes, case.status, case.end, case.repeats) == ("before", 200, "close", "")


def test_broken_lost_and_refused_calls_come_in_both_truths() -> None:
    pairs = [case.name for case in CASES if case.name.endswith("-before-revoking")]

    assert {"204", "503", "500", "502", "reset", "closed", "silence", "403"} <= {each.split("-")[0] for each in pairs}
    for name in pairs:
        twins = [each for each in CASES if each.name.startswith(name.split("-")[0]) and each.revokes != "never"]
        assert name == "400-before-revoking" or any(each.response == find_case(name).response for each in twins), name


@pytest.mark.parametrize(
    ("name", "near"),
    [("html-20", "html-200"), ("reset-before", "reset-before-revoking"), ("wait", "wait-zero"), ("zzz", None)],
)
def test_an_unknown_case_names_the_near_ones(name: str, near: str | None) -> None:
    with pytest.raises(UnknownCase, match=f"^no case is called '{name}'") as refusal:
        find_case(name)

    assert (near in refusal.value.near) if near else (refusal.value.near == [])
    assert all(each in str(refusal.value) for each in refusal.value.near)


def test_an_unknown_group_names_the_near_ones() -> None:
    with pytest.raises(UnknownCase, match=r"^no group is called 'redirect'; near: redirects$"):
        find_group("redirect")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "HTTP/1.1 200 OK\nContent-Length: <<length>>\n\né\nb",
            b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n\xc3\xa9\nb",
        ),
        ("HTTP/1.1 204 No\n\n", b"HTTP/1.1 204 No\r\n\r\n"),
        ("HTTP/1.1 20", b"HTTP/1.1 20"),
        ("a: <<date 30>>\n", b"a: +30\r\n"),
        ("A: b\n\n<<hex 00 ff>><<times 3 ab >>", b"A: b\r\n\r\n\x00\xffab ab ab "),
        ("", b""),
    ],
)
def test_the_text_of_a_response_becomes_its_bytes(text: str, said: bytes) -> None:
    assert filled(text, {"date": lambda seconds: f"+{seconds}"}) == said
