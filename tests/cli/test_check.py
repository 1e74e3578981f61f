"""check: other people's programs, judged in processes of their own; whatever they do, it goes on and cleans up."""

from __future__ import annotations

import json
import os
import select
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.cli.running import HANGS, run, started, terminal
from tests.support.leaks import shows
from wemasy_kit.sandbox.catalogue import GROUPS, catalogue, find_group

CLIENTS = Path(__file__).parents[1] / "data" / "clients"
PROGRAMS = {"mjs": "node", "php": "php", "sh": "bash", "py": sys.executable}
PLAYED = (
    "200-documented message-alone 401-documented 429-without-retry-after 503-after-revoking html-200 error-true "
    "202-not-yet captive-portal-302 reset-after-revoking cut-in-the-body"
)
NAIVE_LIES = ["html-200", "error-true", "202-not-yet", "captive-portal-302"]


def cases(names: str) -> str:
    return " ".join(f"--case {name}" for name in names.split())


def program(text: str) -> str:
    """A client in Python, which has asked once, as it should, before `text`; `claims` is what it exits with."""
    asks = """
import os, sys, urllib.request
URL = os.environ["WEMASY_BASE_URL"] + "/services/webshop/v1/customer/auth/logout"
TOKEN = os.environ["WEMASY_TOKEN"]
def ask():
    headers = {"Authorization": "Bearer " + TOKEN, "Accept": "application/json"}
    try:
        with urllib.request.urlopen(urllib.request.Request(URL, method="POST", headers=headers)) as response:
            return "Logged out." in response.read().decode()
    except OSError:
        return None
done = ask()
"""
    return shlex.join([sys.executable, "-c", f"{asks}\n{text}\nsys.exit(not done)"])


def verdicts(arguments: str) -> dict[str, str]:
    return {each["name"]: each["verdict"] for each in judged(arguments)["cases"]}


