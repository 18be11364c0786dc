"""Settings of the operator: from the environment, checked all at once before anything starts.

Every variable is called ``AWEIGH_`` and its field's name, except ``PORT`` and ``DATABASE_URL``, which platforms set.
An empty variable counts as not set. Three have no default: the App's id, its private key and the webhook secret.
"""

from __future__ import annotations

import ipaddress
import json
import re
import tomllib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeVar
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.github.tokens import Secret
from bot.index.addresses import Index, define_index, known_indexes

_PREFIX: Final = "AWEIGH_"
_SHORTEST_SECRET: Final = 16
_MOST_BYTES: Final = 64 * 1024
_LONGEST_CONTACT: Final = 200
_INDEX_KEYS: Final = frozenset({"name", "base", "simple", "integrity", "web", "upload-hosts"})
_INDEX_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


class OperatorSettingsError(Exception):
    """The bot cannot start with these settings; ``lines`` says why, one line for each variable."""

    def __init__(self, lines: tuple[str, ...]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def _read_private_key(value: object) -> Secret:
    text = _reveal(value).strip()
    if not text.startswith("-----BEGIN"):
        text = _read_file(text, "it is neither a PEM text nor a file that can be read").strip()
    # Environment files often keep a key on one line, with its line ends written out.
    text = text.replace("\\n", "\n").strip()
    try:
        key = load_pem_private_key(text.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ValueError("it is not a private key in PEM form without a password") from None
    if not isinstance(key, RSAPrivateKey):
        raise ValueError("it is not an RSA key, which is what GitHub gives out")  # noqa: TRY004 (pydantic reports it)
    return Secret(text + "\n")


def _read_webhook_secret(value: object) -> Secret:
    text = _reveal(value)
    if len(text) < _SHORTEST_SECRET:
        raise ValueError(f"it has fewer than {_SHORTEST_SECRET} characters: anybody could guess it")
    return Secret(text)


def _read_address(value: object) -> str:
    text = str(value).strip().rstrip("/")
    try:
        parts = urlsplit(text)
        plain = bool(parts.hostname) and parts.port != 0 and not (parts.query or parts.fragment or "@" in parts.netloc)
    except ValueError:
        plain = False
    if not plain or any(character.isspace() for character in text):
        raise ValueError("it is not an address like https://github.com")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_this_machine(parts.hostname or "")):
        raise ValueError("it must start with https:// (http:// only on this machine): tokens travel there")
    return text


def _read_database_url(value: object) -> Secret:
    text = _reveal(value).strip()
    scheme, separator, rest = text.partition("://")
    if not separator or scheme not in {"sqlite", "postgres", "postgresql"}:
        raise ValueError("it must be like sqlite:///aweigh.db or postgresql://user:password@host/name")
    if scheme != "sqlite" and not _names_a_database(text):
        raise ValueError("it must be like postgresql://user:password@host/name")
    if scheme == "sqlite" and rest.strip("/") in {"", ":memory:"}:
        raise ValueError("a SQLite database must be a file: what was accepted has to survive a restart")
    return Secret(text)


def _read_trusted_root(value: object) -> Path:
    path = Path(str(value)).expanduser()
    try:
        root = json.loads(_read_file(str(path), "the file cannot be read"))
    except json.JSONDecodeError:
        root = None
    if not isinstance(root, dict) or "certificateAuthorities" not in root:
        raise ValueError("the file is not a Sigstore trusted root in JSON")
    return path


def _read_contact(value: object) -> str:
    text = str(value).strip()
    if len(text) > _LONGEST_CONTACT or not text.isascii() or not text.isprintable() or set("()<>") & set(text):
        raise ValueError("it must be one short line, such as an e-mail address or a web page")
    return text


def _read_indexes(value: object) -> tuple[Index, ...]:
    if isinstance(value, tuple):
        return value
    text = str(value).strip()
    if not text.startswith("["):
        text = _read_file(text, "it is neither a JSON list nor a file that can be read")
    return tuple(_read_index(entry) for entry in _parse_index_list(text))


def _parse_index_list(text: str) -> list[dict[str, Any]]:
    found: Any = None
    # No text is both, and either may begin with brackets.
    for read in (json.loads, lambda toml: tomllib.loads(toml).get("index")):
        with suppress(ValueError, RecursionError):
            found = read(text)
            break
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise ValueError("it must be a JSON list of objects, or TOML with [[index]] tables")
    return found


def _read_index(entry: dict[str, Any]) -> Index:
    """An index from ``name`` and either ``base`` (laid out like PyPI) or ``simple``, ``integrity``, ``web``."""
    if unknown := sorted(set(entry) - _INDEX_KEYS):
        raise ValueError(f"an index has no key {unknown[0]!r}; it has {', '.join(sorted(_INDEX_KEYS))}")
    name = entry.get("name")
    if not isinstance(name, str) or not _INDEX_NAME.fullmatch(name):
        raise ValueError("the name of an index is lower-case letters, digits and .-_")
    if ("base" in entry) == ("simple" in entry):
        raise ValueError(f"index {name} needs either base or simple")
    addresses = {key: _read_address(entry[key]) for key in ("base", "simple", "integrity", "web") if key in entry}
    hosts = entry.get("upload-hosts", [])
    if not isinstance(hosts, list) or not all(isinstance(host, str) for host in hosts):
        raise ValueError(f"upload-hosts of index {name} is a list of host names")
    base = addresses.get("base") or addresses["simple"].removesuffix("/simple")
    web = f"{addresses['web']}/" if "web" in addresses else None
    index = define_index(name, base, upload_hosts=hosts, web_base=web)
    if "simple" in addresses:
        integrity = f"{addresses['integrity']}/" if "integrity" in addresses else None
        index = replace(index, simple_url=f"{addresses['simple']}/", integrity_url=integrity)
    return index


def _optional(read: Callable[[object], Any]) -> BeforeValidator:
    """The reader of a variable that need not be set."""
    return BeforeValidator(lambda value: None if value is None else read(value))


_Settings = TypeVar("_Settings", bound="DatabaseSettings")
Address = Annotated[str, BeforeValidator(_read_address)]


class DatabaseSettings(BaseSettings):
    """Where the engine's database is: all that a command needs which works on the database alone."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, env_ignore_empty=True, frozen=True, arbitrary_types_allowed=True, populate_by_name=True
    )

    database_url: Annotated[
        Secret, BeforeValidator(_read_database_url), Field(validation_alias="DATABASE_URL", repr=False)
    ] = Secret("sqlite:///aweigh.db")


class OperatorSettings(DatabaseSettings):
    """How this bot is run. Every default is right for github.com and PyPI."""

    app_id: Annotated[int, Field(gt=0, lt=2**63)]
    """The App's numeric id."""
    private_key: Annotated[Secret, BeforeValidator(_read_private_key)]
    """The App's private key: the PEM text itself, or the path of its file."""
    webhook_secret: Annotated[Secret, BeforeValidator(_read_webhook_secret)]
    """The secret deliveries are signed with."""
    webhook_secret_previous: Annotated[Secret | None, _optional(_read_webhook_secret)] = None
    """The secret before that one, while it is being changed."""
    github_api: Address = "https://api.github.com"
    github_web: Address = "https://github.com"
    oidc_issuer: Address = "https://token.actions.githubusercontent.com"
    """Who issues the identities that workflows sign with."""
    trusted_root: Annotated[Path | None, _optional(_read_trusted_root)] = None
    """A Sigstore trusted root to verify with; Sigstore's public good instance if there is none."""
    indexes: Annotated[tuple[Index, ...], NoDecode, BeforeValidator(_read_indexes)] = ()
    """Package indexes that repositories may name beside the public ones, or in place of one of the same name."""
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535, validation_alias="PORT")] = 8080
    contact: Annotated[str | None, _optional(_read_contact)] = None
    """Who runs this bot, for those it sends requests to."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "console"] = "json"

    @property
    def webhook_secrets(self) -> tuple[Secret, ...]:
        """The secrets a delivery may be signed with, the newest first."""
        return tuple(secret for secret in (self.webhook_secret, self.webhook_secret_previous) if secret is not None)

    @property
    def known_indexes(self) -> dict[str, Index]:
        """Every index that a repository may name, by name."""
        return known_indexes(self.indexes)

    @property
    def user_agent(self) -> str:
        """What requests say about their sender."""
        try:
            release = version("aweigh")
        except PackageNotFoundError:
            release = "0"
        return f"aweigh/{release} ({self.contact})" if self.contact else f"aweigh/{release}"


def read_operator_settings() -> OperatorSettings:
    """The settings in the environment.

    Raises:
        OperatorSettingsError: with a line for each variable that is missing or cannot be used. No line repeats a value.
    """
    return _read(OperatorSettings)


def read_database_settings() -> DatabaseSettings:
    """Where the database is, from the environment. Raises OperatorSettingsError."""
    return _read(DatabaseSettings)


def _read(kind: type[_Settings]) -> _Settings:
    try:
        return kind()  # the environment fills in what is required
    except ValidationError as error:
        raise OperatorSettingsError(tuple(_explain(problem) for problem in error.errors(include_input=False))) from None


_MISSING: Final = {
    "app_id": "the numeric id on the App's settings page",
    "private_key": "the App's private key, as PEM text or as the path of its file",
    "webhook_secret": "the secret of the App's webhook",
}

_MALFORMED: Final = {
    "app_id": "it must be the numeric id on the App's settings page",
    "port": "it must be a port number",
    "log_level": "it must be debug, info, warning or error",
    "log_format": "it must be json or console",
}


def _explain(problem: Any) -> str:
    name = str(problem["loc"][0])
    field = {"DATABASE_URL": "database_url", "PORT": "port"}.get(name, name.lower().removeprefix(_PREFIX.lower()))
    variable = {"database_url": "DATABASE_URL", "port": "PORT"}.get(field, _PREFIX + field.upper())
    if problem["type"] == "missing":
        return f"{variable} is missing: {_MISSING[field]}"
    reason = problem["msg"].removeprefix("Value error, ") if problem["type"] == "value_error" else _MALFORMED.get(field)
    return f"{variable} cannot be used: {reason or 'it is malformed'}"


def _names_a_database(url: str) -> bool:
    """Whether this is an address of a PostgreSQL server with a database on it: left out, both would be guessed."""
    try:
        parts = urlsplit(url)
        placed = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    # A socket of this machine is named in the query.
    return bool(parts.path.strip("/")) and (placed or "host=" in parts.query)


def _reveal(value: object) -> str:
    return value.reveal() if isinstance(value, Secret) else str(value)


def _read_file(path: str, otherwise: str) -> str:
    try:
        with Path(path).expanduser().open("rb") as file:
            text = file.read(_MOST_BYTES + 1).decode()
    except (OSError, ValueError, RuntimeError):
        # Not the path either: somebody may have put the secret itself where its path belongs.
        raise ValueError(otherwise) from None
    if len(text) > _MOST_BYTES:
        raise ValueError(otherwise)
    return text


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
