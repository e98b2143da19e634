"""The metadata that all tables of the events store belong to, and their type of numbers."""

from sqlalchemy import BigInteger, Integer, MetaData

event_metadata = MetaData()

BigId = BigInteger().with_variant(Integer, "sqlite")  # SQLite's row id is an INTEGER, of 64 bits
