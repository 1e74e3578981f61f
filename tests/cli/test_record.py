"""record: what is written and compared, whose tokens it uses, and that a refusal leaves the old file."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.cli.running import HANGS, at, run, started, terminal, wait_for
from tests.support.fault_cases import whole
from tests.support.fault_server import FaultServer, says
from tests.support.leaks import shows
from wemasy_kit.sources.recorder import STORIES
from wemasy_kit.sources.sandbox import Sandbox


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_every_story_is_written_and_check_then_finds_it_as_recorded(tmp_path: Path) -> None:
    written = run(f"record --folder {tmp_path}")
    checked = run(f"record --check --folder {tmp_path}")

    assert written.exit_code == checked.exit_code == 0
    said = [f"{name}.yaml: recorded from the sandbox" for name in STORIES]
    assert written.stdout.splitlines() == [*said, f"6 in {tmp_path}"]
    assert checked.stdout.splitlines() == [f"{name}.yaml: as recorded" for name in STORIES]
    assert set(contents(tmp_path)) == {f"{name}.yaml" for name in STORIES}


def test_check_names_each_difference_goes_on_and_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "401-no-token.yaml").write_text("mine")
    ended = run(f"record --check --folder {tmp_path} 401-no-token 401-unknown-token")

    assert ended.exit_code == 1
    changed, missing = ended.stderr.splitlines()
    assert changed.startswith("401-no-token.yaml: line 1: “mine” is now “interactions: ")
    assert missing == "401-unknown-token.yaml: missing"
    assert contents(tmp_path) == {"401-no-token.yaml": "mine"}


def test_what_differs_is_shown_before_a_cassette_is_replaced(tmp_path: Path) -> None:
    run(f"record --folder {tmp_path} 401-no-token")
    path = tmp_path / "401-no-token.yaml"
    path.write_text(path.read_text().replace("- wemasy-kit-sandbox", "- nginx\x1b[2J"))
    ended = run(f"record --folder {tmp_path} 401-no-token")

    assert ended.exit_code == 0
    assert "“- nginx [2J” is now “- wemasy-kit-sandbox”" in ended.stderr
    assert "nginx" not in path.read_text()


# --- Live


def live(shop: Sandbox, folder: Path) -> str:
    return f"record --source live --base-url {shop.base_url} --folder {folder}"


def test_the_token_of_the_environment_is_revoked_and_used_once(tmp_path: Path) -> None:
    with Sandbox() as shop:
        token = shop.issue_token("jane")
        ended = run(f"{live(shop, tmp_path)} 200-token-revoked 200-200-two-devices", token=token.reveal())
        assert not shop.holds(token)

    ((name, text),) = contents(tmp_path).items()
    assert (ended.exit_code, name) == (2, "200-token-revoked.yaml")
    assert f"200-token-revoked.yaml: recorded from {shop.base_url}" in ended.stdout
    assert "no token: set WEMASY_TOKEN" in ended.stderr
    assert f"uri: {shop.base_url}/services/webshop/v1/customer/auth/logout" in text
    assert not shows(text + ended.output, token.reveal())


def test_a_401_needs_no_token_of_yours(tmp_path: Path) -> None:
    with Sandbox() as shop:
        assert run(f"{live(shop, tmp_path)} 401-no-token 401-unknown-token").exit_code == 0

    assert len(contents(tmp_path)) == 2


def test_each_token_is_asked_for_hidden(tmp_path: Path) -> None:
    with Sandbox() as shop, terminal() as (person, program):
        tokens = {role: shop.issue_token("jane").reveal() for role in ("phone", "laptop")}
        with started(f"{live(shop, tmp_path)} 200-200-two-devices", stdin=program) as process:
            seen = ""
            for role, token in tokens.items():
                seen += wait_for(f"Token of the {role}, which this revokes (not shown): ", process)
                os.write(person, token.encode() + b"\n")
            out, err = process.communicate(timeout=HANGS)

    assert process.returncode == 0
    assert list(contents(tmp_path)) == ["200-200-two-devices.yaml"]
    assert not any(shows(seen + out + err, token) for token in tokens.values())


# The story, and words of the refusal.
REFUSALS = {
    "a limit that would have to be reached": ("429-too-many-requests", "not done to a live API"),
    "a response that is not the story's": ("200-token-revoked", "(401); nothing was written"),
    "a response that holds a secret": ("401-no-token", "holds a Sanctum token"),
    "a server that is down": ("401-no-token", "is not_sent. Nothing was sent: nothing listens at that address"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_a_refusal_leaves_the_old_file(case: str, tmp_path: Path, canary: str) -> None:
    story, said = REFUSALS[case]
    (tmp_path / f"{story}.yaml").write_text("the old one")
    repeats = says(whole("401 Unauthorized", json.dumps({"message": canary}).encode()))
    with FaultServer(None if "down" in case else repeats) as server:
        ended = run(f"record {story} --source live {at(server)} --folder {tmp_path}", token=canary)

    assert ended.exit_code == 1
    assert said in ended.stderr
    assert not shows(ended.output, canary)
    assert contents(tmp_path) == {f"{story}.yaml": "the old one"}
