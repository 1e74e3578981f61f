"""The exports: what they hold, that they never hold a token, and that a file is written whole or not at all."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any, get_args

import pytest
from click.testing import CliRunner, Result

from tests.support.leaks import shows
from wemasy_kit.call.exchange import Exchange
from wemasy_kit.cli.app import main
from wemasy_kit.contract import document as contract
from wemasy_kit.errors import CassetteUnreadable, InvalidOption, SecretFound
from wemasy_kit.exports.export import Format, export
from wemasy_kit.files import shipped, write_files
from wemasy_kit.sources.cassette_file import read_cassette

FORMATS: tuple[Format, ...] = get_args(Format)
RECORDED: tuple[Format, ...] = ("postman", "har", "bruno")  # those with the recorded exchanges in them
CASSETTES = shipped("cassettes") / "logout"
ADDRESS = "{{baseUrl}}/services/webshop/v1/customer/auth/logout"


def the_file(format: Format, cassettes: Path | None = None) -> str:
    (text,) = export(format, cassettes=cassettes).values()
    return text


def collection() -> Any:
    return json.loads(the_file("postman"))


def the_request() -> Any:
    (item,) = collection()["item"]
    return item


def tapes() -> list[Exchange]:
    return [recorded for path in sorted(CASSETTES.glob("*.yaml")) for recorded in read_cassette(path)]


def altered(tmp_path: Path, old: str, new: str, *, name: str = "401-unknown-token") -> Path:
    """A copy of the kit's cassettes in which one is another."""
    copy = tmp_path / "cassettes"
    shutil.copytree(CASSETTES, copy)
    text = (copy / f"{name}.yaml").read_text(encoding="utf-8")
    assert old in text
    (copy / f"{name}.yaml").write_text(text.replace(old, new), encoding="utf-8")
    return copy


# --- No export holds a token