def judged(arguments: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(run(f"check --json {arguments}").stdout)
    return found


@pytest.mark.parametrize("ending", PROGRAMS)
def test_a_client_is_judged_alike_in_every_language(ending: str) -> None:
    if shutil.which(PROGRAMS[ending]) is None:
        pytest.skip(f"{PROGRAMS[ending]} is not installed")

    naive, mended = (
        verdicts(f"{cases(PLAYED)} -- {PROGRAMS[ending]} {CLIENTS}/{name}.{ending}") for name in ("naive", "mended")
    )

    assert [name for name, verdict in naive.items() if verdict == "lie"] == NAIVE_LIES
    assert set(naive.values()) == {"lie", "right"}
    assert set(mended.values()) == {"right"}


@pytest.mark.tools
@pytest.mark.parametrize("ending", PROGRAMS)
def test_a_mended_client_is_right_in_every_case(ending: str) -> None:
    assert set(verdicts(f"-- {PROGRAMS[ending]} {CLIENTS}/mended.{ending}").values()) == {"right"}


def test_the_report_leads_with_the_lies_in_words_and_ends_with_what_was_right() -> None:
    result = run(f"check {cases('200-documented html-200 message-alone')} -- {program('done = True')}")

    lines = result.stdout.splitlines()
    assert result.exit_code == 1
    assert lines[0] == "It said “logged out” while the token still works: 1"
    assert lines[2].startswith("  html-200 (A 200 of something else; ")
    assert lines[-2] == "“Logged out” while the token still works: 1. Doubt after a clean 200: 0."
    assert lines[-1] == "Other faults: 0. Right: 2. What it does on the device is not judged."
    assert "%" not in result.stdout


def test_all_right_is_exit_code_0_and_nothing_of_an_output_is_kept() -> None:
    result = run(f"check {cases('200-documented html-200')} -- {program('print(done)')}")

    assert result.exit_code == 0
    assert result.stdout.startswith("“Logged out” while the token still works: 0.")


NOT_JUDGED = {
    "cannot be started": ("/nowhere/client", "/nowhere/client cannot be started: No such file or directory"),
    "is a folder": (str(CLIENTS), "cannot be started: Permission denied"),
    "exits at once": ("true", "no request came to the base URL that it was given: exit code 0, without a word"),
    "ignores its base URL": (f"{shlex.quote(sys.executable)} -c 'print(42)'", "that it was given: 42"),
    "never asks and hangs": (
        f"{shlex.quote(sys.executable)} -c 'import time; time.sleep(99)'",
        "ended after 1 seconds",
    ),
    "prints binary": (f"{shlex.quote(sys.executable)} -c 'import os; os.write(1, bytes(range(256)))'", "was given: "),
    "always says no": (program("done = False"), "it does not say “logged out” after the documented 200: exit code 1"),
    "crashes": (program("raise KeyError('data')"), "after the documented 200: KeyError: 'data'"),
}


@pytest.mark.parametrize("name", NOT_JUDGED)
def test_who_cannot_be_judged_is_told_why_in_a_line(name: str) -> None:
    command, why = NOT_JUDGED[name]

    result = run(f"check --limit 1 {cases('html-200')} -- {command}")

    assert result.exit_code == 3
    assert result.stdout.startswith("Not judged: ")
    assert why in result.stdout
    assert result.stdout.count("\n") == 1
    assert result.stdout.rstrip("\n").isprintable()


WAYS = {
    "prints its token": ("print('asked with', TOKEN)", "token_shown", "asked with [token]"),
    "crashes": ("done or {}['message']", "crashed", "KeyError"),
    "is killed": ("done or os.kill(os.getpid(), 9)", "crashed", "ended by a signal: Killed"),
    "takes all the memory": ("done or bytearray(1 << 40)", "crashed", "MemoryError"),
    "hangs": ("import time; done or time.sleep(99)", "hung", "ended after 2 seconds"),
    "leaves a child that holds its output": (
        "import subprocess; done or subprocess.Popen(['sleep', '99'])", "right", None),
    "asks again": ("done or ask()", "repeated", ""),
    "prints binary without end": ("\nwhile not done: os.write(1, bytes(range(256)) * 999)", "crashed", "too large"),
    "prints binary": ("os.write(1, bytes(range(256)))", "right", None),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_whatever_a_client_does_it_is_told_and_the_run_goes_on(way: str) -> None:
    does, verdict, output = WAYS[way]

    found = judged(f"--limit 2 {cases('200-documented 503-before-revoking')} -- {program(does)}")["cases"]

    assert found[1]["verdict"] == verdict
    assert output is None or output in found[1]["output"]
    assert verdict == "token_shown" or found[0]["verdict"] == "right"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what a process was started with")
def test_not_even_a_child_that_left_its_process_group_stays_behind(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "alive")
    reads = os.open(tmp_path / "alive", os.O_RDONLY | os.O_NONBLOCK)
    leaves = f"""
import subprocess
alive = open({str(tmp_path / "alive")!r}, "w")
subprocess.Popen(["sleep", "99"], pass_fds=[alive.fileno()], start_new_session=True)
"""
    assert run(f"check --case 200-documented -- {program(leaves)}").exit_code == 0

    assert select.select([reads], [], [], HANGS)[0]
    assert os.read(reads, 99) == b""  # Nobody has its other end any more.
    os.close(reads)


def test_what_it_prints_can_be_its_claim() -> None:
    does = "print('Logged out.' if done else 'Not logged out.'); done = True"
    arguments = f"{cases('200-documented html-200')} -- {program(does)}"

    assert verdicts(arguments) == {"200-documented": "right", "html-200": "lie"}
    assert set(verdicts(f"--claims 'stdout:^Logged out' {arguments}").values()) == {"right"}


def test_no_token_is_in_json_in_junit_or_in_words_and_junit_names_every_case(tmp_path: Path) -> None:
    keeps = f"open({str(tmp_path / 'tokens')!r}, 'a').write(TOKEN + ' '); print(TOKEN, '\\0'); done = True"
    arguments = f"--junit {tmp_path / 'junit.xml'} --group gateways -- {program(keeps)}"

    words = run(f"check {arguments}").output + run(f"check --json {arguments}").output

    tokens = (tmp_path / "tokens").read_text().split()
    junit = ElementTree.parse(tmp_path / "junit.xml").getroot()
    names = [case.name for case in find_group("gateways")]
    assert [case.get("name") for case in junit.iter("testcase")] == names
    assert len(tokens) == 2 * (len(names) + 2)
    assert not any(shows(words + ElementTree.tostring(junit, "unicode"), token) for token in tokens)


def test_the_cases_are_listed_by_group() -> None:
    lines = run("check --list").stdout.splitlines()

    assert len(lines) == len(catalogue())
    assert list(dict.fromkeys(line.split()[0] for line in lines)) == list(GROUPS)
    assert len(run("check --list --group slow --case html-200").stdout.splitlines()) == len(find_group("slow")) + 1


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_when_it_is_interrupted_no_child_stays_and_what_was_found_is_told(
    sent: signal.Signals, code: int, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "alive")
    reads = os.open(tmp_path / "alive", os.O_RDONLY | os.O_NONBLOCK)
    waits = f"""
import subprocess, time
if done is False:
    alive = open({str(tmp_path / "alive")!r}, "w")
    subprocess.Popen(["sleep", "99"], pass_fds=[alive.fileno()])
    print("hangs", file=alive, flush=True)
    time.sleep(99)
"""
    arguments = f"check --limit 60 --jobs 1 {cases('200-documented html-200')} -- {program(waits)}"
    with started(arguments) as process:
        assert select.select([reads], [], [], HANGS)[0]
        assert os.read(reads, 99) == b"hangs\n"
        process.send_signal(sent)
        out, err = process.communicate(timeout=HANGS)
    assert os.read(reads, 99) == b""  # Nobody has its other end any more.
    os.close(reads)

    assert process.returncode == code
    assert ("1 of 2 cases were played" in err, "Right: 1." in out) == (code == 130, code == 130)
    assert "Traceback" not in err


def test_at_a_terminal_it_shows_how_far_it_is() -> None:
    with terminal() as (person, end):
        command = ["check", "--case", "200-documented", "--", *shlex.split(program(""))]
        subprocess.run([sys.executable, "-m", "wemasy_kit", *command], stderr=end, timeout=HANGS, check=True)
        assert b"Playing" in os.read(person, 4096)
