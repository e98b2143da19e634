import pytest
from sqlalchemy import update

from pipeline.errors import Misconfigured
from pipeline.stores import emptied, tables
from pipeline.stores.database import migrate, open_database
from pipeline.stores.installation import Belonging, adopt, own_id
from pipeline.stores.known_stranger import id_in, refuse_known_stranger
from tests.processes import run_at_once

FIRST_COMMAND = """
import sys
from pipeline.stores.broker import connect
from pipeline.stores.database import migrate, open_database
from pipeline.stores.installation import Belonging, own_id
from pipeline.stores.known_stranger import id_in
engine, client = open_database(sys.argv[1]), connect(sys.argv[2])
migrate(engine)
print("ready", flush=True)
input()
Belonging(engine, client)()
print(own_id(engine), id_in(client))
client.close()
engine.dispose()
"""


@pytest.fixture
def another(tmp_path):
    """The SQL store of another installation."""
    engine = open_database(f"sqlite:///{tmp_path}/another/activation.db")
    migrate(engine)
    yield engine
    engine.dispose()


def keep_records(engine, redis=None):
    """Have a store whose records were applied, and published if there is a Redis."""
    with engine.begin() as connection:
        connection.execute(update(tables.catalog).values(version=3))
    if redis is not None:
        redis.set("catalog", 3)


def test_both_stores_get_one_id_at_the_first_command_also_after_an_upgrade(engine, redis):
    keep_records(engine, redis)

    Belonging(engine, redis)()
    Belonging(engine, redis)()

    assert id_in(redis) == own_id(engine) != ""


def test_a_redis_that_was_emptied_while_no_worker_ran_is_noted_by_the_first_process(engine, redis):
    keep_records(engine, redis)
    Belonging(engine, redis)()
    redis.flushall()

    Belonging(engine, redis)()

    assert emptied.read(redis) is not None
    assert id_in(redis) == own_id(engine)


@pytest.mark.parametrize("after", ["first command", "upgrade"])
def test_a_new_redis_and_one_from_before_ids_are_not_taken_for_emptied(engine, redis, after):
    if after == "upgrade":
        keep_records(engine, redis)

    Belonging(engine, redis)()

    assert emptied.read(redis) is None


def test_two_first_commands_at_once_agree(database_url, server_url, redis):
    said = run_at_once(4, FIRST_COMMAND, database_url, server_url)

    assert len(set(said)) == 1
    assert len(set(said[0].split())) == 1


def test_a_process_that_died_between_sql_and_redis_left_nothing_to_put_right(engine, redis):
    made = own_id(engine)

    Belonging(engine, redis)()

    assert id_in(redis) == made


def test_a_redis_of_another_installation_is_refused_with_both_named(engine, another, redis):
    Belonging(another, redis)()

    with pytest.raises(Misconfigured) as caught:
        Belonging(engine, redis)()

    text = str(caught.value)
    assert own_id(another) in text
    assert own_id(engine) in text
    assert "activation adopt" in text
    assert "\n" not in text


def test_of_two_stores_first_commands_one_is_refused(engine, another, redis):
    first, second = Belonging(another, redis), Belonging(engine, redis)
    first()

    with pytest.raises(Misconfigured, match="belongs to installation"):
        second()
    first()


def test_a_worker_notices_that_its_redis_was_taken_over(engine, another, redis):
    check = Belonging(engine, redis)
    check()
    adopt(another, redis)

    with pytest.raises(Misconfigured, match=own_id(another)):
        check()
    adopt(engine, redis)
    check()


def test_an_emptied_redis_gets_the_id_again(engine, redis):
    check = Belonging(engine, redis)
    check()
    redis.flushall()

    check()

    assert id_in(redis) == own_id(engine)


def test_an_empty_store_does_not_adopt_a_redis_with_records_of_a_version_without_ids(engine, redis):
    """The SQLite file was deleted or moved: its destinations would be taken away."""
    redis.set("catalog", 3)

    with pytest.raises(Misconfigured, match=r"the SQL store .* is empty: use the store that was there"):
        Belonging(engine, redis)()
    assert id_in(redis) == ""


def test_a_server_that_cannot_write_is_reported_of_by_others(engine, fake_redis, monkeypatch):
    from pipeline.stores.unready import Unwritable

    def refuse(*_, **__):
        raise Unwritable("MISCONF")

    monkeypatch.setattr(fake_redis, "set", refuse)

    Belonging(engine, fake_redis)()


def test_send_is_refused_only_if_the_store_is_there(another, engine, redis, tmp_path):
    Belonging(another, redis)()
    url = engine.url.render_as_string(hide_password=False)

    refuse_known_stranger(f"sqlite:///{tmp_path}/none/activation.db", redis)
    refuse_known_stranger("postgresql://nobody@127.0.0.1:1/none", redis)
    refuse_known_stranger(url, redis)
    own_id(engine)

    with pytest.raises(Misconfigured, match="belongs to installation"):
        refuse_known_stranger(url, redis)
    assert not (tmp_path / "none").exists()
