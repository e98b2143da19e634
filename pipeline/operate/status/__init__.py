"""Say how things stand: what waits and flies, at what pace, what stands in the way, and who is at work."""
