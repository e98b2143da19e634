"""Schemas: input from outside, described with marshmallow; everything loads to plain dicts."""
