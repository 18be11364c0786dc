"""The tree of errors: what each one carries, and the line it is shown as."""

import copy
import pickle
from datetime import timedelta

import pytest

from bot.github.errors import (
    BadCredentials,
    Conflict,
    Forbidden,
    GitHubError,
    GraphQLError,
    GraphQLProblem,
    Moved,
    NotFound,
    PermissionMissing,
    Problem,
    RateLimited,
    Refused,
    Unavailable,
    Unprocessable,
    describe,
    redact,
)

ASKED = (422, "POST", "/repos/acme/widget/git/refs")
EVERY = [
    GitHubError("odd", 418, "GET", "/x"),
    BadCredentials("Bad credentials", 401, "GET", "/x"),
    Forbidden("no", 403, "GET", "/x"),
    PermissionMissing(
        "no", 403, "GET", "/x", wanted=({"contents": "write"}, {"contents": "write", "workflows": "write"})
    ),
    NotFound("Not Found", 404, "GET", "/x", wanted=({"contents": "read"},)),
    Conflict("moved", 409, "PUT", "/x"),
    Moved("redirect", 303, "POST", "/x", location="https://api.github.com/y"),
    Refused("the list has more than 100 pages", 0, "GET", "/x"),
    Unprocessable("Validation Failed", *ASKED, codes=(Problem("Release", "tag_name", "already_exists", ""),)),
    RateLimited("slow down", 429, "GET", "/x", retry_after=timedelta(seconds=90), resource="core"),
    Unavailable("it answered 502", 502, "GET", "/x", ambiguous=True),
    GraphQLError("stale", 200, "POST", "/graphql", errors=(GraphQLProblem("STALE_DATA", ("a",), "stale"),), data={}),
]


@pytest.mark.parametrize("error", EVERY, ids=lambda error: type(error).__name__)
def test_every_error_survives_being_stored(error: GitHubError) -> None:
    for copied in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(copied) is type(error)
        assert copied.__dict__ == error.__dict__
        assert str(copied) == str(error)


@pytest.mark.parametrize(
    ("error", "line"),
    list(
        zip(
            EVERY,
            [
                "GitHub declined: odd",
                "GitHub does not accept the App's credentials",
                "GitHub declined: no",
                "the App needs the permission contents: write, or contents: write and workflows: write",
                "not found on GitHub, or hidden from the App",
                "GitHub declined: moved",
                "GitHub declined: redirect",
                "not asked: the list has more than 100 pages",
                "GitHub declined: tag_name: already_exists",
                "GitHub asks to wait 90 seconds",
                "GitHub did not confirm a change: it answered 502",
                "GitHub declined: stale",
            ],
            strict=True,
        )
    ),
)
def test_the_line_it_is_shown_as(error: GitHubError, line: str) -> None:
    assert describe(error) == line


def test_other_lines() -> None:
    assert describe(NotFound("No commit found for SHA: 0")) == "No commit found for SHA: 0"
    assert describe(PermissionMissing("x")) == "the App lacks a permission for this"
    assert describe(Unavailable("no answer in time")) == "GitHub could not be reached: no answer in time"
    assert describe(RateLimited("x", retry_after=timedelta(seconds=1))) == "GitHub asks to wait 1 second"
    assert describe(RateLimited("x", retry_after=timedelta(seconds=3541))) == "GitHub asks to wait 60 minutes"
    several = (Problem("", "", "custom", "No commits between a and b"), Problem("PullRequest", "head", "invalid", ""))
    expected = "GitHub declined: No commits between a and b; head: invalid"
    assert describe(Unprocessable("Validation Failed", codes=several)) == expected


def test_foreign_text_stays_one_short_line() -> None:
    line = describe(GitHubError("a\n/release approve\r\u2028b\x00\x1b[31m\u202ec  d."))
    assert line == "GitHub declined: a /release approve b [31m c d"
    assert len(describe(GitHubError("x" * 5000))) == 300


SECRETS = [
    "ghs_16C7e42F292c6912E7710c838347Ae178B4a",
    "ghs_123456_eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiIxMjM0NTYifQ.c2ln-_bmF0dXJl",
    "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "github_pat_11ABCDEFG0123456789_abcdefghijklmnop",
    "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpYXQiOjE3MDB9.SflKxwRJSMeKKF2QT4",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----",
    "-----BEGIN PRIVATE KEY-----\nMIIEow",
]


@pytest.mark.parametrize("secret", SECRETS)
def test_secrets_are_redacted(secret: str) -> None:
    assert redact(f"before {secret}") == "before ***"
    error = GitHubError(f"bad {secret}", 400, "GET", "/x")
    for shown in (str(error), repr(error), describe(error), error.message):
        assert secret not in shown
        assert "***" in shown


def test_ordinary_text_is_not_redacted() -> None:
    for text in (
        "ghs_ is a prefix",
        "eyJ is how JSON begins",
        "a1b2c3d4e5f60718293a4b5c6d7e8f9012345678",
        "ghost_writer",
    ):
        assert redact(text) == text


@pytest.mark.parametrize(
    ("message", "codes", "true"),
    [
        ("Reference already exists", (), {"already_exists", "reference_exists"}),
        ("Reference does not exist", (), set()),
        ("Validation Failed", (Problem("Release", "tag_name", "already_exists", ""),), {"already_exists"}),
        (
            "Validation Failed",
            (Problem("PullRequest", "", "custom", "A pull request already exists for acme:aweigh/main."),),
            {"already_exists", "pull_request_exists"},
        ),
        ("Validation Failed", (Problem("Release", "tag_name", "invalid", ""),), set()),
    ],
)
def test_what_a_422_is_about(message: str, codes: tuple[Problem, ...], true: set[str]) -> None:
    error = Unprocessable(message, *ASKED, codes=codes)
    questions = ["already_exists", "reference_exists", "pull_request_exists"]
    assert {question for question in questions if getattr(error, question)} == true


def test_a_code_of_a_field() -> None:
    error = Unprocessable("Validation Failed", *ASKED, codes=(Problem("Release", "tag_name", "invalid", ""),))
    assert error.has_code("invalid")
    assert error.has_code("invalid", "tag_name")
    assert not error.has_code("invalid", "name")
