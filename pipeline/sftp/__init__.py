"""SFTP servers: login by key, the pinned host key, folders and files.

Connectors of the kind ``responsys_sftp`` serve imports alone. The client is asyncssh: it takes the DSA and
RSA keys and the old algorithms that Oracle's servers may ask for (paramiko gave them up), reads a file from
any offset with several requests on the way, and needs memory for these alone.
"""
