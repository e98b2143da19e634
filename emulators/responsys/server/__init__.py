"""The server: sockets, paths, the checks before every call, and the command line."""
