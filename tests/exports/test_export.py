"""The exports: what they hold, that they never hold a token, and that a file is written whole or not at all."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import run
from tests.support.leaks import shows
from wemasy_kit.call.exchange import Exchange
from wemasy_kit.call.request import Headers
from wemasy_kit.contract.document import document, load
from wemasy_kit.errors import CassetteUnreadable, InvalidOption, SecretFound
from wemasy_kit.exports.example import examples
from wemasy_kit.exports.export import FORMATS, Format, export, written
from wemasy_kit.files import shipped, write_file

RECORDED: tuple[Format, ...] = ("postman", "har")  # those with the recorded exchanges in them
CASSETTES = shipped("cassettes") / "logout"
ADDRESS = "{{baseUrl}}/services/webshop/v1/customer/auth/logout"


def exchanges() -> list[Exchange]:
    return [example.exchange for example in examples(CASSETTES)]


def collection() -> Any:
    return json.loads(export("postman"))


def the_request() -> Any:
    (item,) = collection()["item"]
    return item


def entries(text: str) -> Any:
    return json.loads(text)["log"]["entries"]


def pairs(headers: Any, key: str = "name") -> Headers:
    return tuple((header[key], header["value"]) for header in headers)


def altered(format: Format, folder: Path, old: str, new: str) -> str:
    """An export of the kit's cassettes, one of which is another."""
    copy = folder / "cassettes"
    shutil.copytree(CASSETTES, copy)
    path = copy / "401-unknown-token.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return written(format, tuple(examples(copy)))


# --- No export holds a token


