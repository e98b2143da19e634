"""The same work without a pipeline: plain Celery tasks, run by an interpreter with packages of its own."""
