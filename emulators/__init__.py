"""Stand-ins for outside systems, run as processes; they import nothing of ours."""
