import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.github.client import Exchange, GitHub, Session
from bot.github.patience import Patience
from tests.github.scripted import API, Clock, Script


@pytest.fixture(scope="session")
def private_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = serialization.PrivateFormat.TraditionalOpenSSL
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def script(clock: Clock) -> Script:
    return Script(clock)


@pytest.fixture
def exchanges() -> list[Exchange]:
    return []


@pytest.fixture
def github(private_key: str, script: Script, clock: Clock, exchanges: list[Exchange]) -> GitHub:
    return GitHub(
        12,
        private_key,
        API,
        script,
        user_agent="aweigh",
        clock=clock,
        on_exchange=exchanges.append,
        patience=Patience(dice=lambda: 0.5),
    )


@pytest.fixture
def session(github: GitHub) -> Session:
    return github.session(7, 70, {"contents": "write"}, repository="acme/widget")
