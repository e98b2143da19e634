"""The HTTP server: paths, logins, limits and faults before a function is called."""
