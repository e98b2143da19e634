"""Modules that processes of tests begin with: importing them takes a worker or a web process a second."""

import gc
from importlib import import_module

MODULES = """
celery.__main__
celery.apps.worker
celery.bin.celery
celery.bin.worker
celery.worker.consumer
celery.worker.worker
kombu.transport.redis
pipeline.cli
pipeline.cli.web
pipeline.runtime.worker
pipeline.web.server
""".split()

for module in MODULES:
    import_module(module)
gc.collect()
gc.freeze()  # what all of them share is looked at, and so copied, by none
