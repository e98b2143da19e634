"""Every change of the tables of the events store, in order; ``database.migrate`` applies the missing ones."""