@pytest.mark.parametrize("format", FORMATS)
def test_no_export_holds_a_token_of_the_environment_or_of_a_cassette_s_request(
    format: Format, canary: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEMASY_TOKEN", canary)

    assert not shows(export(format), canary)
    assert altered(format, tmp_path, "Bearer <redacted>", f"Bearer {canary}") == export(format)


@pytest.mark.parametrize("format", RECORDED)
@pytest.mark.parametrize("place", ["Unauthenticated.", "no-cache, private", "Unauthorized"])
def test_a_recording_that_holds_a_token_in_its_response_is_refused_without_repeating_it(
    format: Format, place: str, canary: str, tmp_path: Path
) -> None:
    with pytest.raises(SecretFound, match=rf"^{format}: line \d+, column \d+ would hold a Sanctum token") as refused:
        altered(format, tmp_path, place, canary)
    assert not shows(str(refused.value), canary)


@pytest.mark.parametrize("format", ["postman", "http"])
def test_the_tools_that_send_are_told_the_name_of_a_variable_for_the_token(format: Format) -> None:
    assert export(format).count("{{token}}") == 1


# --- All formats


@pytest.mark.parametrize("format", FORMATS)
def test_an_export_is_the_same_every_time_ends_with_its_last_line_and_names_no_folder(format: Format) -> None:
    text = export(format)

    assert text == export(format)
    assert text.rstrip() + "\n" == text
    assert not any(line.endswith(" ") for line in text.splitlines())
    assert str(CASSETTES.parent.parent) not in text
    assert str(Path.home()) + os.sep not in text


def test_every_format_has_a_label_and_a_file_name_that_every_system_takes() -> None:
    assert len({target.label for target in FORMATS.values()}) == len(FORMATS) == 4
    assert all(re.fullmatch(r"wemasy-logout\.[a-z_.]+", target.file_name) for target in FORMATS.values())


def test_a_format_that_there_is_not_is_refused_with_those_there_are() -> None:
    with pytest.raises(InvalidOption, match="there is no format 'raml'; there are: openapi, postman, har, http"):
        export("raml")  # type: ignore[arg-type]


def test_a_cassette_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(CassetteUnreadable, match=r"401-unknown-token\.yaml .*interactions\[0\]\.request\.uri"):
        altered("har", tmp_path, "uri:", "url:")


# --- OpenAPI


def test_the_openapi_export_is_the_contract_but_for_names_examples_and_words() -> None:
    whole = json.loads(export("openapi"))
    ((operation,),) = (path.values() for path in whole["paths"].values())
    schemas = whole["components"].pop("schemas")
    examples = {}
    for status, response in operation["responses"].items():
        body = response["content"]["application/json"]
        body["schema"] = schemas[body["schema"]["$ref"].removeprefix("#/components/schemas/")]
        examples[status] = body["example"] if status == "200" else body.pop("example")
    for place in (whole["info"], whole["tags"][0], whole["components"]["securitySchemes"]["Auth"]):
        assert place.pop("description")
    operation["description"] = operation["description"].partition("\n\n")[0]
    named = (operation.pop("operationId"), whole["info"].pop("title"), sorted(schemas))
    stated = document()
    title = stated["info"].pop("title")

    assert whole == stated
    assert named == ("logoutCustomer", f"Wemasy {title}", ["ErrorResponse", "LogoutResponse"])
    assert examples == {
        "200": {"message": "Logged out."},
        "401": {"error": True, "message": "Unauthenticated."},
        "429": {"error": True, "message": "Too Many Attempts."},
    }


def test_the_openapi_export_warns_where_a_reader_and_where_a_generator_looks() -> None:
    whole = json.loads(export("openapi"))
    ((operation,),) = (path.values() for path in whole["paths"].values())

    for text in (whole["info"]["description"], operation["description"]):
        assert "send `Accept: application/json` and follow no redirect" in text
    assert "nobody has compared them with the live API" in whole["info"]["description"]


def test_the_openapi_export_is_valid_openapi_3_1() -> None:
    # Imported here: it takes more than a second, which every run of any test would pay.
    from openapi_spec_validator import OpenAPIV31SpecValidator  # noqa: PLC0415

    OpenAPIV31SpecValidator(json.loads(export("openapi"))).validate()


# --- Postman


def test_postman_s_saved_examples_are_the_recorded_responses() -> None:
    saved = [
        (each["code"], each["status"], pairs(each["header"], "key"), each["body"].encode())
        for each in the_request()["response"]
    ]

    assert saved == [(each.status, each.reason, each.headers, each.body) for each in exchanges()]
    assert {code for code, *_ in saved} == {200, 401, 429}


def test_a_saved_example_has_the_name_of_its_cassette_and_says_where_it_was_recorded() -> None:
    found = {each["name"]: each["originalRequest"]["description"] for each in the_request()["response"]}

    assert {"429-too-many-requests", "200-then-401-same-token, response 2 (401)"} < set(found)
    for origin in found.values():
        assert re.fullmatch(r"Recorded .+ GMT from the kit's own sandbox, never seen on the live API\.", origin)


def test_postman_keeps_the_token_in_an_empty_secret_variable() -> None:
    assert {"key": "token", "value": "", "type": "secret"} in collection()["variable"]
    assert collection()["auth"]["bearer"] == [{"key": "token", "value": "{{token}}", "type": "string"}]


def test_postman_sends_the_documented_request_and_follows_no_redirect() -> None:
    request = the_request()["request"]

    assert request["method"] == "POST"
    assert request["url"]["raw"] == "/".join([*request["url"]["host"], *request["url"]["path"]]) == ADDRESS
    assert request["header"] == [{"key": "Accept", "value": "application/json"}]
    assert the_request()["protocolProfileBehavior"] == {"followRedirects": False}
    assert {"key": "baseUrl", "value": load().base_url, "type": "string"} in collection()["variable"]


# --- HAR


def test_the_har_is_the_recorded_exchanges() -> None:
    for entry, exchange in zip(entries(export("har")), exchanges(), strict=True):
        request, response = entry["request"], entry["response"]
        assert (request["method"], request["url"]) == (exchange.method, exchange.url)
        assert pairs(request["headers"]) == exchange.request_headers
        assert (response["status"], response["statusText"]) == (exchange.status, exchange.reason)
        assert pairs(response["headers"]) == exchange.headers
        assert response["content"]["text"].encode() == exchange.body
    assert json.loads(export("har"))["log"]["version"] == "1.2"


def test_the_har_masks_the_token_and_has_none_where_none_was_sent() -> None:
    sent = {
        entry["comment"].partition(".")[0]: dict(pairs(entry["request"]["headers"])).get("Authorization")
        for entry in entries(export("har"))
    }

    assert set(sent.values()) == {"Bearer <redacted>", None}
    assert [name for name, value in sent.items() if value is None] == ["401-no-token"]


def test_the_har_tells_the_moment_of_each_response_by_its_own_date() -> None:
    for entry, exchange in zip(entries(export("har")), exchanges(), strict=True):
        ((day, clock),) = re.findall(r"^\w+, (\d\d) Nov 2026 (\S+) GMT$", exchange.header("Date") or "")
        assert entry["startedDateTime"] == f"2026-11-{day}T{clock}+00:00"


def test_a_recording_without_a_date_is_of_1970_in_a_har(tmp_path: Path) -> None:
    moments = [each["startedDateTime"] for each in entries(altered("har", tmp_path, "Date:", "Undated:"))]

    assert moments.count("1970-01-01T00:00:00+00:00") == 1


def test_another_server_is_called_by_the_name_it_gives_itself(tmp_path: Path) -> None:
    comments = [each["comment"] for each in entries(altered("har", tmp_path, "wemasy-kit-sandbox", "nginx"))]

    (comment,) = (each for each in comments if each.startswith("401-unknown-token. "))
    assert comment.endswith(", a server that calls itself nginx.")


# --- .http


def test_the_http_file_asks_before_it_sends_and_follows_no_redirect() -> None:
    assert export("http").partition("### Log out customer\n")[2].splitlines() == [
        "# @prompt token The bearer token to revoke",
        "# @note",
        "# @no-redirect",
        "# @no-cookie-jar",
        "# @no-log",
        f"POST {ADDRESS}",
        "Accept: application/json",
        "Authorization: Bearer {{token}}",
    ]


def test_the_http_file_names_every_documented_response() -> None:
    for each in load().responses:
        assert f"#   {each.status} {each.description}\n" in export("http")


# --- Writing


def everything(top: Path) -> dict[str, str]:
    return {str(path.relative_to(top)): path.read_text("utf-8") if path.is_file() else "" for path in top.rglob("*")}


def test_a_file_is_written_in_utf_8_for_others_to_read(tmp_path: Path) -> None:
    longest = tmp_path / ("å" * 127 + "a")
    mask = os.umask(0o027)
    try:
        write_file("å\n", longest)
    finally:
        os.umask(mask)

    assert longest.read_bytes() == "å\n".encode()
    assert longest.stat().st_mode & 0o777 == 0o640


def test_what_is_replaced_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "a").touch(0o600)
    write_file("new", tmp_path / "a", replace=True)

    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600


