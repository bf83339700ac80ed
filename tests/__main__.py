"""`python -m tests`: formatting, lint, types and tests; the first that fails ends it. What CI runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CODE = ["corpus", "ingest", "index", "qa", "evals", "tests", "app_streamlit.py"]
CHECKS = [
    ["ruff", "format", "--check", *CODE],
    ["ruff", "check", *CODE],
    ["mypy"],
    ["pytest", "-n", "2", "--dist", "loadfile"],
]


def main() -> int:
    for check in CHECKS:
        print("$", *check, flush=True)
        if code := subprocess.run([sys.executable, "-m", *check], cwd=ROOT).returncode:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