@pytest.mark.parametrize("format", FORMATS)
def test_no_export_holds_the_token_of_the_environment(
    format: Format, canary: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEMASY_TOKEN", canary)

    assert not any(shows(text, canary) for text in export(format).values())


@pytest.mark.parametrize("format", FORMATS)
def test_a_token_that_a_cassette_kept_of_its_request_is_not_handed_on(
    format: Format, canary: str, tmp_path: Path
) -> None:
    cassettes = altered(tmp_path, "Bearer <redacted>", f"Bearer {canary}")

    assert export(format, cassettes=cassettes) == export(format)


@pytest.mark.parametrize("format", RECORDED)
@pytest.mark.parametrize("place", ["Unauthenticated.", "no-cache, private", "Unauthorized"])
def test_a_recording_that_holds_a_token_in_its_answer_is_refused_without_repeating_it(
    format: Format, place: str, canary: str, tmp_path: Path
) -> None:
    cassettes = altered(tmp_path, place, canary)

    with pytest.raises(SecretFound, match=r"^[\w .-]+: line \d+, column \d+ would hold a Sanctum token") as refused:
        export(format, cassettes=cassettes)
    assert not shows(str(refused.value), canary)


@pytest.mark.parametrize("format", ["postman", "bruno", "http"])
def test_the_tools_that_send_are_told_the_name_of_a_variable_for_the_token(format: Format) -> None:
    assert sum(text.count("{{token}}") for text in export(format).values()) == 1


# --- All formats


@pytest.mark.parametrize("format", FORMATS)
def test_an_export_is_the_same_every_time(format: Format) -> None:
    assert export(format) == export(format)


@pytest.mark.parametrize("format", FORMATS)
def test_a_file_of_an_export_ends_with_its_last_line_and_has_a_name_that_every_system_takes(format: Format) -> None:
    for name, text in export(format).items():
        assert re.fullmatch(r"[A-Za-z.][\w ./-]*", name)
        assert text.endswith("\n")
        assert not text.endswith("\n\n")
        assert not any(line.endswith(" ") for line in text.splitlines())


@pytest.mark.parametrize("format", FORMATS)
def test_no_export_names_a_folder_of_this_machine(format: Format) -> None:
    for text in export(format).values():
        assert str(CASSETTES.parent.parent) not in text
        assert str(Path.home()) + os.sep not in text


def test_a_format_that_there_is_not_is_refused_with_those_there_are() -> None:
    with pytest.raises(InvalidOption, match="there is no format 'raml'; there are: openapi, postman, har, http, bruno"):
        export("raml")  # type: ignore[arg-type]


@pytest.mark.parametrize("format", RECORDED)
def test_a_cassette_that_is_none_is_named(format: Format, tmp_path: Path) -> None:
    cassettes = altered(tmp_path, "uri:", "url:")

    with pytest.raises(CassetteUnreadable, match=r"401-unknown-token\.yaml .*interactions\[0\]\.request\.uri"):
        export(format, cassettes=cassettes)


# --- OpenAPI


def test_the_openapi_export_is_the_contract() -> None:
    assert json.loads(the_file("openapi")) == contract.document()


# --- Postman


def test_postman_s_saved_examples_are_the_recorded_answers() -> None:
    saved = [
        (each["code"], each["status"], tuple((h["key"], h["value"]) for h in each["header"]), each["body"].encode())
        for each in the_request()["response"]
    ]

    assert saved == [(each.status, each.reason, each.headers, each.body) for each in tapes()]
    assert {code for code, *_ in saved} == {200, 401, 429}


def test_a_saved_example_has_the_name_of_its_cassette_and_says_where_it_was_recorded() -> None:
    examples = {each["name"]: each["originalRequest"]["description"] for each in the_request()["response"]}

    assert "429-too-many-requests" in examples
    assert "200-then-401-same-token, answer 2 (401)" in examples
    for origin in examples.values():
        assert re.fullmatch(r"Recorded .+ GMT from the kit's own sandbox, never seen on the live API\.", origin)


def test_another_server_is_called_by_the_name_it_gives_itself(tmp_path: Path) -> None:
    (entry,) = [
        each
        for each in json.loads(the_file("har", altered(tmp_path, "wemasy-kit-sandbox", "nginx")))["log"]["entries"]
        if each["comment"].startswith("401-unknown-token. ")
    ]

    assert entry["comment"].endswith(" from nginx.")


def test_postman_keeps_the_token_in_an_empty_secret_variable() -> None:
    token = next(each for each in collection()["variable"] if each["key"] == "token")

    assert token == {"key": "token", "value": "", "type": "secret"}
    assert collection()["auth"]["bearer"] == [{"key": "token", "value": "{{token}}", "type": "string"}]


def test_postman_sends_the_documented_request_and_follows_no_redirect() -> None:
    request = the_request()["request"]

    assert request["method"] == "POST"
    assert request["url"]["raw"] == "/".join([*request["url"]["host"], *request["url"]["path"]]) == ADDRESS
    assert request["header"] == [{"key": "Accept", "value": "application/json"}]
    assert the_request()["protocolProfileBehavior"] == {"followRedirects": False}
    assert {"key": "baseUrl", "value": contract.load().base_url, "type": "string"} in collection()["variable"]


# --- HAR


def test_the_har_is_the_recorded_exchanges() -> None:
    log = json.loads(the_file("har"))["log"]

    assert log["version"] == "1.2"
    assert [
        (
            each["request"]["method"],
            each["request"]["url"],
            tuple((header["name"], header["value"]) for header in each["request"]["headers"]),
            each["response"]["status"],
            each["response"]["statusText"],
            tuple((h["name"], h["value"]) for h in each["response"]["headers"]),
            each["response"]["content"]["text"].encode(),
        )
        for each in log["entries"]
    ] == [(t.method, t.url, t.request_headers, t.status, t.reason, t.headers, t.body) for t in tapes()]


def test_the_har_masks_the_token_and_has_none_where_none_was_sent() -> None:
    def sent(entry: Any) -> str | None:
        return next((h["value"] for h in entry["request"]["headers"] if h["name"] == "Authorization"), None)

    entries = json.loads(the_file("har"))["log"]["entries"]
    without = [each["comment"].partition(".")[0] for each in entries if sent(each) is None]

    assert {sent(each) for each in entries} == {"Bearer <redacted>", None}
    assert without == ["401-no-token"]


def test_the_har_tells_the_moment_of_each_answer_by_its_own_date() -> None:
    for entry, recorded in zip(json.loads(the_file("har"))["log"]["entries"], tapes(), strict=True):
        day, clock = re.fullmatch(r"\w+, (\d\d) Nov 2026 (\S+) GMT", dict(recorded.headers)["Date"]).groups()  # type: ignore[union-attr]
        assert entry["startedDateTime"] == f"2026-11-{day}T{clock}+00:00"


def test_a_recording_without_a_date_is_of_1970_in_a_har(tmp_path: Path) -> None:
    entries = json.loads(the_file("har", altered(tmp_path, "Date:", "Undated:")))["log"]["entries"]

    assert [each["startedDateTime"] for each in entries].count("1970-01-01T00:00:00+00:00") == 1


# --- .http


def test_the_http_file_asks_before_it_sends_and_follows_no_redirect() -> None:
    _, _, request = the_file("http").partition("### Log out customer\n")

    assert request.splitlines() == [
        "# @prompt token The bearer token to revoke",
        "# @note",
        "# @no-redirect",
        "# @no-cookie-jar",
        "# @no-log",
        f"POST {ADDRESS}",
        "Accept: application/json",
        "Authorization: Bearer {{token}}",
    ]


def test_the_http_file_names_every_documented_answer() -> None:
    for answer in contract.load().answers:
        assert f"#   {answer.status} {answer.description}\n" in the_file("http")


# --- Bruno


def test_a_bruno_collection_is_a_folder_with_a_secret_variable_for_the_token() -> None:
    files = export("bruno")

    assert list(files) == ["bruno.json", "environments/Wemasy.bru", "Log out customer.bru"]
    assert json.loads(files["bruno.json"])["type"] == "collection"
    base_url = contract.load().base_url
    assert files["environments/Wemasy.bru"] == f"vars {{\n  baseUrl: {base_url}\n}}\nvars:secret [\n  token\n]\n"


def blocks(bru: str) -> list[str]:
    """The names of the blocks in a file of Bruno's: what begins a line, ends in a brace, and is closed on one."""
    names = re.findall(r"^(\S.*) \{$", bru, flags=re.M)
    assert len(names) == len(re.findall(r"^\}$", bru, flags=re.M))
    assert all(line in ("", "}") or line.startswith("  ") or line.endswith(" {") for line in bru.splitlines())
    return names


def test_bruno_has_every_recorded_answer_as_an_example() -> None:
    bru = export("bruno")["Log out customer.bru"]

    assert blocks(bru) == "meta post headers auth:bearer tests settings docs".split() + ["example"] * len(tapes())
    assert re.findall(r"^      code: (\d+)$", bru, flags=re.M) == [str(each.status) for each in tapes()]
    for recorded in tapes():
        assert f"      content: '''\n        {recorded.body.decode()}\n      '''\n" in bru


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ('\'{"error":true,"message":"Unauthenticated."}\'', "\"'''\\n}\\nscript:pre-request {\\n  evil()\\n}\""),
        ("no-cache, private", '"x\\n}\\nscript:pre-request {\\n  evil()\\n}"'),
        ("message: Unauthorized", 'message: "x\\n}\\nscript:pre-request {\\n  evil()\\n}"'),
        ("wemasy-kit-sandbox", '"x\\n}\\nscript:pre-request {\\n  evil()\\n}"'),
    ],
)
def test_what_a_server_said_cannot_become_a_script_in_bruno(place: str, words: str, tmp_path: Path) -> None:
    bru = export("bruno", cassettes=altered(tmp_path, place, words))["Log out customer.bru"]

    assert "evil()" in bru
    assert blocks(bru) == blocks(export("bruno")["Log out customer.bru"])
    assert bru.count("'''") == 2 * len(tapes())