def test_of_two_that_write_one_new_file_at_once_one_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def asks_too_early(path: object) -> bool:
        return False

    write_file("first", tmp_path / "a")
    monkeypatch.setattr(os.path, "lexists", asks_too_early)
    with pytest.raises(FileExistsError):
        write_file("second", tmp_path / "a")

    assert everything(tmp_path) == {"a": "first"}


def test_what_is_there_stays_unless_it_is_to_be_replaced(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")

    for name in ("a", "link"):
        with pytest.raises(FileExistsError, match="is there already"):
            write_file("new", tmp_path / name)
    assert everything(tmp_path) == {"a": "mine", "link": ""}

    write_file("new", tmp_path / "a", replace=True)
    write_file("new", tmp_path / "link", replace=True)
    assert everything(tmp_path) == {"a": "new", "link": "new", "nowhere": "new"}


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo, lambda path: os.symlink("/dev/null", path)])
def test_what_is_no_regular_file_is_never_replaced(make: Callable[[Path], None], tmp_path: Path) -> None:
    make(tmp_path / "a")
    before = (tmp_path / "a").lstat()

    for forced in ("--force", ""):
        ended = run(f"export har -o {tmp_path / 'a'} {forced}")
        if not (tmp_path / "a").is_dir():
            assert (ended.exit_code, f"{tmp_path / 'a'} is there, and no regular file" in ended.stderr) == (2, True)
    with pytest.raises(FileExistsError, match="is there already"):
        write_file("new", tmp_path / "a", replace=True)

    assert ((tmp_path / "a").lstat().st_mode, (tmp_path / "a").lstat().st_ino) == (before.st_mode, before.st_ino)


@pytest.mark.parametrize("forced", ["", "--force"])
def test_the_command_writes_to_standard_output_by_its_name(forced: str) -> None:
    assert run(f"export har -o /dev/stdout {forced}").stdout == export("har")


@pytest.mark.parametrize("text", ["new", "half\ud800"], ids=["no space on the device", "half a character"])
def test_where_writing_fails_nothing_is_left_but_what_was_there(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: object, target: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    (tmp_path / "a").write_text("old")

    with pytest.raises((OSError, UnicodeEncodeError)):
        write_file(text, tmp_path / "a", replace=True)

    assert everything(tmp_path) == {"a": "old"}


# --- The command


@pytest.mark.parametrize("format", FORMATS)
def test_the_command_prints_an_export_or_writes_it_into_a_folder_that_is_there(format: Format, tmp_path: Path) -> None:
    assert run(f"export {format}").stdout == export(format)
    assert run(f"export {format} -o {tmp_path}").exit_code == 0

    assert everything(tmp_path) == {FORMATS[format].file_name: export(format)}


def test_the_command_writes_a_file_of_the_name_that_it_is_given_and_over_one_only_when_forced(tmp_path: Path) -> None:
    file = tmp_path / "session.har"
    file.write_text("mine")

    refused = run(f"export har -o {file}")
    assert (refused.exit_code, file.read_text()) == (2, "mine")
    assert f"{file} is there already; --force replaces it" in refused.stderr

    assert run(f"export har -o {file} --force").exit_code == 0
    assert everything(tmp_path) == {"session.har": export("har")}
