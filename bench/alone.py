"""``python -m bench.alone COMMAND [ARGUMENT ...]``: run a command; print its costs as JSON.

A process begins with the memory of the one that started it as its own most, so benches let this small one
start the command.
"""

import json
import os
import subprocess
import sys
import time


def main() -> int:
    """Run the command; return its exit code."""
    began = time.perf_counter()
    with subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, text=True) as process:
        printed = process.stdout.read() if process.stdout else ""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    cost = {
        "seconds": time.perf_counter() - began,
        "cpu": used.ru_utime + used.ru_stime,
        "memory": used.ru_maxrss / 1024,
        "printed": printed,
    }
    sys.stdout.write(json.dumps(cost))
    return process.returncode


if __name__ == "__main__":
    sys.exit(main())
