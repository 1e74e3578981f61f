"""Scan: what is found, each form with a token planted first; what is let pass; and that nothing found is ever shown.

Whatever has a token's shape is made at run time: this file is scanned too.
"""

from __future__ import annotations

import base64
import contextlib
import gzip
import json
import os
import secrets
import sqlite3
import subprocess
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import click
import pytest
import yaml
from click.testing import CliRunner, Result

from tests.support.leaks import shows
from wemasy_kit.call.token import Token
from wemasy_kit.cli.app import main
from wemasy_kit.files import shipped
from wemasy_kit.secrets.scan import findings, without_secrets
from wemasy_kit.secrets.scan_files import scan_files

ROOT = shipped("notebooks").parent


def scan(*paths: Path | str) -> Result:
    return CliRunner().invoke(main, ["scan", *map(str, paths)])


def kinds(text: str | bytes) -> list[str]:
    return [what.partition(",")[0] for _, _, what in findings(text)]


def secret_of(canary: str) -> str:
    return canary.partition("|")[2]


# --- Tokens of Sanctum's shape

FORMS: dict[str, Callable[[str], str]] = {
    "as it was issued": lambda canary: canary,
    "older, without a checksum": lambda canary: canary[:-8],
    "with a prefix": lambda canary: canary.replace("|", "|wemasy_"),
    "percent-encoded": lambda canary: canary.replace("|", "%7C"),
    "percent-encoded in small letters": lambda canary: canary.replace("|", "%7c"),
    "percent-encoded twice": lambda canary: canary.replace("|", "%257C"),
    "escaped in JSON": lambda canary: canary.replace("|", "\\u007c"),
    "escaped in JSON within JSON": lambda canary: canary.replace("|", "\\\\u007c"),
    "escaped in YAML or Python": lambda canary: canary.replace("|", "\\x7c"),
    "escaped in HTML": lambda canary: canary.replace("|", "&#124;"),
    "after an escaped line break": lambda canary: json.dumps(f"\n{canary}\n"),
    "in a header": lambda canary: f"Authorization: Bearer {canary}",
    "in curl": lambda canary: f"curl -H 'Authorization: Bearer {canary}' https://api.wemasy.nl",
    "in a cassette": lambda canary: yaml.safe_dump({"headers": {"Authorization": [f"Bearer {canary}"]}}),
    "in a notebook's cell": lambda canary: json.dumps({"cells": [{"source": [f'token = "{canary}"\n']}]}),
    "in a HAR file's header": lambda canary: json.dumps({"name": "Authorization", "value": f"Bearer {canary}"}),
    "in Postman's variables": lambda canary: json.dumps({"variable": [{"key": "token", "value": canary}]}),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_sanctum_token_is_found_once(form: str, canary: str) -> None:
    assert kinds(FORMS[form](canary)) == ["a Sanctum token"]


@pytest.mark.parametrize("form", FORMS)
def test_a_find_can_be_masked_and_what_is_said_of_it_never_shows_the_token(form: str, canary: str) -> None:
    masked = without_secrets(f"before {FORMS[form](canary)} behind")

    assert not shows(f"{masked} {findings(FORMS[form](canary))}", canary)
    assert (masked[:7], masked[-7:]) == ("before ", " behind")


def test_a_find_names_the_fingerprint_by_which_the_token_is_known(canary: str) -> None:
    assert findings(canary)[0].what == f"a Sanctum token, fingerprint {Token.parse(canary).fingerprint}"


def test_line_and_column_count_from_one_and_count_characters(canary: str) -> None:
    found = findings(f"é\r\n“x” {canary}\n\n{canary} {canary}")

    assert [(line, column) for line, column, _ in found] == [(2, 5), (4, 1), (4, 2 + len(canary))]


@pytest.mark.parametrize("before", ["", "token=", "wemasy_", "foo%3D", "\\n", "x|", "\u2028"])
def test_a_token_without_its_id_is_known_by_its_checksum(before: str, canary: str) -> None:
    assert kinds(f"{before}{secret_of(canary)} ") == ["a Sanctum token without its id"]


@pytest.mark.parametrize("piece", range(1, 120))
def test_wherever_a_large_text_is_cut_a_find_is_whole_and_told_once(
    piece: int, canary: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = canary.partition("|")[2]
    text = f"bearer of {canary}, Bearer {'aB3xY7kQ9mZ1' * 2}, {secret}"
    whole = findings(text)
    monkeypatch.setattr("wemasy_kit.secrets.scan._PIECE", piece)

    assert len(whole) == 3
    assert findings(text) == whole


def test_without_id_and_checksum_forty_letters_are_nothing(canary: str) -> None:
    assert findings(secret_of(canary)[:-8]) == ()


NO_TOKENS = {
    "a commit's hash in a table": "|| 12|da39a3ee5e6b4b0d3255bfef95601890afd80709 |",
    "a hash in capitals": "1|DA39A3EE5E6B4B0D3255BFEF95601890AFD80709",
    "a class's name": "7|AbstractCustomerAuthenticationTokenFacto",
    "a constant's name": "1|aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1",
    "forty-one characters": "1|Aa0" + "Bb1" * 12 + "Cc",
    "the mask": "Authorization: Bearer <redacted>",
    "a stand-in": "Authorization: Bearer YOUR_API_TOKEN_GOES_HERE_2026",
    "a variable of Postman": 'Bearer {{wemasy_customer_token_1}} "bearer": [{"key": "token", "value": "{{token}}"}]',
    "a variable of a shell": "Bearer $WEMASY_CUSTOMER_TOKEN_2",
    "prose": "the bearer authentication-scheme-of-rfc6750-section-2",
    "a path": "bearer services/webshop/v1/customer/auth/logout",
    "base64 of a picture": "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk",
    "no base64": "base64,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA!",
    "broken gzip": "base64,H4sIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
}


@pytest.mark.parametrize("case", NO_TOKENS)
def test_what_only_resembles_a_token_is_let_pass(case: str) -> None:
    assert findings(NO_TOKENS[case]) == ()


# --- Bearer values of any other shape

BEARERS: dict[str, Callable[[str], str]] = {
    "in a header": lambda value: f"Authorization: Bearer {value}",
    "in small letters": lambda value: f"authorization: bearer {value}",
    "after an escaped line break": lambda value: json.dumps(f"POST /\nBearer {value}"),
    "in an address": lambda value: f"?authorization=Bearer%20{value}",
    "in a form": lambda value: f"authorization=Bearer+{value}",
    "in Postman 2.1": lambda value: json.dumps({"bearer": [{"key": "token", "value": value}]}, indent=4),
    "in Postman 2.0": lambda value: json.dumps({"bearer": {"token": value}}),
}


@pytest.mark.parametrize("form", BEARERS)
def test_a_random_bearer_value_is_found(form: str) -> None:
    assert kinds(BEARERS[form](secrets.token_hex(20))) == ["a bearer value"]


def test_a_bearer_value_is_found_at_its_first_character() -> None:
    assert findings(f"Bearer {secrets.token_hex(20)}")[0][:2] == (1, 8)


# --- Password fields in saved widget state


def models(value: str, kind: str = "PasswordModel") -> dict[str, object]:
    """What JupyterLab saves of a field, and of a neighbour that has a value too."""
    state = {"_model_name": kind, "description": "Token", "layout": "IPY_MODEL_a", "value": value}
    other = {"_model_name": "TextModel", "value": "a text"}
    return {
        "a0": {"model_module": "@jupyter-widgets/controls", "model_name": kind, "state": state},
        "b1": {"model_name": "TextModel", "state": other},
    }


def notebook(models: dict[str, object]) -> dict[str, object]:
    state = {"state": models, "version_major": 2, "version_minor": 0}
    return {"cells": [], "metadata": {"widgets": {"application/vnd.jupyter.widget-state+json": state}}, "nbformat": 4}


FIELDS: dict[str, Callable[[dict[str, object]], str]] = {
    "in a notebook": lambda models: json.dumps(notebook(models), indent=1),
    "in a notebook on one line": lambda models: json.dumps(notebook(models), separators=(",", ":")),
    "with the names behind the values": lambda models: json.dumps(notebook(dict(reversed(models.items())))),
    "in a notebook within a HAR file": lambda models: json.dumps({"text": json.dumps(notebook(models))}),
    "in a HAR file within a HAR file": lambda models: json.dumps(json.dumps(json.dumps(notebook(models)))),
    "in a page of HTML": lambda models: f"<script>{json.dumps(models)}</script>",
    "in an attribute of HTML": lambda models: f'<i x="{json.dumps(models)}">'.replace('"', "&quot;"),
    "in a log, as Python shows it": lambda models: f"comm open {models}",
    "in a file that is cut off": lambda models: json.dumps(notebook(models))[:-20],
}


@pytest.mark.parametrize("form", FIELDS)
def test_a_filled_password_field_is_found_once(form: str) -> None:
    assert kinds(FIELDS[form](models("p{w"))) == ["a filled password field in saved widget state"]


@pytest.mark.parametrize("form", FIELDS)
def test_an_empty_password_field_and_any_other_filled_one_are_let_pass(form: str) -> None:
    assert findings(FIELDS[form](models(""))) == ()
    assert findings(FIELDS[form](models("a text", kind="TextModel"))) == ()


def test_a_password_field_is_found_where_its_value_begins() -> None:
    text = json.dumps(models("hunter2"), indent=1)
    line, column, _ = findings(text)[0]

    assert text.splitlines()[line - 1][column - 1 :].startswith("hunter2")


def test_a_password_field_with_a_token_is_one_find(canary: str) -> None:
    assert kinds(json.dumps(models(canary))) == ["a Sanctum token"]


@pytest.mark.parametrize("state", ['{"_model_name": "%s"}', '"model_name": "%s"', "%s"])
def test_the_name_of_a_password_field_without_its_value_is_let_pass(state: str) -> None:
    assert findings(state % "PasswordModel" + " " * 20_000 + '{"value": "a text"}') == ()


# --- Base64

ENCODED: dict[str, Callable[[bytes], str]] = {
    "the content of an answer in a HAR file": lambda data: json.dumps(
        {"content": {"text": base64.b64encode(data).decode(), "encoding": "base64"}}
    ),
    "a body in a cassette": lambda data: yaml.safe_dump({"response": {"body": {"string": data}, "headers": {"A": []}}}),
    "a compressed body in a cassette": lambda data: yaml.safe_dump({"body": {"string": gzip.compress(data)}, "x": 1}),
    "a picture in a notebook": lambda data: json.dumps({"image/png": base64.b64encode(data).decode() + "\n"}),
    "an attachment of a notebook, in lines": lambda data: json.dumps(
        {"attachments": {"a.pdf": {"application/pdf": base64.encodebytes(data).decode()}}}, indent=1
    ),
    "a data address": lambda data: f"data:application/json;base64,{base64.b64encode(data).decode()}",
}


@pytest.mark.parametrize("length", range(4))
@pytest.mark.parametrize("form", ENCODED)
def test_a_token_is_found_in_base64(form: str, length: int, canary: str) -> None:
    text = ENCODED[form](b"\xff" * (90 + length) + json.dumps({"token": canary}).encode())

    assert canary[-40:] not in text
    assert [what.rpartition(", ")[2] for *_, what in findings(text)] == ["in base64"]


@pytest.mark.parametrize("form", ENCODED)
def test_base64_without_a_token_is_let_pass(form: str) -> None:
    assert findings(ENCODED[form](b"\xff" * 90 + b'{"message": "Logged out."}')) == ()


# --- Files and folders


def put(path: Path, data: str | bytes = "text") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def scanned(*where: Path, **options: int) -> list[str]:
    """The names of the files that were looked at, each with why it was not read."""
    return [Path(file.path).name + (f": {file.unread}" if file.unread else "") for file in scan_files(where, **options)]


def found(path: Path) -> list[tuple[int, int]]:
    return [(find.line, find.column) for file in scan_files([path]) for find in file.findings]


def test_a_folder_is_walked_in_order_and_to_the_bottom(tmp_path: Path) -> None:
    for name in ("z.txt", "b/deep/2.txt", "a/1.txt"):
        put(tmp_path / name)

    assert scanned(tmp_path) == ["z.txt", "1.txt", "2.txt"]


@pytest.mark.parametrize("name", [".git", ".venv", "node_modules", "__pycache__"])
def test_a_folder_of_others_is_walked_only_when_it_is_named(name: str, tmp_path: Path) -> None:
    put(tmp_path / name / "file")

    assert (scanned(tmp_path), scanned(tmp_path / name)) == ([], ["file"])


def test_a_symbolic_link_is_followed_only_when_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "round").symlink_to(tmp_path)
    (tmp_path / "nowhere").symlink_to(tmp_path / "missing")
    (tmp_path / "link").symlink_to(__file__)

    assert scanned(tmp_path) == []
    assert [file.size for file in scan_files([tmp_path / "link"])] == [Path(__file__).stat().st_size]


def test_what_is_no_text_is_searched_as_bytes(tmp_path: Path, canary: str) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "history.sqlite")) as history, history:
        history.execute("CREATE TABLE history (source)")
        history.execute("INSERT INTO history VALUES (?)", [f"token = '{canary}'"])

    assert [find.what[:15] for file in scan_files([tmp_path]) for find in file.findings] == ["a Sanctum token"]


