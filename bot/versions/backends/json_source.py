"""The ``version`` of a JSON file, such as the package.json of a project with a web part."""

from __future__ import annotations

from bot.versions.checkout import Checkout
from bot.versions.formats.json_spans import JsonError, read_json
from bot.versions.formats.text import line_of
from bot.versions.formats.toml_spans import Path, value_at
from bot.versions.project import Form, ProjectCode, ProjectRefused, Reader, Site, SiteKind
from bot.versions.sentences import Quoted


def json_version_site(
    checkout: Checkout, path: str | None, kind: SiteKind, key: Path = ("version",), form: Form = Form.SEMVER
) -> tuple[Site, ...]:
    """The string at ``key`` of the JSON file ``path`` of the repository.

    Raises:
        ProjectRefused: the file cannot be read or is not JSON.
    """
    text = checkout.find_text(path)
    if text is None or path is None:
        return ()
    try:
        values, spans = read_json(text.body)
    except JsonError as problem:
        wrong = (Quoted(path), " is not JSON: ", Quoted(str(problem)), ".")
        raise ProjectRefused(ProjectCode.NOT_TEXT, *wrong, path=path) from None
    span = spans.get(key)
    if span is None or value_at(values, key) != text.body[span.start : span.end]:
        return ()
    spelling = text.body[span.start : span.end]
    line = line_of(text.body, span.start)
    return (Site(path, line, kind, spelling, key, span.start, span.end, Reader.JSON, form),)
