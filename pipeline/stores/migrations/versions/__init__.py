"""One file per change, named after it."""
