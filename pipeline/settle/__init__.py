"""Settlement: the verdict of every row is written down, then the row leaves Redis."""
