"""Event files that arrive under storms: each event is to count once."""