def test_a_pipe_is_passed_by_below_a_folder_and_told_when_it_is_named(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    assert scanned(tmp_path) == []
    assert scanned(tmp_path / "pipe") == ["pipe: it is a pipe, a socket or a device"]


def test_what_powershell_writes_and_what_is_no_utf8_is_read_as_text(tmp_path: Path, canary: str) -> None:
    assert found(put(tmp_path / "log.txt", f"sent\r\n{canary}\r\n".encode("utf-16"))) == [(2, 1)]
    assert found(put(tmp_path / "log.txt", b"caf\xe9 " + canary.encode())) == [(1, 6)]


def test_a_huge_file_is_not_read_in_part(tmp_path: Path, canary: str) -> None:
    put(tmp_path / "file", canary)

    assert scanned(tmp_path, largest=len(canary) - 1) == ["file: it is larger than 0 MB"]
    assert scanned(tmp_path, largest=len(canary)) == ["file"]


def test_a_folder_that_is_gone_meanwhile_is_told(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    put(tmp_path / "file")
    walk = scan_files([tmp_path])
    next(walk)
    (tmp_path / "folder").rmdir()

    assert [file.unread for file in walk] == ["No such file or directory"]


# --- The command


def test_a_find_is_printed_with_its_place_and_exits_1(tmp_path: Path, canary: str) -> None:
    path = put(tmp_path / "session.log", f"\n  {canary}\n")
    ended = scan(path)

    assert ended.exit_code == 1
    assert ended.stdout == f"{path}:2:3: a Sanctum token, fingerprint {Token.parse(canary).fingerprint}\n"
    assert ended.stderr.startswith("1 found; 1 files read")
    assert "Log these tokens out first" in ended.stderr
    assert not shows(ended.output, canary)


def test_nothing_found_exits_0(tmp_path: Path) -> None:
    ended = scan(put(tmp_path / "file"))

    assert (ended.exit_code, ended.stdout) == (0, "")
    assert ended.stderr == "nothing found; 1 files read, 0.0 MB; 0 not looked at\n"


def test_without_paths_it_looks_at_this_folder(tmp_path: Path, canary: str, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "sub" / "file", canary)
    monkeypatch.chdir(tmp_path)

    assert scan().stdout.startswith("sub/file:1:1: a Sanctum token")


def test_a_path_that_is_missing_is_one_line_and_exits_2(tmp_path: Path) -> None:
    ended = scan(tmp_path / "missing")

    assert (ended.exit_code, ended.stderr.count("\n")) == (2, 1)
    assert "does not exist" in ended.stderr


def _huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(64 * 1024**2 + 1)


@pytest.mark.parametrize(
    ("make", "why"), [(os.mkfifo, "it is a pipe, a socket or a device"), (_huge, "it is larger than 64 MB")]
)
def test_a_file_that_was_not_looked_at_is_named_and_exits_1(
    make: Callable[[Path], None], why: str, tmp_path: Path
) -> None:
    make(tmp_path / "file")
    ended = scan(tmp_path / "file")

    assert ended.exit_code == 1
    assert ended.stderr.splitlines() == [
        f"{tmp_path / 'file'}: not looked at: {why}",
        "0 found; 0 files read, 0.0 MB; 1 not looked at",
    ]


def test_a_name_that_holds_a_token_or_a_control_character_is_printed_without(tmp_path: Path, canary: str) -> None:
    put(tmp_path / f"{canary}\033[2J", canary)
    ended = scan(tmp_path)

    assert not shows(ended.stdout, canary)
    assert "\033" not in ended.stdout


# --- This repository, JupyterLab, and the hook


def test_this_repository_holds_no_secret() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("this is no clone")
    command = "git ls-files -z --cached --others --exclude-standard".split()
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    files = [ROOT / name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()]

    assert len(files) > 50
    assert [(file.path, file.findings) for file in scan_files(files) if file.findings or file.unread] == []


def test_nothing_is_found_in_all_files_of_the_installed_jupyter_and_tornado() -> None:
    specs = map(find_spec, ("jupyterlab", "jupyter_server", "IPython", "nbconvert", "tornado"))
    packages = [Path(spec.origin).parent for spec in specs if spec and spec.origin]
    read = [file for file in scan_files(packages) if file.unread is None]

    assert (len(read) > 300, sum(file.size for file in read) > 10e6) == (True, True)
    assert [(file.path, file.findings) for file in read if file.findings] == []


def test_the_hook_for_pre_commit_runs_the_command() -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    program, command = hook["entry"].split()

    assert (hook["id"], hook["language"], hook["types"]) == ("wemasy-kit-scan", "python", ["file"])
    assert program == "wemasy-kit"
    assert isinstance(main.get_command(click.Context(main), command), click.Command)
