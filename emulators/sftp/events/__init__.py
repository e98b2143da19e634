"""Rows of event files: columns, people, campaigns and times."""
