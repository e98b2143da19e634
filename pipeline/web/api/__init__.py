"""The HTTP API: one blueprint a noun. Schemas of its queries and bodies are in ``schemas/``."""
