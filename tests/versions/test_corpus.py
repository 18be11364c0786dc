"""The engine on trees of real releases, where they are at hand; their code is nobody's to copy into this repository.

``AWEIGH_CORPUS`` names a folder that holds one folder per case: the tree, and beside it ``case.json`` with ``version``,
``root`` and ``edits`` (path to the lines expected there).
"""

import json
import os
import shutil
from pathlib import Path

import pytest

from tests.versions.corpus import bump_tree, read_tree

CORPUS = os.environ.get("AWEIGH_CORPUS", "")
CASES = sorted(Path(CORPUS).glob("*/case.json")) if CORPUS else []


@pytest.mark.skipif(not CASES, reason="no corpus of real releases at hand (AWEIGH_CORPUS)")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.parent.name)
def test_a_real_release_is_made_as_its_maintainers_did(case: Path, tmp_path: Path) -> None:
    expected = json.loads(case.read_text())
    tree = tmp_path / "tree"
    shutil.copytree(case.parent / "tree", tree)
    bump_tree(tree, expected["version"], expected.get("root", "."))
    for path, lines in expected["edits"].items():
        assert set(lines) <= set((tree / path).read_text().splitlines())


def test_the_adapter_edits_a_folder_and_follows_no_links(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "widget"\nversion = "1.1.0"\n')
    (tmp_path / "widget").mkdir()
    (tmp_path / "elsewhere.py").write_text("__version__ = '1.1.0'\n")
    (tmp_path / "widget" / "__init__.py").symlink_to(tmp_path / "elsewhere.py")
    bump_tree(tmp_path, "1.2.0")
    assert read_tree(tmp_path).spelling == "1.2.0"
    assert "1.1.0" in (tmp_path / "elsewhere.py").read_text()
