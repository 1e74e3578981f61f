"""Places: recordings and notebooks lie beside the package in a checkout, and inside it in a wheel."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

from wemasy_kit.sources import places


@pytest.mark.parametrize("name", ["cassettes", "notebooks"])
def test_in_a_checkout_they_lie_beside_the_package(name: Literal["cassettes", "notebooks"]) -> None:
    assert places.folder(name) == Path(__file__).parents[2] / name
    assert places.folder(name).is_dir()


@pytest.mark.parametrize("name", ["cassettes", "notebooks"])
def test_in_a_wheel_they_lie_inside_the_package(
    name: Literal["cassettes", "notebooks"], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "__file__", str(tmp_path / "sources" / "places.py"))
    (tmp_path / name).mkdir()

    assert places.folder(name) == tmp_path / name
