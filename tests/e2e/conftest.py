"""A real server and a real browser. Where Chromium is missing the tests are skipped and say so."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

PASSWORD = "e2e-管理密码"
READY = 10.0  # seconds from `zhengce serve` to an answering server
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class Server:
    """A running app: its address, its workspace, and how long it took to be ready."""

    url: str
    workspace: Path
    ready_after: float


@pytest.fixture(scope="session")
def server(workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("served") / "w"
    shutil.copytree(workspace, home)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    begun = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "qa.cli", "serve", "--workspace", str(home), "--port", str(port)],
        cwd=home,
        env={**os.environ, "ZHENGCE_ADMIN_PASSWORD": PASSWORD},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        while not _healthy(url):
            assert process.poll() is None, "the server ended by itself"
            assert time.monotonic() - begun < 60, "the server did not come up"
            time.sleep(0.1)
        yield Server(url, home, time.monotonic() - begun)
    finally:
        process.terminate()
        process.wait(timeout=20)


def _healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("没有 chromium：apt-get install chromium 后再运行端到端测试")
    playwright = pytest.importorskip("playwright.sync_api", reason="没有 playwright：pip install -e '.[test]'")
    with playwright.sync_playwright() as running:
        chromium = running.chromium.launch(executable_path=path, args=SWITCHES)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A page at desktop width that fails the test when the app asks anything of another host."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN")
    page = context.new_page()
    page.set_default_timeout(30_000)
    abroad: list[str] = []
    page.on("request", lambda r: abroad.append(r.url) if not _local(r.url) else None)
    yield page
    context.close()
    assert not abroad, f"the page asked other hosts: {abroad[:3]}"


def _local(url: str) -> bool:
    return url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:"))
