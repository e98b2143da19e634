import os
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from pipeline.errors import Misconfigured
from pipeline.settings import Settings

KEY = Fernet.generate_key().decode()
FORMER = Fernet.generate_key().decode()


def test_without_any_variable_everything_is_in_the_data_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    settings = Settings.load({})

    assert settings == Settings(
        data_dir=tmp_path / ".activation",
        database_url=f"sqlite:///{tmp_path}/.activation/activation.db",
        broker_url=None,
        secret_keys=(),
        api_keys=(),
        log_level="INFO",
        log_format="text",
        connect_timeout=10,
        read_timeout=60,
        call_timeout=120,
        shutdown_grace=2,
        idempotency_window=86400,
        retention_days=30,
    )
    assert list(tmp_path.iterdir()) == []


def test_every_variable_is_read(tmp_path):
    environ = {
        "ACTIVATION_DATA_DIR": str(tmp_path),
        "ACTIVATION_DATABASE_URL": "postgresql://app:secret@db.internal/activation",
        "ACTIVATION_BROKER_URL": "rediss://:secret@redis.internal:6380/1",
        "ACTIVATION_SECRET_KEY": f"{KEY}, {FORMER}",
        "ACTIVATION_API_KEYS": f"{'one' * 11},{'two' * 11}",
        "ACTIVATION_LOG_LEVEL": "debug",
        "ACTIVATION_LOG_FORMAT": "json",
        "ACTIVATION_CONNECT_TIMEOUT": "1.5",
        "ACTIVATION_READ_TIMEOUT": "90",
        "ACTIVATION_CALL_TIMEOUT": "300",
        "ACTIVATION_SHUTDOWN_GRACE": "5",
        "ACTIVATION_IDEMPOTENCY_WINDOW": "3600",
        "ACTIVATION_RETENTION_DAYS": "7",
        "ACTIVATION_EVENTS_URL": "postgresql://app:secret@db.internal/events",
        "ACTIVATION_EVENT_DAYS": "0",
        "ACTIVATION_ENTRY_DAYS": "90",
    }

    assert Settings.load(environ) == Settings(
        data_dir=tmp_path,
        database_url="postgresql://app:secret@db.internal/activation",
        broker_url="rediss://:secret@redis.internal:6380/1",
        secret_keys=(KEY, FORMER),
        api_keys=("one" * 11, "two" * 11),
        log_level="DEBUG",
        log_format="json",
        connect_timeout=1.5,
        read_timeout=90,
        call_timeout=300,
        shutdown_grace=5,
        idempotency_window=3600,
        retention_days=7,
        events_url="postgresql://app:secret@db.internal/events",
        event_days=0,
        entry_days=90,
        environ=environ,
    )


def test_every_bad_value_is_reported_at_once_and_no_secret_is_repeated():
    with pytest.raises(Misconfigured) as caught:
        Settings.load(
            {
                "ACTIVATION_DATABASE_URL": "mysql://app:pass-w0rd@db/activation",
                "ACTIVATION_BROKER_URL": "amqp://app:pass-w0rd@rabbit",
                "ACTIVATION_SECRET_KEY": f"{KEY},pass-w0rd",
                "ACTIVATION_LOG_LEVEL": "LOUD",
                "ACTIVATION_LOG_FORMAT": "xml",
                "ACTIVATION_CONNECT_TIMEOUT": "0",
                "ACTIVATION_READ_TIMEOUT": "nan",
                "ACTIVATION_SHUTDOWN_GRACE": "soon",
                "ACTIVATION_IDEMPOTENCY_WINDOW": "1.5",
                "ACTIVATION_RETENTION_DAYS": "-1",
            }
        )

    assert str(caught.value).splitlines() == [
        "ACTIVATION_DATABASE_URL is not a URL that begins with sqlite://, postgresql:// or postgresql+psycopg://",
        "ACTIVATION_BROKER_URL is not a URL that begins with redis://, rediss://, unix://, sentinel:// or sentinel+tls://",
        "ACTIVATION_SECRET_KEY is not a comma list of keys of 32 bytes as URL-safe base64 (wrong: number 2)",
        'ACTIVATION_LOG_LEVEL is "LOUD" but must be DEBUG, INFO, WARNING, ERROR or CRITICAL',
        'ACTIVATION_LOG_FORMAT is "xml" but must be text or json',
        'ACTIVATION_CONNECT_TIMEOUT is "0" but must be a number of seconds',
        'ACTIVATION_READ_TIMEOUT is "nan" but must be a number of seconds',
        'ACTIVATION_SHUTDOWN_GRACE is "soon" but must be a number of seconds',
        'ACTIVATION_IDEMPOTENCY_WINDOW is "1.5" but must be a whole number of seconds',
        'ACTIVATION_RETENTION_DAYS is "-1" but must be a number of days',
    ]


