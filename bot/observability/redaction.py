"""Takes secrets out of text that is about to leave the process: log lines, errors, dead letters."""

from __future__ import annotations

import re
from typing import Final

_MASK: Final = "***"

# GitHub's token prefixes and shapes: "About authentication to GitHub", "Token formats". Installation tokens have been
# JWT-shaped, some 520 characters with dots, since 2026: no length and no alphanumeric-only pattern is safe.
_SECRETS: Final = re.compile(
    r"""
      -----BEGIN\ [A-Z ]*PRIVATE\ KEY-----.*?(?:-----END\ [A-Z ]*PRIVATE\ KEY-----|\Z)
    | gh[a-z]_[A-Za-z0-9._-]{20,}
    | github_pat_[A-Za-z0-9_]{20,}
    | \beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?
    | pypi-[A-Za-z0-9_-]{16,}
    | (?<=://)[^/\s:@]*:[^/\s@]+(?=@)
    """,
    re.VERBOSE | re.DOTALL,
)


def redact(text: str) -> str:
    """The text with every token, JSON web token, private key and password in a URL replaced by ``***``."""
    return _SECRETS.sub(_MASK, text)
