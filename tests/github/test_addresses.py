"""Where requests may go."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from bot.github.addresses import Addresses, add_query, fill, is_within, template_of
from bot.github.errors import Refused


@pytest.mark.parametrize(
    ("base", "graphql", "upload"),
    [
        ("https://api.github.com", "https://api.github.com/graphql", "https://uploads.github.com"),
        ("https://api.github.com/", "https://api.github.com/graphql", "https://uploads.github.com"),
        ("https://ghes.example/api/v3", "https://ghes.example/api/graphql", "https://ghes.example/api/uploads"),
        ("https://api.acme.ghe.com", "https://api.acme.ghe.com/graphql", "https://uploads.acme.ghe.com"),
        ("http://127.0.0.1:80/gh", "http://127.0.0.1:80/gh/graphql", "http://127.0.0.1:80/gh"),
    ],
)
def test_what_follows_from_the_base(base: str, graphql: str, upload: str) -> None:
    addresses = Addresses.of(base)
    assert (addresses.api, addresses.graphql, addresses.upload) == (base.rstrip("/"), graphql, upload)
    assert Addresses.of(base, "https://up.example/").upload == "https://up.example"


@pytest.mark.parametrize(
    "base", ["", "api.github.com", "ftp://x", "https://", "https://u:p@x", "https://x?y=1", "https://x#y"]
)
def test_a_base_that_is_none(base: str) -> None:
    with pytest.raises(ValueError, match="must be like"):
        Addresses.of(base)


@pytest.mark.parametrize(
    "url",
    [
        "https://ghes.example/api/v3/repos/a/b",
        "https://ghes.example/api/v3",
        "https://GHES.example:443/api/v3/x?next=https://evil.example",
        "https://ghes.example/api/v3/compare/v1...v2",
        "https://ghes.example/api/v3/contents/a..b%2F..c",
    ],
)
def test_within(url: str) -> None:
    assert is_within(url, "https://ghes.example/api/v3")


@pytest.mark.parametrize(
    "url",
    [
        "https://ghes.example/api/v33/x",
        "https://ghes.example/api/graphql",
        "https://ghes.example/x/api/v3/",
        "https://ghes.example/api/v3/..",
        "https://ghes.example/api/v3/%2E./x",
        "https://ghes.example/api/v3/x%2F..%2F..",
        "https://ghes.example./api/v3/x",
        "https://ghes.example:80/api/v3/x",
        "https://ghes.example:x/api/v3/x",
        "https://ghes.example@evil.example/api/v3/x",
        "https://ghes.example\\.evil.example/api/v3/x",
        "https://ghes.example/api/v3/x#fragment",
        "https://ghes.example/api/v3/ x",
        " https://ghes.example/api/v3/x",
        "https://ghes.example/api/v3/é",
        "https://ghes.example/api/v3/x\n",
    ],
)
def test_not_within(url: str) -> None:
    assert not is_within(url, "https://ghes.example/api/v3")


@given(st.text(alphabet="/\\@:#?.%[]ahtps2e{} \t", max_size=30))
def test_what_is_within_is_at_that_host_for_other_parsers_too(tail: str) -> None:
    url = f"https://api.github.com{tail}"
    if is_within(url, "https://api.github.com"):
        parsed = URL(url, encoded=True)
        assert (parsed.scheme, parsed.host, parsed.port, parsed.user) == ("https", "api.github.com", 443, None)
        assert ".." not in parsed.path.split("/")


@given(st.text(min_size=1))
def test_a_variable_is_always_one_segment(value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError:
        return
    path = fill("/a/{x}/b", {"x": value})
    assert URL(f"https://h{path}", encoded=True).raw_parts == ("/", "a", path[3:-2], "b")
    assert not set(path[3:-2]) & set("/?#{}\\")


def test_an_empty_value_is_refused() -> None:
    with pytest.raises(Refused):
        fill("/a/{x}", {"x": ""})
    assert fill("/a/{x}", {"x": 0}) == "/a/0"


def test_add_query() -> None:
    assert add_query("/a", None) == "/a"
    assert add_query("/a", {"x": None}) == "/a"
    assert add_query("/a?b=1", {"x": "& é"}) == "/a?b=1&x=%26+%C3%A9"


@pytest.mark.parametrize(
    ("url", "template"),
    [
        ("https://h/repos/a/b/issues/5/comments", "/repos/{repository}/issues/{number}/comments"),
        ("https://h/repositories/70/pulls?page=2", "/repos/{repository}/pulls"),
        ("https://h/app", "/app"),
        ("https://[", "?"),
    ],
)
def test_template_of(url: str, template: str) -> None:
    assert template_of(url) == template
