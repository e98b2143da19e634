"""Numbers, lengths of time and other people's values, as text."""
