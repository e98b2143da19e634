"""The child process: ``python -m pipeline.event_files.decryption LIBRARY [try]``; a request is its input.

``try``: the key is opened, and no file.

It ends with the process that started it: a plaintext that grows in no run's folder would never be deleted.
"""

import ctypes
import importlib
import json
import os
import signal
import sys

from pipeline.event_files.decryption.request import (
    TRY,
    Decrypt,
    DecryptionRequest,
    UnreadableMessage,
    UnusableKey,
)

SET_PARENT_DEATH_SIGNAL = 1  # prctl's number


def main() -> None:
    """Decrypt one file, or try the key alone, and write the outcome as JSON."""
    end_with_parent()
    os.umask(0o077)
    library = importlib.import_module(f"pipeline.event_files.decryption.{sys.argv[1]}")
    work: Decrypt = library.try_key if sys.argv[2:] == [TRY] else library.decrypt
    request = DecryptionRequest.loads(sys.stdin.read())
    outcome = {}
    try:
        work(request)
    except UnreadableMessage as error:
        outcome = {"unreadable": str(error)}
    except UnusableKey as error:
        outcome = {"unusable_key": str(error)}
    except OSError as error:
        outcome = {"trouble": error.strerror or str(error).partition("\n")[0] or type(error).__name__}
    sys.stdout.write(json.dumps(outcome))


def end_with_parent() -> None:
    """Ask Linux for a signal when the parent dies."""
    if sys.platform == "linux":
        parent = os.getppid()
        ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
        if os.getppid() != parent:
            sys.exit(1)


if __name__ == "__main__":
    main()