# --- Writing


def test_files_and_their_folders_are_written(tmp_path: Path) -> None:
    written = write_files({"a.txt": "å\n", "sub/b.txt": "b\n"}, tmp_path / "new")

    assert [(path, path.read_bytes()) for path in written] == [
        (tmp_path / "new" / "a.txt", "å\n".encode()),
        (tmp_path / "new" / "sub" / "b.txt", b"b\n"),
    ]


def everything(top: Path) -> dict[str, str]:
    return {str(path.relative_to(top)): path.read_text() if path.is_file() else "" for path in top.rglob("*")}


def test_where_one_file_is_there_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "b").write_text("mine")

    with pytest.raises(FileExistsError, match="is there already"):
        write_files({"a": "a", "b": "b", "c/d": "d"}, tmp_path)

    assert everything(tmp_path) == {"b": "mine"}


def test_where_the_last_file_fails_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(source: object, target: object, real: Any = os.replace) -> None:
        if str(target).endswith("d"):
            raise OSError(28, "No space left on device")
        real(source, target)

    monkeypatch.setattr(os, "replace", full)

    with pytest.raises(OSError, match="No space left"):
        write_files({"a": "a", "c/d": "d"}, tmp_path / "new")

    assert everything(tmp_path) == {}


def test_files_are_replaced_when_that_is_wanted(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")

    write_files({"a": "new"}, tmp_path, replace=True)

    assert everything(tmp_path) == {"a": "new"}


# --- The command


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["export", *map(str, arguments)])