def test_a_port_that_is_no_number_is_reported_without_the_url():
    with pytest.raises(Misconfigured) as caught:
        Settings.load({"ACTIVATION_BROKER_URL": "redis://:pass-w0rd@redis:port"})

    assert str(caught.value) == "ACTIVATION_BROKER_URL is not a URL: its port is not a number"


def test_an_empty_variable_counts_as_unset(tmp_path):
    settings = Settings.load({"ACTIVATION_DATA_DIR": str(tmp_path), "ACTIVATION_BROKER_URL": " "})

    assert settings.broker_url is None


def test_a_home_folder_may_be_written_as_a_tilde(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))

    assert Settings.load({"ACTIVATION_DATA_DIR": "~/data"}).data_dir == tmp_path / "data"


def test_no_secret_is_in_the_representation(tmp_path):
    environ = {
        "ACTIVATION_DATA_DIR": str(tmp_path),
        "ACTIVATION_DATABASE_URL": "postgresql://app:pass-w0rd@db/activation",
        "ACTIVATION_BROKER_URL": "redis://:pass-w0rd@redis",
        "ACTIVATION_SECRET_KEY": KEY,
        "ACTIVATION_API_KEYS": "pass-w0rd" * 4,
        "ACME_PASSWORD": "pass-w0rd",
    }

    shown = repr(Settings.load(environ))

    assert "pass-w0rd" not in shown
    assert KEY not in shown


@pytest.mark.parametrize("word", ["os.environ", "getenv"])
def test_only_the_settings_read_the_environment(word):
    source = Path(__file__).parent.parent
    files = [
        path for package in ("pipeline", "tasks", "schemas") for path in source.glob(f"{package}/**/*.py")
    ]

    assert {path.name for path in files if word in path.read_text()} <= {"settings.py"}


@pytest.mark.parametrize(
    ("database_url", "events_url", "place"),
    [
        ("sqlite:////srv/data/activation.db", "", "sqlite:////srv/data/events.db"),
        ("postgresql://db/activation", "", "postgresql://db/activation"),
        ("postgresql://db/activation", "sqlite:////srv/events.db", "sqlite:////srv/events.db"),
    ],
)
def test_the_events_store_is_beside_the_other_unless_it_has_a_url(database_url, events_url, place):
    """SQLite has one writer: a landing in the same file would keep deliveries waiting."""
    settings = Settings(Path("/srv"), database_url, events_url)

    assert settings.events_place == place


@pytest.mark.parametrize(
    "name", ["BROKER_URL", "DATABASE_URL", "EVENTS_URL", "WEB_URL", "LOG_LEVEL", "SECRET_KEY"]
)
def test_bytes_that_are_no_text_are_refused(name):
    with pytest.raises(Misconfigured, match=f"ACTIVATION_{name} is not text in UTF-8"):
        Settings.load({f"ACTIVATION_{name}": os.fsdecode(b"redis://\xff:1/0")})


def test_a_data_folder_may_have_any_bytes_in_its_name(tmp_path):
    folder = tmp_path / os.fsdecode(b"\xff")

    assert Settings.load({"ACTIVATION_DATA_DIR": str(folder)}).data_dir == folder
