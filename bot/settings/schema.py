"""The JSON Schema of a repository's settings, made from the very classes that read them.

It says what a schema can say. What it cannot (whether a time zone exists, whether a window ends after it begins), only
reading the settings tells. Patterns are those of ECMAScript, as JSON Schema asks for.
"""

from __future__ import annotations

import json
from typing import Any

from bot.settings.repository import RepositorySettings

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_WORD = r"\p{L}\p{N}_"
"""Python's ``\\w``, which knows more letters than that of ECMAScript does."""


def build_schema() -> dict[str, Any]:
    """The schema of ``.github/aweigh.toml``, and of the table ``[tool.aweigh]`` in pyproject.toml."""
    schema = _tidy(RepositorySettings.model_json_schema(by_alias=True))
    for name, field in RepositorySettings.model_fields.items():
        if field.exclude:
            del schema["properties"][name]
    # Reading them passes over a key of a newer Aweigh; whoever writes them wants to hear of a mistyped one.
    about = {"$schema": _DIALECT, "title": "Settings of Aweigh", "description": schema.pop("description")}
    return {**about, **schema, "additionalProperties": False}


def render_schema() -> str:
    """The schema as the text of a file."""
    return json.dumps(build_schema(), indent=2) + "\n"


def _tidy(part: Any) -> Any:
    """Without what TOML cannot say (null), and without the titles and class names that nobody has written."""
    if isinstance(part, list):
        return [_tidy(one) for one in part]
    if not isinstance(part, dict):
        return part
    named = {key: _tidy(value) for key, value in part.items() if not (key == "title" and isinstance(value, str))}
    if named.get("default", 0) is None:
        del named["default"]
    choices = [one for one in named.pop("anyOf", ()) if one != {"type": "null"}]
    if len(choices) == 1:
        named = {**choices[0], **named}
    elif choices:
        named["anyOf"] = choices
    if isinstance(named.get("pattern"), str):
        named["pattern"] = _as_ecmascript(named["pattern"])
    if isinstance(named.get("patternProperties"), dict):
        named["patternProperties"] = {_as_ecmascript(key): value for key, value in named["patternProperties"].items()}
        named["additionalProperties"] = False
    if isinstance(named.get("description"), str):
        named["description"] = named["description"].replace("``", "`")
    return named


def _as_ecmascript(pattern: str) -> str:
    return pattern.replace(r"\Z", "$").replace(r"\w", _WORD)
