"""The operator's settings: what is refused, in which words, and that no secret shows anywhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from bot.index.addresses import PYPI
from bot.settings.operator import OperatorSettings, OperatorSettingsError, read_operator_settings

KEY = rsa.generate_private_key(65537, 2048)
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()
LOCKED = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x")).decode()
CURVE = (
    ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
)
HOOK = "a webhook secret of some length"
REQUIRED = {"AWEIGH_APP_ID": "42", "AWEIGH_PRIVATE_KEY": PEM, "AWEIGH_WEBHOOK_SECRET": HOOK}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("PORT", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in REQUIRED.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def problems(environment: pytest.MonkeyPatch, **variables: str) -> tuple[str, ...]:
    for name, value in variables.items():
        environment.setenv(name, value)
    with pytest.raises(OperatorSettingsError) as caught:
        read_operator_settings()
    return caught.value.lines


def test_three_variables_are_enough() -> None:
    settings = read_operator_settings()
    assert settings.app_id == 42
    assert settings.private_key.reveal() == PEM
    assert [secret.reveal() for secret in settings.webhook_secrets] == [HOOK]
    assert settings.github_api == "https://api.github.com"
    assert settings.github_web == "https://github.com"
    assert settings.oidc_issuer == "https://token.actions.githubusercontent.com"
    assert settings.known_indexes["pypi"] == PYPI
    assert settings.database_url.reveal() == "sqlite:///aweigh.db"
    assert (settings.host, settings.port, settings.log_level, settings.trusted_root) == (
        "127.0.0.1",
        8080,
        "info",
        None,
    )


def test_everything_wrong_is_said_at_once(environment: pytest.MonkeyPatch) -> None:
    for name in REQUIRED:
        environment.delenv(name)
    lines = problems(
        environment, PORT="http", DATABASE_URL="mysql://x", AWEIGH_GITHUB_API="nowhere", AWEIGH_LOG_LEVEL="loud"
    )
    assert sorted(lines) == [
        "AWEIGH_APP_ID is missing: the numeric id on the App's settings page",
        "AWEIGH_GITHUB_API cannot be used: it is not an address like https://github.com",
        "AWEIGH_LOG_LEVEL cannot be used: it must be debug, info, warning or error",
        "AWEIGH_PRIVATE_KEY is missing: the App's private key, as PEM text or as the path of its file",
        "AWEIGH_WEBHOOK_SECRET is missing: the secret of the App's webhook",
        "DATABASE_URL cannot be used: it must be like sqlite:///aweigh.db or postgresql://user:password@host/name",
        "PORT cannot be used: it must be a port number",
    ]


@pytest.mark.parametrize("name", sorted(REQUIRED))
def test_an_empty_variable_counts_as_missing(environment: pytest.MonkeyPatch, name: str) -> None:
    [line] = problems(environment, **{name: ""})
    assert line.startswith(f"{name} is missing")


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("AWEIGH_APP_ID", "Iv1.abc", "numeric id"),
        ("AWEIGH_APP_ID", "0", "numeric id"),
        ("AWEIGH_PRIVATE_KEY", "/nowhere/key.pem", "neither a PEM text nor a file"),
        ("AWEIGH_PRIVATE_KEY", "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----", "PEM form"),
        ("AWEIGH_PRIVATE_KEY", LOCKED, "without a password"),
        ("AWEIGH_PRIVATE_KEY", CURVE, "not an RSA key"),
        ("AWEIGH_WEBHOOK_SECRET", "development", "fewer than 16 characters"),
        ("AWEIGH_WEBHOOK_SECRET_PREVIOUS", "short", "fewer than 16 characters"),
        ("AWEIGH_GITHUB_API", "http://api.github.com", "https://"),
        ("AWEIGH_GITHUB_API", "https://user:password@host", "not an address"),
        ("AWEIGH_GITHUB_API", "https://api.github.com:443x", "not an address"),
        ("AWEIGH_GITHUB_WEB", "https://github.com:99999", "not an address"),
        ("AWEIGH_GITHUB_WEB", "https://host/?q=1", "not an address"),
        ("AWEIGH_GITHUB_WEB", "https://[::1", "not an address"),
        ("AWEIGH_OIDC_ISSUER", "ftp://host", "https://"),
        ("AWEIGH_TRUSTED_ROOT", "/nowhere/root.json", "cannot be read"),
        ("AWEIGH_INDEXES", "/nowhere/indexes.toml", "neither a JSON list nor a file"),
        ("AWEIGH_INDEXES", "[1]", "list of objects"),
        ("AWEIGH_INDEXES", '[{"name": "Up", "base": "https://x"}]', "lower-case"),
        ("AWEIGH_INDEXES", '[{"name": "x"}]', "either base or simple"),
        ("AWEIGH_INDEXES", '[{"name": "x", "base": "https://x", "simpel": 1}]', "no key 'simpel'"),
        ("AWEIGH_INDEXES", '[{"name": "x", "base": "http://x"}]', "https://"),
        ("AWEIGH_INDEXES", '[{"name": "x", "base": "https://x", "upload-hosts": "y"}]', "list of host names"),
        ("AWEIGH_CONTACT", "a\nb", "one short line"),
        ("AWEIGH_CONTACT", "x" * 201, "one short line"),
        ("DATABASE_URL", "sqlite://", "must be a file"),
        ("DATABASE_URL", "postgresql://", "postgresql://user:password@host/name"),
        ("DATABASE_URL", "postgresql://bot:hunter2@db", "postgresql://user:password@host/name"),
        ("DATABASE_URL", "postgresql://bot:hunter2@[::1/bot", "postgresql://user:password@host/name"),
        ("DATABASE_URL", "postgresql://bot:hunter2@db:5432x/bot", "postgresql://user:password@host/name"),
        ("DATABASE_URL", "sqlite:///:memory:", "must be a file"),
        ("PORT", "65536", "port number"),
        ("AWEIGH_LOG_FORMAT", "xml", "json or console"),
    ],
)
def test_refuses_in_one_line(environment: pytest.MonkeyPatch, name: str, value: str, reason: str) -> None:
    [line] = problems(environment, **{name: value})
    assert line.startswith(f"{name} cannot be used: ")
    assert reason in line
    assert "\n" not in line
    assert len(line) < 160


def test_no_message_repeats_a_secret(environment: pytest.MonkeyPatch) -> None:
    # A key without its first line looks like a path; a secret in the wrong variable looks like anything.
    body = "\n".join(PEM.splitlines()[1:])
    for name in ("AWEIGH_PRIVATE_KEY", "AWEIGH_WEBHOOK_SECRET_PREVIOUS", "DATABASE_URL", "AWEIGH_APP_ID", "PORT"):
        with environment.context() as patch:
            value = body if name == "AWEIGH_PRIVATE_KEY" else "ghs_secret"
            assert value[:10] not in str(problems(patch, **{name: value}))


def test_no_secret_is_printed(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DATABASE_URL", "postgresql://bot:hunter2@db/bot")
    settings = read_operator_settings()
    shown = f"{settings!r} {settings} {settings.private_key} {settings.webhook_secrets} {settings.model_dump()}"
    for secret in (HOOK, "hunter2", PEM.splitlines()[1]):
        assert secret not in shown
    assert "private_key=***" in repr(settings)


def test_the_key_may_be_a_file_or_one_line(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    file.write_text(PEM)
    for value in (str(file), PEM.replace("\n", "\\n")):
        environment.setenv("AWEIGH_PRIVATE_KEY", value)
        assert read_operator_settings().private_key.reveal() == PEM


def test_two_secrets_are_taken_while_one_replaces_the_other(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("AWEIGH_WEBHOOK_SECRET_PREVIOUS", "the secret before that one")
    secrets = read_operator_settings().webhook_secrets
    assert [secret.reveal() for secret in secrets] == [HOOK, "the secret before that one"]


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:8001", "http://localhost:1", "http://[::1]:1", "https://ghe.example/api/v3"]
)
def test_plain_http_is_for_this_machine(environment: pytest.MonkeyPatch, address: str) -> None:
    environment.setenv("AWEIGH_GITHUB_API", address + "/")
    assert read_operator_settings().github_api == address


def test_an_index_laid_out_like_pypi_needs_its_base(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("AWEIGH_INDEXES", json.dumps([{"name": "pypi", "base": "http://127.0.0.1:9/"}]))
    index = read_operator_settings().known_indexes["pypi"]
    assert index.simple_url == "http://127.0.0.1:9/simple/"
    assert index.integrity_url == "http://127.0.0.1:9/integrity/"
    assert index.upload_hosts > PYPI.upload_hosts


def test_the_list_of_indexes_may_be_laid_out_in_lines(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("AWEIGH_INDEXES", json.dumps([{"name": "corp", "base": "https://pkg.corp.example"}], indent=2))
    assert "corp" in read_operator_settings().known_indexes
    environment.setenv("AWEIGH_INDEXES", "[]")
    assert set(read_operator_settings().known_indexes) == {"pypi", "testpypi"}


def test_another_layout_names_its_addresses_in_a_file(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "indexes.toml"
    file.write_text(
        '[[index]]\nname = "corp"\nsimple = "https://pkg.corp.example/api/simple"\nweb = "https://pkg.corp.example/p"\n'
        'upload-hosts = ["up.corp.example"]\n'
    )
    environment.setenv("AWEIGH_INDEXES", str(file))
    known = read_operator_settings().known_indexes
    assert set(known) == {"pypi", "testpypi", "corp"}
    assert known["corp"].simple_url == "https://pkg.corp.example/api/simple/"
    assert known["corp"].integrity_url is None
    assert known["corp"].web_base == "https://pkg.corp.example/p/"
    assert "up.corp.example" in known["corp"].upload_hosts


def test_a_trusted_root_is_looked_into(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "root.json"
    file.write_text("[]")
    [line] = problems(environment, AWEIGH_TRUSTED_ROOT=str(file))
    assert "not a Sigstore trusted root" in line
    file.write_text('{"certificateAuthorities": []}')
    assert read_operator_settings().trusted_root == file


def test_requests_say_who_sends_them(environment: pytest.MonkeyPatch) -> None:
    assert read_operator_settings().user_agent.startswith("aweigh/")
    environment.setenv("AWEIGH_CONTACT", "mailto:ops@example.org")
    assert read_operator_settings().user_agent.endswith(" (mailto:ops@example.org)")


def test_can_be_made_without_an_environment() -> None:
    settings = OperatorSettings(app_id=7, private_key=PEM, webhook_secret=HOOK, port=0, github_api="http://127.0.0.1:1")  # type: ignore[arg-type]
    assert (settings.app_id, settings.port, settings.github_api) == (7, 0, "http://127.0.0.1:1")
