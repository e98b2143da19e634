"""Everything between a producer and Responsys against a model: whatever happens, no promise is broken.

``python -m tests.model --examples 2000 --seed 1`` looks longer than the suite does.
"""
