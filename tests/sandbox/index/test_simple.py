"""The Simple API as the index serves it."""

import pytest

from bot.sandbox.http import Request
from bot.sandbox.index import ConnectionLostError

from .conftest import Publishing, sdist, wheel

JSON = "application/vnd.pypi.simple.v1+json"


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("", "text/html; charset=UTF-8"),
        ("*/*", "text/html; charset=UTF-8"),
        ("application/json", "text/html; charset=UTF-8"),
        ("image/png", "text/html; charset=UTF-8"),
        (JSON, JSON),
        ("application/vnd.pypi.simple.latest+json", JSON),
        (f"{JSON}, application/vnd.pypi.simple.v1+html; q=0.1, text/html; q=0.01", JSON),
        (f"text/html, {JSON};q=0.5", "text/html; charset=UTF-8"),
        ("application/vnd.pypi.simple.v1+html", "application/vnd.pypi.simple.v1+html"),
    ],
)
def test_the_media_type_is_negotiated_as_on_the_real_index(publishing: Publishing, accept: str, media: str) -> None:
    assert publishing.get("/simple/widget/", accept=accept).headers["content-type"] == media


def test_a_file_is_described(publishing: Publishing) -> None:
    publishing.upload(wheel())
    publishing.upload(sdist())
    page = publishing.simple()
    assert page["name"] == "widget"
    assert page["versions"] == ["1.2.0"]
    assert page["project-status"] == {"status": "active"}
    first = page["files"][0]
    filename, content = wheel()
    assert (first["filename"], first["size"], first["yanked"]) == (filename, len(content), False)
    assert first["upload-time"] == "2026-11-02T09:00:00.000000Z"
    assert first["provenance"] == f"{publishing.index.base}/integrity/widget/1.2.0/{filename}/provenance"
    download = publishing.get(first["url"].removeprefix(publishing.index.base))
    assert download.body == content
    metadata = publishing.get(first["url"].removeprefix(publishing.index.base) + ".metadata")
    assert b"Name: widget" in metadata.body
    assert page["files"][1]["core-metadata"] is False


def test_a_file_without_attestations_has_no_provenance(publishing: Publishing) -> None:
    publishing.upload(wheel(), attested=False)
    assert publishing.simple()["files"][0]["provenance"] is None


def test_names_are_normalised_by_redirection(publishing: Publishing) -> None:
    for path in ("/simple/Widget/", "/simple/widget"):
        answer = publishing.get(path)
        assert (answer.status, answer.headers["location"]) == (301, f"{publishing.index.base}/simple/widget/")
    assert publishing.get("/simple/nobody/").status == 404


def test_an_unchanged_page_is_not_sent_again(publishing: Publishing) -> None:
    tag = publishing.get("/simple/widget/", accept=JSON).headers["etag"]
    assert publishing.get("/simple/widget/", accept=JSON, if_none_match=tag).status == 304
    publishing.upload(wheel())
    assert publishing.get("/simple/widget/", accept=JSON, if_none_match=tag).status == 200


def test_project_pages(publishing: Publishing) -> None:
    publishing.upload(wheel())
    assert b"widget-1.2.0" in publishing.get("/project/widget/1.2.0/").body
    assert publishing.get("/project/widget/9.9/").status == 404
    assert publishing.get("/project/widget/<script>/").status == 404
    assert publishing.get("/pypi/widget/1.2/json").json()["info"]["version"] == "1.2.0"


def test_project_status_and_yanking(publishing: Publishing) -> None:
    publishing.upload(wheel())
    project = publishing.index.state.projects["widget"]
    project.files[wheel()[0]].yanked = "broken"
    assert publishing.simple()["files"][0]["yanked"] == "broken"
    project.status = "quarantined"
    page = publishing.simple()
    assert (page["project-status"], page["files"]) == ({"status": "quarantined"}, [])


def test_files_become_visible_after_some_reads(publishing: Publishing) -> None:
    publishing.index.faults.hidden_reads = 2
    publishing.upload(wheel())
    path = f"/integrity/widget/1.2.0/{wheel()[0]}/provenance"
    assert publishing.simple()["files"] == []
    assert publishing.get(path).status == 404
    assert publishing.simple()["files"] == []
    assert len(publishing.simple()["files"]) == 1
    assert publishing.get(path).status == 200


def test_an_index_that_is_down(publishing: Publishing) -> None:
    publishing.index.faults.unreachable = 503
    assert publishing.get("/simple/widget/").status == 503
    publishing.index.faults.unreachable = "connection"
    with pytest.raises(ConnectionLostError):
        publishing.get("/simple/widget/")


def test_a_mirror_that_answers_html_to_everybody(publishing: Publishing) -> None:
    publishing.upload(wheel())
    publishing.index.faults.html_only = True
    assert publishing.get("/simple/widget/", accept=JSON).headers["content-type"].startswith("text/html")
    assert publishing.get(f"/integrity/widget/1.2.0/{wheel()[0]}/provenance").status == 404


def test_head_and_unknown_routes(publishing: Publishing) -> None:
    head = publishing.index.handle(Request.of("HEAD", "/simple/widget/"))
    assert (head.status, head.body) == (200, b"")
    assert publishing.get("/nothing").status == 404
    assert publishing.index.handle(Request.of("DELETE", "/simple/widget/")).status == 404
