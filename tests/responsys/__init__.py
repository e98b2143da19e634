"""Tests of pipeline.responsys."""
