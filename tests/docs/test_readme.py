"""README.md: what it says that can be held, is held."""

from __future__ import annotations

import importlib.util
import re
import shlex
import tomllib
from pathlib import Path

import click
import pytest
import yaml

from wemasy_kit.call.outcome import OutcomeKind
from wemasy_kit.call.request import PATH
from wemasy_kit.cli.app import main
from wemasy_kit.cli.logout import EXIT_CODES
from wemasy_kit.contract.document import load
from wemasy_kit.sources.cassette import cassette_names

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
INSTALL = "python3 -m venv .venv && .venv/bin/pip install -c constraints.txt -e '.[lab,test]' && "


def blocks(language: str) -> list[str]:
    return re.findall(rf"(?m)^```{language}\n((?:.*\n)*?)```$", README)


def commands() -> list[str]:
    """Every line that calls the kit: in a block, and between backticks with a space in it."""
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    return [line for line in (*lines, *re.findall(r"`(wemasy-kit [^`]+)`", README)) if line.startswith("wemasy-kit ")]


def section(heading: str) -> str:
    return README.partition(f"## {heading}\n")[2].partition("\n## ")[0]


# --- The two commands


@pytest.mark.parametrize("then", [".venv/bin/wemasy-kit lab", ".venv/bin/pytest"])
def test_one_line_opens_it_and_one_line_tests_it(then: str) -> None:
    assert f"```sh\n{INSTALL}{then}\n```" in README


def test_what_the_commands_need_is_what_the_project_has() -> None:
    assert {"lab", "test"} <= set(PROJECT["optional-dependencies"])
    assert "wemasy-kit" in PROJECT["scripts"]
    assert f"Python {PROJECT['requires-python'].removeprefix('>=')} or newer" in README


def test_the_name_of_the_conda_environment_is_that_of_its_file() -> None:
    assert f"conda activate {yaml.safe_load((ROOT / 'environment.yml').read_text('utf-8'))['name']} " in README


def test_the_extras_that_are_named_exist() -> None:
    named = [*re.findall(r"\[([\w,]+)\]'", README), *re.findall(r"--extra (\w+)", README)]

    assert set(",".join(named).split(",")) <= set(PROJECT["optional-dependencies"])


# --- The endpoint and its responses


def test_it_names_the_endpoint_and_the_documented_responses() -> None:
    assert f"`POST {PATH}`" in README
    assert re.findall(r"(?m)^\| \*\*(\d+)\*\*", README) == [str(response.status) for response in load().responses]


# --- The command line


@pytest.mark.parametrize("line", commands())
def test_a_command_that_is_shown_is_right_use(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _, name, *arguments = shlex.split(line, comments=True)
    monkeypatch.chdir(ROOT)

    with click.Context(main) as context:
        command = main.get_command(context, name)
        assert command is not None, name
        used = command.make_context(name, arguments, parent=context).params

    assert len(commands()) >= 5
    assert used.get("cassette") in (None, *cassette_names())


def test_the_exit_codes_are_those_of_the_command() -> None:
    line = next(line for line in README.splitlines() if line.startswith("`wemasy-kit logout` exits 0 only if"))
    told = {words.replace(" ", "_"): int(code) for code, words in re.findall(r"(\d) ([a-z ]+?)[,.]", line)}
    codes = {kind.value: code for kind, code in EXIT_CODES.items() if code}

    assert EXIT_CODES[OutcomeKind.REVOKED] == 0
    assert told == {**codes, "wrong_use": click.UsageError.exit_code}


# --- Python


@pytest.mark.parametrize("code", [code for code in blocks("python") if "import" in code])
def test_python_that_is_shown_runs_as_a_script(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEMASY_TOKEN", "12|a-token-that-no-shop-has-issued")

    exec(compile(code, "README.md", "exec"), {"__name__": "__main__"})


def test_what_is_shown_of_an_outcome_is_all_that_it_can_be() -> None:
    (line,) = re.findall(r"(?m)^outcome\.kind +# (.*)$", README)

    assert re.findall(r'"(\w+)"', line) == [kind.value for kind in OutcomeKind]


# --- Places


def test_every_link_and_picture_leads_somewhere() -> None:
    places = re.findall(r"\]\(([^)#:]+)\)", README + CONTRIBUTING) + re.findall(r'(?:src|srcset)="([^":]+)"', README)

    assert len(places) >= 4
    assert [place for place in places if not (ROOT / place).exists()] == []


def test_every_path_in_find_your_way_is_there() -> None:
    rows = re.findall(r"(?m)^\| (`.*?) \|", section("Find your way"))
    paths = [path for row in rows for path in re.findall(r"`([^`]+)`", row)]

    assert len(paths) >= 7
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_every_module_that_can_be_run_is_there() -> None:
    modules = re.findall(r"python -m (tests[\w.]+)", CONTRIBUTING)

    assert modules
    assert [module for module in modules if importlib.util.find_spec(module) is None] == []


def test_every_task_that_is_told_is_there() -> None:
    told = re.findall(r"nox -s (\w+)", CONTRIBUTING)

    assert told
    assert set(told) <= set(re.findall(r"(?m)^@nox\.session.*\ndef (\w+)", (ROOT / "noxfile.py").read_text("utf-8")))
