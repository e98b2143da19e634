"""A machine without a browser: tests of pages are skipped, which is said in one line; in CI they fail."""

import os
import re
import subprocess
import sys

from tests.processes import ROOT

PAGES = "tests/web/console/test_keys.py"  # each of its tests opens one


def run_without_a_browser(folder, ci):
    environ = {**os.environ, "PATH": str(folder), "CI": ci, "ACTIVATION_CHROMIUM": ""}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", PAGES]
    return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=120)


def test_pages_are_skipped_and_one_line_says_so(tmp_path):
    ended = run_without_a_browser(tmp_path, "")

    assert ended.returncode == 0, ended.stdout
    [line] = [each for each in ended.stdout.splitlines() if "Chromium" in each]
    assert re.fullmatch(r"[1-9]\d* tests of pages were skipped: no Chromium; install one \(.*", line)


def test_in_ci_they_fail(tmp_path):
    ended = run_without_a_browser(tmp_path, "true")

    assert ended.returncode == 1, ended.stdout
    assert "no Chromium: install one (`apt-get install chromium`)" in ended.stdout
