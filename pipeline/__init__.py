"""Activate customer audiences into Oracle Responsys: the program, without its workers."""
