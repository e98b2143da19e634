"""Open dead letters are counted as they come and go, by triggers, in the transaction that writes them.

Counting a million took 0.2 s at each look. With a million letters this takes a second, while writers wait.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
SQLITE = """
CREATE TRIGGER open_letters_{name} AFTER {event} ON dead_letters WHEN {row}.state = 'open' BEGIN
  INSERT INTO open_letters (connector, destination, code, letters)
  VALUES (coalesce({row}.connector, ''), coalesce({row}.destination, ''), {row}.code, {amount})
  ON CONFLICT (connector, destination, code) DO UPDATE SET letters = letters + excluded.letters;
END
"""
MOVED = "UPDATE OF state, connector, destination, code"
SQLITE_TRIGGERS = (
    ("added", "INSERT", "NEW", 1),
    ("come", MOVED, "NEW", 1),
    ("left", MOVED, "OLD", -1),
    ("gone", "DELETE", "OLD", -1),
)
FUNCTION = """
CREATE FUNCTION count_open_letters_{name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO open_letters (connector, destination, code, letters)
  SELECT coalesce(connector, ''), coalesce(destination, ''), code, sum(amount)
  FROM ({changes}) AS changes GROUP BY 1, 2, 3 HAVING sum(amount) <> 0 ORDER BY 1, 2, 3
  ON CONFLICT (connector, destination, code) DO UPDATE SET letters = open_letters.letters + excluded.letters;
  RETURN NULL;
END $$
"""
TRIGGER = """
CREATE TRIGGER open_letters_{name} AFTER {event} ON dead_letters REFERENCING {tables}
FOR EACH STATEMENT EXECUTE FUNCTION count_open_letters_{name}()
"""
NEW, OLD = "NEW TABLE AS added", "OLD TABLE AS gone"
CAME = "SELECT connector, destination, code, 1 AS amount FROM added WHERE state = 'open'"
WENT = "SELECT connector, destination, code, -1 AS amount FROM gone WHERE state = 'open'"
POSTGRESQL_TRIGGERS = (
    ("added", "INSERT", NEW, CAME),
    ("changed", "UPDATE", f"{OLD} {NEW}", f"{CAME} UNION ALL {WENT}"),
    ("gone", "DELETE", OLD, WENT),
)
FILL = """
INSERT INTO open_letters (connector, destination, code, letters)
SELECT coalesce(connector, ''), coalesce(destination, ''), code, count(*)
FROM dead_letters WHERE state = 'open' GROUP BY 1, 2, 3
"""


def upgrade() -> None:
    """Create the table and its triggers, and count what is there."""
    op.create_table(
        "open_letters",
        sa.Column("connector", sa.String, primary_key=True),
        sa.Column("destination", sa.String, primary_key=True),
        sa.Column("code", sa.String, primary_key=True),
        sa.Column("letters", sa.BigInteger, nullable=False),
    )
    if op.get_bind().dialect.name == "sqlite":
        for name, event, row, amount in SQLITE_TRIGGERS:
            op.execute(SQLITE.format(name=name, event=event, row=row, amount=amount))
    else:
        for name, event, tables, changes in POSTGRESQL_TRIGGERS:
            op.execute(FUNCTION.format(name=name, changes=changes))
            op.execute(TRIGGER.format(name=name, event=event, tables=tables))
    op.execute(FILL)
