"""Pairs: fields of a person that two systems hold are kept equal, by values and never by clocks."""
