"""An export as one file for a browser."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from wemasy_kit.exports.download import FORMATS, one_file
from wemasy_kit.exports.export import export


def test_a_format_of_one_file_is_that_file() -> None:
    name, content = one_file("openapi")

    assert export("openapi") == {name: content.decode()}
    assert json.loads(content)["openapi"].startswith("3.1")


def test_a_folder_of_files_comes_as_a_zip_with_all_of_them() -> None:
    name, content = one_file("bruno")

    assert name == "wemasy-logout.bruno.zip"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {each: archive.read(each).decode() for each in archive.namelist()} == export("bruno")


@pytest.mark.parametrize("label", FORMATS)
def test_every_entry_of_the_menu_gives_a_file(label: str) -> None:
    name, content = one_file(FORMATS[label])

    assert "." in name
    assert content
