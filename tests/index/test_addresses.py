from __future__ import annotations

import re
from pathlib import Path

import pytest

import bot
from bot.index.addresses import PYPI, TESTPYPI, Index, define_index, known_indexes


def test_addresses_of_the_public_indexes() -> None:
    assert PYPI.project_url("My_Widget") == "https://pypi.org/simple/my-widget/"
    assert PYPI.web_url("My_Widget", "1.2.0") == "https://pypi.org/project/my-widget/1.2.0/"
    assert PYPI.web_url("widget") == "https://pypi.org/project/widget/"
    assert PYPI.publishing_url("widget") == "https://pypi.org/manage/project/widget/settings/publishing/"
    assert TESTPYPI.provenance_url("widget", "1.0", "widget-1.0.tar.gz") == (
        "https://test.pypi.org/integrity/widget/1.0/widget-1.0.tar.gz/provenance"
    )


def test_what_stands_in_an_address_cannot_leave_its_place() -> None:
    assert PYPI.web_url("widget", "1.0/../../x?y#z") == "https://pypi.org/project/widget/1.0%2F..%2F..%2Fx%3Fy%23z/"


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("https://upload.pypi.org/legacy/", True),
        ("https://upload.pypi.org/legacy", True),
        ("https://UPLOAD.PYPI.ORG/legacy/", True),
        ("https://user:secret@upload.pypi.org/legacy/", True),
        (" https://upload.pypi.org/legacy/\n", True),
        ("https://test.pypi.org/legacy/", False),
        ("https://upload.pypi.org.evil.example/", False),
        ("https://[bad", False),
        ("", False),
    ],
)
def test_uploads_are_recognised_by_host(url: str, here: bool) -> None:
    assert PYPI.takes_uploads_at(url) is here


def test_an_operators_index() -> None:
    index = define_index(
        "internal", "https://devpi.example.org/team", upload_hosts=["Upload.example.org"], integrity=False
    )
    assert index.project_url("widget") == "https://devpi.example.org/team/simple/widget/"
    assert index.provenance_url("widget", "1.0", "x") is None
    assert index.publishing_url("widget") is None
    assert index.takes_uploads_at("https://upload.example.org/x")
    assert index.takes_uploads_at("https://devpi.example.org/team/")
    assert not index.takes_uploads_at("https://upload.pypi.org/legacy/")
    assert index.install_option() == "--index-url https://devpi.example.org/team/simple/"


def test_an_operators_pypi_stands_in_for_the_public_one() -> None:
    local = define_index("pypi", "http://127.0.0.1:9000/")
    assert local.takes_uploads_at("https://upload.pypi.org/legacy/")
    assert local.install_option() == "--index-url http://127.0.0.1:9000/simple/"
    assert PYPI.install_option() == ""
    assert known_indexes([local]) == {"pypi": local, "testpypi": TESTPYPI}


def test_the_public_addresses_stand_in_one_module_only() -> None:
    root = Path(bot.__file__).parent
    address = re.compile(r"(?<!docs\.)\bpypi\.org|pypi\.python\.org")
    found = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if address.search(path.read_text(encoding="utf-8"))
    }
    assert found == {"index/addresses.py"}


@pytest.mark.parametrize(
    ("index", "github", "trusted"),
    [
        (PYPI, "https://github.com", True),
        (TESTPYPI, "https://GitHub.com", True),
        (PYPI, "https://ghe.acme.example", False),
        (TESTPYPI, "https://acme.ghe.com", False),
        (PYPI, "https://github.com.evil.example", False),
        (define_index("pypi", "https://index.acme.example"), "https://ghe.acme.example", True),
        (define_index("pypi", "https://pypi.org"), "https://ghe.acme.example", False),
        (define_index("mine", "https://mirror.example", upload_hosts=["upload.pypi.org"]), "https://g.example", False),
    ],
)
def test_the_public_indexes_trust_workflows_on_github_com_alone(index: Index, github: str, trusted: bool) -> None:
    assert index.trusts_workflows_on(github) is trusted
