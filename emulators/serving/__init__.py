"""The parts that all HTTP emulators share: messages, the socket, the process, and faults on request."""
