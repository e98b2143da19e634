"""Tests of pipeline.snapshots."""
