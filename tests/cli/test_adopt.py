"""Stores that belong together, as an operator meets them: two installations, a lost key, and the way out."""

import pytest
from cryptography.fernet import Fernet

from pipeline.stores.database import migrate, open_database
from pipeline.stores.installation import id_in, own_id
from tests.environment import ACME

READING = [("status",), ("stats",), ("export",), ("plan", "lapsed", "--records", "1")]
READING += [(command, "lapsed-buyers", "-", "--dry-run") for command in ("send", "sync")]
CHANGING = [
    ("pause", "acme"),
    ("resume", "acme"),
    ("apply", "-"),
    ("flush", "lapsed-buyers"),
    ("rotate-keys",),
    ("check", "acme"),
    ("sync", "lapsed-buyers", "-"),
    ("dead-letters", "replay", "--yes"),
    ("dead-letters", "drop", "--yes"),
    ("up",),
]


@pytest.fixture
def elsewhere(run, monkeypatch, tmp_path):
    """Run commands with the SQL store of another installation, which sees the same Redis."""
    engine = open_database(f"sqlite:///{tmp_path}/elsewhere/activation.db")
    migrate(engine)

    def command(*arguments):
        with monkeypatch.context() as patch:
            patch.setenv("ACTIVATION_DATABASE_URL", engine.url.render_as_string())
            return run(*arguments)

    command.engine = engine
    yield command
    engine.dispose()


@pytest.fixture
def another_key(monkeypatch):
    """Commands have another secret key from now on."""
    return lambda: monkeypatch.setenv("ACTIVATION_SECRET_KEY", Fernet.generate_key().decode())


@pytest.mark.parametrize("arguments", [*READING[:2], *CHANGING[:4], ("send", "lapsed-buyers", "-"), ("up",)])
def test_commands_refuse_the_redis_of_another_installation(run, elsewhere, environment, arguments):
    run("status")
    own_id(elsewhere.engine)
    before = environment.redis.get("catalog")

    result = elsewhere(*arguments)

    assert result.exit_code == 2
    assert own_id(environment.engine) in result.stderr
    assert own_id(elsewhere.engine) in result.stderr
    assert "`activation adopt`" in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert environment.redis.get("catalog") == before


def test_adopt_says_how_many_rows_wait_and_takes_redis_over(run, elsewhere, environment):
    run("status")
    environment.wait("lapsed", "p-1", "p-2")

    unasked = elsewhere("adopt")
    result = elsewhere("adopt", "--yes")

    assert unasked.exit_code == 2
    assert "--yes" in unasked.stderr
    assert result.exit_code == 0
    assert "2 rows and 0 activations of installation" in result.output
    assert id_in(environment.redis) == own_id(elsewhere.engine)
    assert elsewhere("status").exit_code == 0
    assert run("status").exit_code == 2
    assert "belongs to this store" in elsewhere("adopt").output


def test_an_emptied_store_is_refused_and_taken_over_on_purpose(elsewhere, environment):
    environment.redis.delete("installation")

    refused = elsewhere("status")

    assert refused.exit_code == 2
    assert "is empty" in refused.stderr
    assert elsewhere("adopt", "--yes").exit_code == 0
    assert elsewhere("status").exit_code == 0


@pytest.mark.parametrize("arguments", CHANGING)
def test_with_another_secret_key_a_command_refuses_before_it_changes_or_sends(
    run, environment, another_key, arguments
):
    run("status")
    another_key()

    result = run(*arguments)

    assert result.exit_code == 2
    assert "the secret key is not the one" in result.stderr
    assert environment.catalog.holds == {}


@pytest.mark.parametrize("arguments", READING)
def test_with_another_secret_key_reading_goes_on_and_says_so(run, environment, another_key, arguments):
    run("status")
    another_key()

    result = run(*arguments)

    assert result.exit_code == 0
    assert "Without secrets: the secret key is not the one" in result.stderr
    assert "lapsed" in result.stdout


def test_a_lost_secret_key_is_replaced_on_purpose(run, environment, another_key, tmp_path):
    run("status")
    another_key()

    unasked = run("adopt", "--secret-key")
    result = run("adopt", "--secret-key", "--yes")

    assert unasked.exit_code == 2
    assert result.exit_code == 0
    file = tmp_path / "acme.toml"
    file.write_text("[connectors.acme]\n" + "".join(f'{key} = "{value}"\n' for key, value in ACME.items()))
    assert run("apply", str(file)).exit_code == 0
    assert run("pause", "acme").exit_code == 0


def test_after_rotate_keys_the_former_key_may_go(run, environ, environment, monkeypatch):
    run("status")
    new = Fernet.generate_key().decode()
    monkeypatch.setenv("ACTIVATION_SECRET_KEY", f"{new},{environ['ACTIVATION_SECRET_KEY']}")
    assert run("rotate-keys").exit_code == 0
    monkeypatch.setenv("ACTIVATION_SECRET_KEY", new)

    assert run("pause", "acme").exit_code == 0
