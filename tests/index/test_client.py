from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from bot.index.addresses import PYPI, define_index
from bot.index.client import IndexClient, IndexUnreachableError
from bot.index.facts import Absent, IndexFile, ProjectFiles, Provenance, Unavailable
from bot.index.simple import MalformedAnswerError, parse_project
from bot.index.transport import Answer, NoAnswerError
from tests.index.scripted import ScriptedIndex, entry, listing, simple

LOCAL = define_index("pypi", "http://127.0.0.1:9000")
URL = "http://127.0.0.1:9000/simple/my-widget/"
WHEEL, SDIST = "my_widget-1.2.0-py3-none-any.whl", "my_widget-1.2.0.tar.gz"
AGENT = "aweigh/0.1 (+https://example.org; ops@example.org)"


def client(**answers: Answer | NoAnswerError) -> tuple[IndexClient, ScriptedIndex]:
    scripted = ScriptedIndex({URL: answers["project"]} if "project" in answers else {})
    return IndexClient(LOCAL, scripted, user_agent=AGENT), scripted


async def test_the_files_of_a_project() -> None:
    body = listing(
        entry(WHEEL, provenance="/integrity/my-widget/1.2.0/x/provenance", hashes={"sha256": "A" * 64}),
        entry(SDIST, yanked="broken"),
        entry("my_widget-1.10.tar.gz", size=..., yanked=True, provenance=...),
        entry("My.Widget-0.1-py2.7.egg"),
        entry("gadget-1.0.tar.gz"),
        status="archived",
    )
    index, scripted = client(project=simple(body))
    found = await index.get_project("My_Widget")
    assert (found.name, found.exists, found.status) == ("my-widget", True, "archived")
    assert found.versions == ("1.10", "1.2.0")
    assert found.unparsed == ("My.Widget-0.1-py2.7.egg", "gadget-1.0.tar.gz")
    wheel, sdist, old = found.files
    assert wheel == IndexFile(
        WHEEL,
        Version("1.2.0"),
        f"https://files.example/{WHEEL}",
        "a" * 64,
        7,
        datetime(2026, 11, 20, 12, 0, 0, 500000, tzinfo=UTC),
        "http://127.0.0.1:9000/integrity/my-widget/1.2.0/x/provenance",
        provenance_listed=True,
        yanked=None,
    )
    assert (wheel.is_wheel, sdist.is_wheel, sdist.yanked) == (True, False, "broken")
    assert (old.size, old.yanked, old.provenance_listed) == (None, "", False)
    ((asked, headers),) = scripted.asked
    assert asked == URL
    assert headers == {"accept": "application/vnd.pypi.simple.v1+json", "user-agent": AGENT}


async def test_versions_are_found_by_what_they_mean() -> None:
    index, _ = client(project=simple(listing(entry("my_widget-1.0.tar.gz"))))
    found = await index.get_project("my-widget")
    for version in ("1", "1.0", "1.0.0", "v1.0", Version("1.0")):
        assert [file.filename for file in found.files_of(version)] == ["my_widget-1.0.tar.gz"]
    assert found.files_of("1.0.1") == found.files_of("not a version") == ()


async def test_a_project_that_is_not_there_has_no_files() -> None:
    index, _ = client()
    assert await index.get_project("my-widget") == ProjectFiles("my-widget", exists=False)


async def test_the_list_is_asked_for_again_with_its_etag() -> None:
    index, scripted = client(project=simple(listing(entry(WHEEL)), etag='"one"'))
    first = await index.get_project("my-widget")
    assert await index.get_project("My.Widget") is first
    assert [headers.get("if-none-match") for _, headers in scripted.asked] == [None, '"one"']
    scripted.answers[URL] = simple(listing(entry(WHEEL), entry(SDIST)), etag='"two"')
    assert len((await index.get_project("my-widget")).files) == 2


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (NoAnswerError("it did not answer in time"), "in time"),
        (Answer(200, {"content-type": "text/html; charset=utf-8"}, b"<html>"), "HTML instead"),
        (Answer(200, {}, listing(entry(WHEEL))), "no stated type"),
        (Answer(200, {"content-type": "application/json"}, listing(entry(WHEEL))), "another type"),
        (Answer(200, {"content-type": "application/vnd.pypi.simple.v2+json"}, listing()), "another type"),
        (Answer(301, {"location": "http://169.254.169.254/"}, b""), "answered 301"),
        (Answer(304, {}, b""), "answered 304"),
        (Answer(403, {}, b""), "answered 403"),
        (Answer(500, {}, b""), "answered 500"),
        (simple(b""), "not JSON"),
        (simple(b"[" * 100_000), "not JSON"),
        (simple(b"\xff\xfe"), "not JSON"),
        (simple(b"[]"), "not a JSON object"),
        (simple(b"{}"), "API version"),
        (simple(json.dumps({"meta": {"api-version": "2.0"}, "name": "my-widget", "files": []}).encode()), "API version"),
        (simple(listing(entry(WHEEL), name="gadget")), "another project"),
        (simple(json.dumps({"meta": {"api-version": "1.0"}, "name": "my-widget"}).encode()), "no list"),
        (simple(listing(entry(WHEEL, filename=5))), "`filename`"),
        (simple(listing(entry(WHEEL, url=None))), "`url`"),
        (simple(listing(entry(WHEEL, url="http://[bad"))), "malformed address"),
        (simple(listing(entry(WHEEL, hashes={"sha256": "zz"}))), "sha256"),
        (simple(listing(entry(WHEEL, provenance=5))), "`provenance`"),
        (simple(json.dumps({"meta": {"api-version": "1.0"}, "name": "my-widget", "files": ["x"]}).encode()), "`filename`"),
    ],
)  # fmt: skip
async def test_anything_else_says_nothing_about_the_project(answer: Answer | NoAnswerError, why: str) -> None:
    index, _ = client(project=answer)
    with pytest.raises(IndexUnreachableError, match=why):
        await index.get_project("my-widget")


