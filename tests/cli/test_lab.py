"""Places: recordings and notebooks lie beside the package in a checkout, and inside it in a wheel."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

from wemasy_kit import files


@pytest.mark.parametrize("name", ["cassettes", "notebooks"])
def test_in_a_checkout_they_lie_beside_the_package(name: Literal["cassettes", "notebooks"]) -> None:
    assert files.shipped(name) == Path(__file__).parents[2] / name
    assert files.shipped(name).is_dir()


@pytest.mark.parametrize("name", ["cassettes", "notebooks"])
def test_in_a_wheel_they_lie_inside_the_package(
    name: Literal["cassettes", "notebooks"], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "__file__", str(tmp_path / "files.py"))
    (tmp_path / name).mkdir()

    assert files.shipped(name) == tmp_path / name
