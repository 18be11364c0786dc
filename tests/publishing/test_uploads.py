from __future__ import annotations

import pytest

from bot.index.addresses import PYPI, TESTPYPI
from bot.publishing.documents import Plain
from bot.publishing.truth import Truth
from bot.publishing.uploads import builds_distributions, find_uploads, goes_to


def targets(step: dict[str, Plain], **environment: str) -> list[tuple[str, Truth, Truth]]:
    """Tool, and whether it goes to PyPI and to TestPyPI."""
    uploads = find_uploads(step, environment, lambda text: text)
    return [(upload.tool, goes_to(upload, PYPI), goes_to(upload, TESTPYPI)) for upload in uploads]


TEST_URL = TESTPYPI.upload_url
TO_PYPI, TO_TEST = (Truth.TRUE, Truth.FALSE), (Truth.FALSE, Truth.TRUE)
NEITHER, OPEN = (Truth.FALSE, Truth.FALSE), (Truth.UNKNOWN, Truth.UNKNOWN)


@pytest.mark.parametrize(
    ("script", "tool", "where"),
    [
        ("twine upload dist/*", "twine upload", TO_PYPI),
        ("python -m twine upload --verbose dist/*", "twine upload", TO_PYPI),
        ("python3 -m twine upload -r testpypi dist/*", "twine upload", TO_TEST),
        ("twine upload --repository pypi dist/*", "twine upload", TO_PYPI),
        ("twine upload --repository=testpypi dist/*", "twine upload", TO_TEST),
        (f"twine upload --repository-url {TEST_URL} dist/*", "twine upload", TO_TEST),
        (f"twine upload --repository-url {PYPI.upload_url} dist/*", "twine upload", TO_PYPI),
        ("twine upload --repository-url https://pypi.example.com/ dist/*", "twine upload", NEITHER),
        ("twine upload --repository-url $URL dist/*", "twine upload", OPEN),
        ("pipx run twine upload dist/*", "twine upload", TO_PYPI),
        ("uvx twine@6 upload dist/*", "twine upload", TO_PYPI),
        ("uv run --with 'twine>=6' twine upload dist/*", "twine upload", TO_PYPI),
        ("cd out && twine check dist/* && twine upload dist/*", "twine upload", TO_PYPI),
        ("twine upload \\\n  --repository testpypi \\\n  dist/*", "twine upload", TO_TEST),
        (".venv/bin/twine upload dist/*", "twine upload", TO_PYPI),
        ("uv publish", "uv publish", TO_PYPI),
        (f"uv publish --publish-url {TEST_URL}", "uv publish", TO_TEST),
        ("uv publish --index testpypi", "uv publish", TO_TEST),
        ("uv --directory pkg publish", "uv publish", TO_PYPI),
        ("uv build\nuv publish -t $TOKEN", "uv publish", TO_PYPI),
        ("poetry publish --build", "poetry publish", TO_PYPI),
        ("poetry publish -r testpypi", "poetry publish", TO_TEST),
        ("flit publish", "flit publish", TO_PYPI),
        ("pdm publish --no-build", "pdm publish", TO_PYPI),
        (f"pdm publish -r {TEST_URL}", "pdm publish", TO_TEST),
        ("hatch publish", "hatch publish", TO_PYPI),
        ("hatch publish -r test", "hatch publish", TO_TEST),
        ("hatch -q publish --repo main", "hatch publish", TO_PYPI),
        ("maturin publish --skip-existing", "maturin publish", TO_PYPI),
        ("rye publish", "rye publish", TO_PYPI),
    ],
)
def test_commands(script: str, tool: str, where: tuple[Truth, Truth]) -> None:
    assert targets({"run": script}) == [(tool, *where)]


@pytest.mark.parametrize(
    "script",
    [
        "twine check dist/*",
        "pip install twine",
        "echo twine upload dist/*",
        "# twine upload dist/*",
        "true # twine upload dist/*",
        "uv publish --dry-run",
        "poetry publish --dry-run",
        "uv build",
        "npm publish",
        "cargo publish",
        "gh release upload v1 dist/*",
        "poetry build",
        "twine --version; aws s3 upload",
    ],
)
def test_what_is_no_upload(script: str) -> None:
    assert targets({"run": script}) == []


def test_a_script_that_decides_by_itself_is_not_sure() -> None:
    script = 'if [[ "$GITHUB_REF" == refs/tags/* ]]; then\n  twine upload dist/*\nfi'
    (upload,) = find_uploads({"run": script}, {}, lambda text: text)
    assert upload.conditional
    assert not find_uploads({"run": "twine upload dist/*"}, {}, lambda text: text)[0].conditional


def test_environment_variables_say_where() -> None:
    assert targets({"run": "twine upload dist/*"}, TWINE_REPOSITORY="testpypi") == [("twine upload", *TO_TEST)]
    assert targets({"run": "uv publish"}, UV_PUBLISH_URL=TEST_URL) == [("uv publish", *TO_TEST)]
    assert targets({"run": "twine upload --repository-url ${URL} x"}, URL=TEST_URL) == [("twine upload", *TO_TEST)]  # fmt: skip
    assert targets({"run": "hatch publish"}, HATCH_INDEX_REPO="test") == [("hatch publish", *TO_TEST)]


def test_actions() -> None:
    assert targets({"uses": "pypa/gh-action-pypi-publish@v1.14.2"}) == [("pypa/gh-action-pypi-publish", *TO_PYPI)]
    assert targets({"uses": "PyPA/gh-action-pypi-publish@" + "a" * 40}) == [("pypa/gh-action-pypi-publish", *TO_PYPI)]
    for name in ("repository-url", "repository_url"):
        step: dict[str, Plain] = {
            "uses": "pypa/gh-action-pypi-publish@v1",
            "with": {name: TEST_URL.rstrip("/")},
        }
        assert targets(step) == [("pypa/gh-action-pypi-publish", *TO_TEST)]
    assert targets({"uses": "PyO3/maturin-action@v1", "with": {"command": "upload", "args": "--skip-existing dist/*"}}) == [("maturin upload", *TO_PYPI)]  # fmt: skip
    assert targets({"uses": "pypa/gh-action-pypi-publish-fork@v1"}) == []
    assert targets({"uses": "actions/upload-artifact@v7"}) == []


@pytest.mark.parametrize(
    ("step", "builds"),
    [
        ({"run": "python -m build"}, True),
        ({"run": "uv build --no-sources"}, True),
        ({"run": "python setup.py sdist bdist_wheel"}, True),
        ({"uses": "hynek/build-and-inspect-python-package@v3"}, True),
        ({"uses": "pypa/cibuildwheel@v3"}, True),
        ({"run": "twine upload dist/*"}, False),
        ({"uses": "actions/download-artifact@v8"}, False),
    ],
)
def test_building(step: dict[str, Plain], builds: bool) -> None:
    assert builds_distributions(step) is builds
