"""The catalogue against the kit's own samples, and against a project in another language."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.clients import PAGE, checked, version
from tests.exports.test_samples import CHECKED, sample, skip_without_its_interpreter, slow_ones_are_for_the_tools_run
from wemasy_kit.sandbox.catalogue import GROUPS, find_group
from wemasy_kit.testing.command import Command
from wemasy_kit.testing.play import play_all

PLAYED = [*find_group("bodies"), *(find_group(group)[-1] for group in GROUPS)]  # of the slow ones it is one that ends
TEN_LINES = """
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import test, { after } from 'node:test';
import { logOut } from './my-logout.mjs';
const shop = spawn('wemasy-kit', ['sandbox', '--port=0', '--cases', '--json']);
const { base_url: baseUrl } = JSON.parse((await once(shop.stdout, 'data'))[0]);
after(() => shop.kill());
for (const name of '200-documented 401-documented 429-without-retry-after 500-before-revoking html-200'
  .concat(' silence-before-revoking reset-before-revoking').split(' '))
  test(name, async () => assert.equal(await logOut(baseUrl, `case|${name}`), name === '200-documented'));
"""
NAIVE = """
export async function logOut(baseUrl, token) {
  try {
    const response = await fetch(`${baseUrl}/services/webshop/v1/customer/auth/logout`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, Accept: 'application/json' },
      signal: AbortSignal.timeout(1000),
    });
    return response.ok;
  } catch {
    return false;
  }
}
"""


@pytest.mark.parametrize("language", slow_ones_are_for_the_tools_run(CHECKED))
def test_a_checked_sample_is_right_with_every_body_and_in_a_case_of_each_group(
    language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    skip_without_its_interpreter(language)
    monkeypatch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))

    played = list(play_all(PLAYED, Command(checked(sample(language), tmp_path), limit=15), jobs=4))

    assert {each.case.name: each.sentence for each in played} == {case.name: "Right." for case in PLAYED}


def test_the_page_of_clients_is_of_this_catalogue() -> None:
    assert version() in PAGE.read_text("utf-8"), "run `python -m tests.clients`"


def test_ten_lines_of_node_test_a_logout_against_every_response(tmp_path: Path) -> None:
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    (tmp_path / "my-logout.mjs").write_text(NAIVE)
    (tmp_path / "my.test.mjs").write_text(TEN_LINES)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])

    ended = subprocess.run(
        ["node", "--test", "--test-reporter=tap", "my.test.mjs"],
        cwd=tmp_path, env={**os.environ, "PATH": path}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert [line.split(" - ")[1] for line in ended.stdout.splitlines() if line.strip().startswith("not ok")] == [
        "html-200"
    ]
    assert "# pass 6" in ended.stdout
