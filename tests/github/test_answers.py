"""From an HTTP answer to one of our errors."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.github.answers import find_error, read_permissions
from bot.github.errors import (
    BadCredentials,
    Conflict,
    Forbidden,
    GitHubError,
    Gone,
    Moved,
    NotFound,
    NotMergeable,
    PermissionMissing,
    RateLimited,
    Unavailable,
    Unprocessable,
)
from bot.github.transport import Answer
from tests.github.scripted import answer, html, refusal

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
NO_PERMISSION = "Resource not accessible by integration"
SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."


def find(found: Answer, *, changes: bool = False) -> GitHubError | None:
    return find_error(found, "GET", "/x", now=NOW, changes=changes)


def get(found: Answer, *, changes: bool = False) -> GitHubError:
    error = find(found, changes=changes)
    assert error is not None
    return error


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_success(status: int) -> None:
    assert find(answer({}, status)) is None


@pytest.mark.parametrize(
    ("found", "kind"),
    [
        (refusal(400, "Problems parsing JSON"), GitHubError),
        (refusal(401, "Bad credentials"), BadCredentials),
        (refusal(403, NO_PERMISSION), PermissionMissing),
        (refusal(403, "Must have admin rights to Repository."), Forbidden),
        (refusal(404, "Not Found"), NotFound),
        (refusal(405, "Pull Request is not mergeable"), NotMergeable),
        (refusal(409, "Head branch was modified."), Conflict),
        (refusal(410, "Gone"), Gone),
        (refusal(418, "teapot"), GitHubError),
        (refusal(422, "Validation Failed"), Unprocessable),
        (refusal(451, "Blocked"), GitHubError),
        (refusal(500, "oops"), Unavailable),
        (refusal(303, "See Other"), Moved),
        (Answer(302, {"location": "https://x"}, b""), Moved),
        (Answer(404, {"x-github-request-id": "A1"}, b""), NotFound),
        # Not GitHub's own, whatever the status: a proxy's 404 must not pass for "there is nothing".
        (Answer(404, {}, b""), Unavailable),
        (html(404), Unavailable),
        (html(401), Unavailable),
        (html(422), Unavailable),
        (Answer(404, {"content-type": "application/json"}, b"[]"), Unavailable),
        (Answer(100, {}, b""), Unavailable),
        (Answer(999, {}, b""), Unavailable),
    ],
    ids=str,
)
def test_the_kind(found: Answer, kind: type[GitHubError]) -> None:
    error = get(found)
    assert type(error) is kind
    assert (error.status, error.method, error.path) == (found.status, "GET", "/x")


def test_whether_a_write_is_ambiguous() -> None:
    for found in (refusal(502, "x"), html(403), html(503)):
        unavailable = get(found, changes=True)
        assert isinstance(unavailable, Unavailable)
        assert unavailable.ambiguous
        unavailable = get(found)
        assert isinstance(unavailable, Unavailable)
        assert not unavailable.ambiguous


class TestPermissions:
    HEADER = "contents=write; contents=write,workflows=write"
    WANTED = ({"contents": "write"}, {"contents": "write", "workflows": "write"})

    def test_the_alternatives(self) -> None:
        assert read_permissions(self.HEADER) == self.WANTED
        assert read_permissions("metadata=read") == ({"metadata": "read"},)
        assert read_permissions("allows_permissionless_access=true") == ()
        assert read_permissions("") == ()
        assert read_permissions("A=write; pull_requests=owner;;=; <b>=read") == ()

    def test_a_missing_one_names_them(self) -> None:
        error = get(refusal(403, NO_PERMISSION, x_accepted_github_permissions=self.HEADER))
        assert isinstance(error, PermissionMissing)
        assert error.wanted == self.WANTED

    def test_a_404_may_mean_a_missing_one(self) -> None:
        error = get(refusal(404, "Not Found", x_accepted_github_permissions=self.HEADER))
        assert isinstance(error, NotFound)
        assert error.wanted == self.WANTED

    def test_a_missing_one_is_no_limit_even_with_the_last_request(self) -> None:
        assert isinstance(get(refusal(403, NO_PERMISSION, x_ratelimit_remaining="0")), PermissionMissing)


def limits(**headers: str) -> dict[str, str]:
    return {f"x_ratelimit_{name}": value for name, value in headers.items()}


class TestLimits:
    RESET = str(int(NOW.timestamp()) + 600)

    @pytest.mark.parametrize(
        ("found", "seconds", "resource"),
        [
            # In the order of the documentation: retry-after, an empty bucket's reset, a minute.
            (refusal(403, SECONDARY, retry_after="30"), 30, ""),
            (refusal(403, SECONDARY, retry_after="30", **limits(remaining="0", reset=RESET)), 30, ""),
            (
                refusal(403, "API rate limit exceeded", **limits(remaining="0", reset=RESET, resource="core")),
                600,
                "core",
            ),
            (refusal(429, "API rate limit exceeded", **limits(remaining="0", reset=RESET)), 600, "core"),
            (refusal(403, SECONDARY, **limits(remaining="4000", reset=RESET)), 60, ""),
            (refusal(403, "You have triggered an abuse detection mechanism."), 60, ""),
            (refusal(429, "Too many requests"), 60, ""),
            (refusal(429, "Too many requests", retry_after="soon"), 60, ""),
            (refusal(429, "x", retry_after="-5"), 60, ""),
            (refusal(429, "x", retry_after="0"), 1, ""),
            (refusal(429, "x", retry_after="999999999999"), 3600, ""),
            (refusal(429, "x", retry_after="9" * 5000), 60, ""),
            (refusal(429, "x", **limits(remaining="0", reset="1")), 1, "core"),
            (refusal(429, "x", **limits(remaining="0", reset="never")), 60, "core"),
        ],
        ids=str,
    )
    def test_the_wait(self, found: Answer, seconds: int, resource: str) -> None:
        error = get(found)
        assert isinstance(error, RateLimited)
        assert error.retry_after == timedelta(seconds=seconds)
        assert error.resource == resource

    def test_another_403_is_none(self) -> None:
        found = refusal(403, "Repository was archived so is read-only.", **limits(remaining="4999", reset=self.RESET))
        assert type(get(found)) is Forbidden


@pytest.mark.parametrize(
    ("errors", "codes"),
    [
        (None, ()),
        ([], ()),
        ("one sentence", (("", "", "custom", "one sentence"),)),
        (["one", "two"], (("", "", "custom", "one"), ("", "", "custom", "two"))),
        ([{"resource": "Release", "code": "custom", "message": "m"}], (("Release", "", "custom", "m"),)),
        ([{"resource": "R", "field": "f", "code": "already_exists"}], (("R", "f", "already_exists", ""),)),
        ([{"resource": None, "field": None, "code": None}, 5], (("", "", "", ""), ("", "", "custom", "5"))),
        ({"odd": 1}, ()),
        (7, ()),
    ],
)
def test_the_problems_of_a_422(errors: object, codes: object) -> None:
    error = get(refusal(422, "Validation Failed", errors=errors))
    assert isinstance(error, Unprocessable)
    assert error.codes == codes
    assert error.message == "Validation Failed"


def test_a_422_without_a_message() -> None:
    # gidgethub answers this with a KeyError.
    assert get(answer({}, 422)).message == "status 422"


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["message", "errors", "code"]), inner),
    max_leaves=8,
)


@given(
    status=st.integers(100, 999),
    headers=st.dictionaries(
        st.sampled_from(
            [
                "content-type",
                "retry-after",
                "x-ratelimit-remaining",
                "x-ratelimit-reset",
                "x-accepted-github-permissions",
            ]
        ),
        st.text(max_size=30) | st.just("0") | st.just("application/json"),
    ),
    body=st.binary(max_size=60) | JSON_VALUES.map(lambda value: json.dumps(value).encode()),
)
def test_no_answer_is_beyond_us(status: int, headers: dict[str, str], body: bytes) -> None:
    error = find(Answer(status, headers, body))
    assert (error is None) == (200 <= status < 300)