@pytest.mark.parametrize("format", [each for each in FORMATS if each != "bruno"])
def test_the_command_prints_an_export(format: Format) -> None:
    ended = run(format)

    assert (ended.exit_code, ended.stdout) == (0, the_file(format))


def test_the_command_writes_a_file_of_the_name_that_it_is_given(tmp_path: Path) -> None:
    assert run("har", "-o", tmp_path / "session.har").exit_code == 0

    assert everything(tmp_path) == {"session.har": the_file("har")}


@pytest.mark.parametrize("format", FORMATS)
def test_the_command_writes_into_a_folder_that_is_there(format: Format, tmp_path: Path) -> None:
    assert run(format, "-o", tmp_path).exit_code == 0

    assert {path: text for path, text in everything(tmp_path).items() if text} == export(format)


def test_the_command_makes_the_folder_of_a_bruno_collection(tmp_path: Path) -> None:
    assert run("bruno", "-o", tmp_path / "bruno").exit_code == 0

    assert {path: text for path, text in everything(tmp_path / "bruno").items() if text} == export("bruno")


def test_bruno_needs_a_folder() -> None:
    ended = run("bruno")

    assert ended.exit_code == 2
    assert "say where to with -o FOLDER" in ended.stderr


def test_the_command_writes_over_a_file_only_when_forced(tmp_path: Path) -> None:
    file = tmp_path / "session.har"
    file.write_text("mine")

    refused = run("har", "-o", file)
    assert (refused.exit_code, file.read_text()) == (2, "mine")
    assert f"{file} is there already; --force replaces it" in refused.stderr

    assert run("har", "-o", file, "--force").exit_code == 0
    assert file.read_text() == the_file("har")


def test_a_folder_that_is_not_there_is_one_clear_line(tmp_path: Path) -> None:
    ended = run("har", "-o", tmp_path / "no" / "such" / "session.har")

    assert ended.exit_code == 2
    assert "cannot be written: No such file or directory" in ended.stderr
    assert everything(tmp_path) == {}


def test_the_command_offers_every_format() -> None:
    ended = run("raml")

    assert ended.exit_code == 2
    assert all(f"'{format}'" in ended.stderr for format in FORMATS)
