"""Event files: their names, their content in all its wrappings, and the companions that announce them."""