async def test_a_long_list_is_read_too() -> None:
    files = [entry(f"my_widget-{n}.0.tar.gz") for n in range(3000)]
    index, _ = client(project=simple(listing(*files)))
    assert len((await index.get_project("my-widget")).files) == 3000


@given(st.recursive(st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)), lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["filename", "url", "hashes", "sha256", "size", "upload-time", "yanked", "provenance", "status"]), inner, max_size=5)), max_leaves=12))  # fmt: skip
def test_any_list_is_read_or_refused(files: Any) -> None:
    body = json.dumps({"meta": {"api-version": "1.0"}, "name": "my-widget", "files": [files], "project-status": files})
    with suppress(MalformedAnswerError):
        assert isinstance(parse_project(body.encode(), project="my-widget", url=URL), ProjectFiles)


# --- Provenance -------------------------------------------------------------------------------------------------------

PROVENANCE_URL = f"http://127.0.0.1:9000/integrity/my-widget/1.2.0/{WHEEL}/provenance"
INTEGRITY = {"content-type": "application/vnd.pypi.integrity.v1+json"}


def wheel(**more: Any) -> IndexFile:
    facts: dict[str, Any] = {"provenance_url": PROVENANCE_URL, "provenance_listed": True, **more}
    return IndexFile(WHEEL, Version("1.2.0"), "https://files.example/x", "a" * 64, **facts)


async def find(
    file: IndexFile, answer: Answer | NoAnswerError | None = None, index: Any = LOCAL
) -> tuple[Any, list[str]]:
    scripted = ScriptedIndex({PROVENANCE_URL: answer} if answer else {})
    found = await IndexClient(index, scripted, user_agent=AGENT).find_provenance("my-widget", file)
    return found, [url for url, _ in scripted.asked]


async def test_provenance_is_given_as_it_came() -> None:
    found, asked = await find(wheel(), Answer(200, INTEGRITY, b"{...}"))
    assert (found, asked) == (Provenance(b"{...}"), [PROVENANCE_URL])


async def test_null_in_the_list_is_known_absence_without_asking() -> None:
    found, asked = await find(wheel(provenance_url=None))
    assert (found, asked) == (Absent(), [])


async def test_an_older_list_is_asked_about_at_the_usual_address() -> None:
    silent = wheel(provenance_url=None, provenance_listed=False)
    message = json.dumps({"message": f"No provenance available for {WHEEL}"}).encode()
    assert await find(silent, Answer(200, INTEGRITY, b"x")) == (Provenance(b"x"), [PROVENANCE_URL])
    assert (await find(silent, Answer(404, {}, message)))[0] == Absent()
    assert isinstance((await find(silent))[0], Unavailable)  # what a mirror answers that passes no provenance on
    without = define_index("pypi", "http://127.0.0.1:9000", integrity=False)
    assert isinstance((await find(silent, index=without))[0], Absent)


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data",
        "https://127.0.0.1:9000/integrity/x",
        "http://127.0.0.1:9001/integrity/x",
        "http://127.0.0.1/integrity/x",
        "http://user@127.0.0.1:9000/integrity/x",
        "http://127.0.0.1:9000@evil.example/x",
        "http://evil.example\\@127.0.0.1:9000/x",
        "file:///etc/passwd",
        "http://127.0.0.1:99999/x",
        "http:///x",
    ],
)
async def test_an_address_of_somebody_else_is_never_asked(url: str) -> None:
    found, asked = await find(wheel(provenance_url=url))
    assert isinstance(found, Unavailable)
    assert asked == []


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (None, "does not serve"),
        (Answer(404, {}, json.dumps({"message": f"No provenance available for {WHEEL}"}).encode()), "does not serve"),
        (Answer(403, {}, b'{"message": "Attestations temporarily disabled"}'), "switched attestations off"),
        (Answer(403, {}, b"{}"), "answered 403"),
        (Answer(302, {"location": "http://evil.example/"}, b""), "answered 302"),
        (Answer(500, {}, b""), "answered 500"),
        (Answer(200, {"content-type": "text/html"}, b"<html>"), "HTML instead"),
        (Answer(200, INTEGRITY, b"x" * 3_000_000), "too large"),
        (NoAnswerError("the connection failed"), "the connection failed"),
    ],
)
async def test_provenance_that_cannot_be_had_is_not_absence(answer: Answer | NoAnswerError | None, why: str) -> None:
    found, _ = await find(wheel(), answer)
    assert isinstance(found, Unavailable)
    assert why in found.reason


async def test_pypis_own_provenance_addresses_are_its_own() -> None:
    url = PYPI.provenance_url("my-widget", "1.2.0", WHEEL)
    assert url is not None
    scripted = ScriptedIndex({url: Answer(200, INTEGRITY, b"x")})
    found = await IndexClient(PYPI, scripted, user_agent=AGENT).find_provenance("my-widget", wheel(provenance_url=url))
    assert found == Provenance(b"x")
