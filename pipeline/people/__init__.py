"""People: the names of one person in other systems, connected whatever the order in which they come."""
