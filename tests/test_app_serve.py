"""`zhengce serve` starts this program's own app, on this machine, and tells no one."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from streamlit import config

from ingest.model import IngestError
from qa.app import serve, state


def test_the_entry_script_stands_beside_the_packages() -> None:
    assert serve.app_file() == Path(__file__).resolve().parents[1] / "app_streamlit.py"


def test_every_page_is_a_file_of_the_package() -> None:
    assert all((state.HERE / file).is_file() for file, _, _ in state.PAGES.values())


def test_every_flag_is_one_that_streamlit_knows() -> None:
    assert set(serve.FLAGS) <= set(config.get_config_options())


def test_nothing_is_reported_and_no_error_is_shown_in_detail() -> None:
    assert serve.FLAGS["browser.gatherUsageStats"] is False
    assert serve.FLAGS["client.showErrorDetails"] == "none"


def test_a_taken_port_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(IngestError, match=f"{port}.*--port"):
            serve.serve(tmp_path, port, "127.0.0.1")


@pytest.mark.parametrize(
    ("thing", "chosen", "concerned"),
    [
        ("河北省", None, True),
        (None, "河北省", True),
        ("全国", "天津市蓟州区", True),
        ("天津市蓟州区", "天津市蓟州区", True),
        ("河北省", "天津市蓟州区", False),
    ],
)
def test_a_region_sees_its_own_and_the_nations_policies(thing: str | None, chosen: str | None, concerned: bool) -> None:
    assert state.concerns(thing, chosen) is concerned
