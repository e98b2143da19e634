"""Kill, cut off and lock out whatever takes part, and ask what became of every activation."""
