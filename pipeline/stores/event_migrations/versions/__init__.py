"""Migrations, one to a file, named by their revisions."""
