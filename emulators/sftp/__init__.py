"""An SFTP server that runs on your machine, with a folder of Responsys' event files that grows by the clock.

::

    events/    rows: columns of each feed, people, campaigns, and the text that they become
    files/     names, data files of any size, archives, ciphertext, ready and count files
    server/    SSH: keys, the served folder, and faults that are ordered
    control/   /_control by HTTP: write files now, order faults, change the host key, read the summary
    command/   options, the clock that writes new files, and the text that is printed first

A room imports only from the rooms above it in this list. docs/sftp-emulator.md tells how to use the emulator.
"""
