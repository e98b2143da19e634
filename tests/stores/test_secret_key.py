from pipeline.stores.secret_key import is_key
from tests.processes import run_at_once

READ_KEY = """
import sys
from pathlib import Path
from pipeline.stores.secret_key import key_in
print("ready", flush=True)
input()
print(key_in(Path(sys.argv[1])))
"""


def test_processes_that_start_at_once_agree_on_the_key(tmp_path):
    keys = run_at_once(4, READ_KEY, tmp_path / "new")

    assert len(set(keys)) == 1
    assert is_key(keys[0].strip())
