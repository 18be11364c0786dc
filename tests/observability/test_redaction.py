"""Secrets never leave in text."""

from __future__ import annotations

import json

import pytest

from bot.observability.redaction import redact

JWT = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiI0MiIsImV4cCI6MX0.c2lnbmF0dXJl-_x"
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\nabc=\n-----END RSA PRIVATE KEY-----"


@pytest.mark.rule(23)
@pytest.mark.parametrize(
    "secret",
    [
        "ghs_" + "a1B2" * 9,
        f"ghs_12345_{JWT}",
        "ghp_" + "a" * 36,
        "gho_" + "a" * 36,
        "ghu_" + "a" * 36,
        "ghr_" + "a" * 36,
        "github_pat_" + "a" * 22 + "_" + "b" * 59,
        JWT,
        "pypi-AgEIcHlwaS5vcmcCJDU4" + "a" * 100,
        PEM,
        json.dumps(PEM)[1:-1],
        PEM[:60],
    ],
)
def test_masks(secret: str) -> None:
    assert redact(f"before {secret} after").startswith("before ***")
    for piece in (secret, secret[:30], secret[-30:]):
        assert piece not in redact(f"before {secret} after")


def test_masks_the_password_of_a_url() -> None:
    assert redact("cannot reach postgresql://bot:hunter2@db:5432/bot") == "cannot reach postgresql://***@db:5432/bot"


@pytest.mark.parametrize(
    "text",
    [
        "released 1.2.0 at 4f2a9c",
        "https://github.com/acme/widget/pull/5",
        "pypi-attestations 0.0.30",
        "ghs_ is a prefix",
        "12:30",
    ],
)
def test_leaves_the_rest_alone(text: str) -> None:
    assert redact(text) == text
