"""Text: values written for people and for the wire.

Numbers with their nouns, lengths of time, TOML, tracebacks, and texts of other systems without personal data.
"""
