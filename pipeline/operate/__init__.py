"""Operate: the operator's view, for command line and web alike.

Status, the numbers of some days, the erasure of one person from both stores. No keys, no tables.
"""
