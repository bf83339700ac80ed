"""What the README promises is there: pictures, commands, packages, and the test command that CI runs."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from qa.cli import app

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_picture_and_link_within_the_project_exists() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert target.startswith("http") or (ROOT / target).exists(), target


def test_every_command_it_shows_exists() -> None:
    known = {c.name for c in app.registered_commands} | {g.name for g in app.registered_groups}
    shown = set(re.findall(r"zhengce ([a-z]+)", README))
    assert shown <= known, shown - known


def test_every_command_is_shown() -> None:
    shown = set(re.findall(r"(?:zhengce |`)([a-z]+)", README))
    assert {"ask", "search", "documents", "calc", "match", "ingest", "index", "serve", "eval"} <= shown


def test_ci_runs_the_test_command_of_the_readme() -> None:
    block = re.search(r"<!-- test -->\n```bash\n(.+?)\n```", README, re.S)
    assert block is not None and "-m tests" in block[1]
    assert "<!-- test -->" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_every_dependency_earns_a_word() -> None:
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    names = {re.split(r"[<>=\[]", d)[0] for d in wanted}
    named = {"opencc-python-reimplemented": "opencc"}
    missing = [n for n in names if named.get(n, n) not in README]
    assert not missing


@pytest.mark.parametrize("name", ["corpus", "ingest", "index", "qa", "evals"])
def test_every_package_is_described(name: str) -> None:
    assert f"`{name}/`" in README
