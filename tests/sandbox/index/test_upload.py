"""The rules of uploads, and the exchange that allows them."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.sandbox.actions.oidc import OidcIssuer
from bot.sandbox.http import Request
from bot.sandbox.index import Publisher
from bot.sandbox.index.multipart import parse_form

from .conftest import CLAIMS, Publishing, form, sdist, wheel


def refusal(publishing: Publishing, dist: tuple[str, bytes], **options: Any) -> tuple[int, str]:
    answer = publishing.upload(dist, **options)
    return answer.status, " ".join(answer.body.decode().split())


def test_both_files_of_a_release_are_stored(publishing: Publishing) -> None:
    token = publishing.token()
    assert publishing.upload(wheel(), token).status == 200
    assert publishing.upload(sdist(), token).status == 200
    assert publishing.index.state.projects["widget"].versions == ["1.2.0"]


def test_the_same_file_again_changes_nothing(publishing: Publishing) -> None:
    publishing.upload(wheel())
    serial = publishing.index.state.serial
    assert publishing.upload(wheel()).status == 200
    assert publishing.index.state.serial == serial


def test_a_file_name_can_never_be_reused(publishing: Publishing) -> None:
    publishing.upload(wheel())
    status, message = refusal(publishing, wheel(body="x = 1"))
    assert status == 400
    assert f"File already exists ('{wheel()[0]}', with blake2_256 hash '" in message
    publishing.index.state.delete_file("widget", wheel()[0])
    status, message = refusal(publishing, wheel())
    assert (status, "This filename was previously used by a file that has since been deleted" in message) == (400, True)


def test_only_one_sdist(publishing: Publishing) -> None:
    publishing.index.state.add_file("widget", "1.2", "widget-1.2.tar.gz", b"other", publishing.clock.now())
    assert "Only one sdist may be uploaded per release." in refusal(publishing, sdist())[1]


def test_a_release_closes_after_fourteen_days(publishing: Publishing) -> None:
    publishing.upload(wheel())
    publishing.clock.advance(timedelta(days=15).total_seconds())
    assert "releases older than 14 days is not allowed" in refusal(publishing, sdist())[1]


@pytest.mark.parametrize(
    ("dist", "fields", "message"),
    [
        (wheel("1.2.0+g1a2b3c"), {}, "The use of local versions in '1.2.0+g1a2b3c' is not allowed"),
        (wheel(), {"version": "1.2.0\nX"}, "is invalid for 'version'"),
        (wheel(), {"version": "1.3.0"}, "Version in filename should be '1.3.0' not '1.2.0'"),
        (("widget-1.2.0.zip", b"zip"), {"version": "1.2.0"}, "Invalid file extension or name"),
        (wheel(name="gadget"), {"name": "widget"}, "Start filename for 'widget' with 'widget'"),
        (("Widget-1.2.0.tar.gz", b"x"), {"name": "widget"}, "is invalid, should be 'widget-1.2.0.tar.gz'"),
        (wheel(), {"sha256_digest": "0" * 64}, "The digest supplied does not match"),
        (wheel(), {"sha256_digest": ""}, "Include at least one message digest"),
        (wheel(), {":action": "submit"}, "Invalid value for :action"),
        (wheel(), {"attestations": "[3]"}, "Malformed attestations"),
        (wheel(), {"attestations": "{"}, "Malformed attestations"),
    ],
)
def test_refused(publishing: Publishing, dist: tuple[str, bytes], fields: dict[str, str], message: str) -> None:
    status, text = refusal(publishing, dist, attested=False, **fields)
    assert status == 400
    assert message in text
    assert publishing.index.state.projects["widget"].files == {}


def test_attestations_must_speak_of_the_file(publishing: Publishing) -> None:
    other = publishing.attest("widget-1.2.0.tar.gz", b"x")
    assert (
        "subject does not match distribution name"
        in refusal(publishing, wheel(), attested=False, attestations=other)[1]
    )
    changed = publishing.attest(wheel()[0], b"changed after signing")
    text = refusal(publishing, wheel(), attested=False, attestations=changed)[1]
    assert "Invalid attestations supplied" in text
    assert "subject does not match distribution digest" in text


def test_attestations_must_come_from_the_publisher(publishing: Publishing) -> None:
    identity = publishing.sigstore.identity({**CLAIMS, "iss": publishing.issuer.url}).by_workflow("other.yml")
    filename, content = wheel()
    digest = hashlib.sha256(content).hexdigest()
    attestation = publishing.sigstore.attest(filename, digest, identity, at=publishing.clock.now())
    text = refusal(publishing, wheel(), attested=False, attestations=json.dumps([attestation]))[1]
    assert "does not match expected Trusted Publisher (publish.yml @ acme/widget)" in text


@pytest.mark.parametrize(
    ("user", "token", "message"),
    [
        ("__token__", "pypi-wrong", "Invalid or non-existent authentication information"),
        ("alice", "secret", "Username/Password authentication is no longer supported"),
    ],
)
def test_wrong_credentials(publishing: Publishing, user: str, token: str, message: str) -> None:
    status, text = refusal(publishing, wheel(), user=user, token=token)
    assert (status, message in text) == (403, True)


def test_no_credentials(publishing: Publishing) -> None:
    assert publishing.index.handle(Request.of("POST", "/legacy/")).status == 403


def test_a_minted_token_expires(publishing: Publishing) -> None:
    token = publishing.token()
    publishing.clock.advance(901)
    assert refusal(publishing, wheel(), token=token) == (403, refusal(publishing, wheel(), token=token)[1])
    assert "token is expired" in refusal(publishing, wheel(), token=token)[1]


def test_a_token_is_good_for_its_own_project_only(publishing: Publishing) -> None:
    publishing.index.state.ensure_project("gadget")
    assert refusal(publishing, wheel(name="gadget"))[0] == 403
    status, text = refusal(publishing, wheel(name="novel"))
    assert (status, "Non-user identities cannot create new projects" in text) == (400, True)


def test_an_archived_project_takes_nothing(publishing: Publishing) -> None:
    publishing.index.state.projects["widget"].status = "archived"
    assert "isn't allowed to upload to project 'widget'" in refusal(publishing, wheel())[1]


def test_switches_of_the_upload(publishing: Publishing) -> None:
    publishing.index.faults.uploads_disabled = True
    assert "New uploads are temporarily disabled" in refusal(publishing, wheel())[1]
    publishing.index.faults.uploads_disabled = False
    publishing.index.faults.lost_upload_answers = 1
    assert publishing.upload(wheel()).status == 502
    assert wheel()[0] in publishing.index.state.projects["widget"].files
    assert publishing.upload(wheel()).status == 200


def test_the_upload_address_needs_its_slash(publishing: Publishing) -> None:
    answer = publishing.index.handle(Request.of("POST", "/legacy"))
    assert (answer.status, b"with a trailing slash" in answer.body) == (308, True)


# Trusted Publishing


def code(answer: Any) -> tuple[int, str]:
    return answer.status, answer.json()["errors"][0]["code"]


def test_the_audience(publishing: Publishing) -> None:
    assert publishing.get("/_/oidc/audience").json() == {"audience": publishing.index.audience}
    publishing.index.faults.trusted_publishing_disabled = True
    assert publishing.get("/_/oidc/audience").status == 403
    assert code(publishing.mint()) == (422, "not-enabled")


def test_a_token_is_minted_for_fifteen_minutes(publishing: Publishing) -> None:
    minted = publishing.mint().json()
    assert minted["success"] is True
    assert minted["token"].startswith("pypi-")
    assert datetime.fromtimestamp(minted["expires"], UTC) - publishing.clock.now() == timedelta(minutes=15)


@pytest.mark.parametrize(
    "changed",
    [
        {"repository": "acme/Widget"},
        {"repository": "mallory/widget"},
        {"repository_owner_id": "78"},
        {"job_workflow_ref": "acme/widget/.github/workflows/other.yml@refs/tags/v1.2.0"},
        {"environment": "staging"},
        {"environment": None},
        {"event_name": "pull_request_target"},
    ],
)
def test_another_run_is_not_trusted(publishing: Publishing, changed: dict[str, Any]) -> None:
    assert code(publishing.mint(**changed)) == (422, "invalid-publisher")


def test_a_reusable_workflow_of_another_repository_is_named(publishing: Publishing) -> None:
    answer = publishing.mint(job_workflow_ref="acme/shared/.github/workflows/publish.yml@refs/heads/main")
    description = answer.json()["errors"][0]["description"]
    assert description.startswith(
        "valid token, but no corresponding publisher (The job_workflow_ref claim does not match"
    )


def test_environments_ignore_case_and_may_be_left_open(publishing: Publishing) -> None:
    assert publishing.mint(environment="PyPI").status == 200
    publishing.index.state.add_publisher("widget", Publisher("acme/widget", 77, "publish.yml"))
    assert publishing.mint(environment="staging").status == 200
    token = publishing.token()
    found = publishing.index.state.tokens[token].publisher
    assert found is not None
    assert found.environment == "pypi"


def test_bad_tokens(publishing: Publishing) -> None:
    token = publishing.issuer.issue(CLAIMS, publishing.index.audience)
    assert publishing.exchange(token).status == 200
    assert code(publishing.exchange(token)) == (422, "invalid-reuse-token")
    assert code(publishing.exchange(publishing.issuer.issue(CLAIMS, "another"))) == (422, "invalid-token")
    assert code(publishing.exchange("not.a.token")) == (422, "invalid-token")
    late = publishing.issuer.issue(CLAIMS, publishing.index.audience)
    publishing.clock.advance(301)
    assert code(publishing.exchange(late)) == (422, "invalid-token")
    for body in (b"{", b"[]", b'{"token": 3}'):
        assert code(publishing.index.handle(Request.of("POST", "/_/oidc/mint-token", {}, body))) == (
            422,
            "invalid-payload",
        )


def test_another_issuer_is_not_believed(publishing: Publishing) -> None:
    stranger = OidcIssuer(publishing.issuer.url, clock=publishing.clock)
    assert code(publishing.exchange(stranger.issue(CLAIMS, publishing.index.audience))) == (422, "invalid-token")


def test_a_pending_publisher_creates_its_project(publishing: Publishing) -> None:
    publishing.index.state.add_publisher("gadget", Publisher("acme/gadget", 77, "publish.yml"))
    assert publishing.get("/simple/gadget/").status == 404
    ref = "acme/gadget/.github/workflows/publish.yml@refs/tags/v1.2.0"
    answer = publishing.mint(repository="acme/gadget", job_workflow_ref=ref)
    assert answer.status == 200
    assert publishing.get("/simple/gadget/").status == 200
    assert publishing.upload(wheel(name="gadget"), answer.json()["token"], attested=False).status == 200


# Forms


def test_forms_carry_any_bytes() -> None:
    content = bytes(range(256)) + b"\r\n--b0undar\r\n\r\n" + b"\r\n"
    content_type, body = form({"name": "widget\r\nx"}, "a.whl", content)
    parts = parse_form(content_type, body)
    assert [(part.name, part.filename) for part in parts] == [("name", None), ("content", "a.whl")]
    assert parts[0].text == "widget\r\nx"
    assert parts[1].content == content


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "multipart/form-data", "multipart/form-data; boundary=other"]
)
def test_what_is_no_form_is_refused(content_type: str) -> None:
    with pytest.raises(ValueError, match="form"):
        parse_form(content_type, form({}, "a", b"")[1])
