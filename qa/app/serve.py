"""`zhengce serve`: the Streamlit app as one process, on this machine unless told otherwise, with nothing sent anywhere."""

from __future__ import annotations

import importlib.util
import os
import socket
import threading
from datetime import date
from pathlib import Path

from ingest.model import IngestError

FONT = "system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Source Han Sans SC', sans-serif"
UPLOAD_MB = 20

FLAGS: dict[str, object] = {
    "server.headless": True,
    "server.fileWatcherType": "none",
    "server.maxUploadSize": UPLOAD_MB,
    "server.enableXsrfProtection": True,
    "runner.magicEnabled": False,
    "browser.gatherUsageStats": False,
    "client.toolbarMode": "viewer",
    "client.showErrorDetails": "none",
    "theme.font": FONT,
    "theme.light.primaryColor": "#0B5C8A",
    "theme.light.backgroundColor": "#FFFFFF",
    "theme.light.secondaryBackgroundColor": "#F3F5F7",
    "theme.light.textColor": "#1B2229",
    "theme.dark.primaryColor": "#3486BF",
    "theme.dark.backgroundColor": "#14181C",
    "theme.dark.secondaryBackgroundColor": "#1E252B",
    "theme.dark.textColor": "#E8ECEF",
}


def app_file() -> Path:
    """Where the app's entry script is, in a checkout or installed."""
    spec = importlib.util.find_spec("app_streamlit")
    if spec is None or spec.origin is None:
        raise IngestError("找不到 app_streamlit.py：请重新安装 zhengce（pip install .）")
    return Path(spec.origin)


def serve(workspace: Path | None, port: int, host: str) -> None:
    """Serve the app until interrupted; prints the address. Raises IngestError where the port is taken."""
    from streamlit.web import bootstrap

    from ingest.workspace import Workspace

    os.environ["ZHENGCE_HOME"] = str(Workspace.resolve(workspace).path)
    _claim(host, port)
    flags = {**FLAGS, "server.port": port, "server.address": host, "browser.serverAddress": host}
    options = {name.replace(".", "_"): value for name, value in flags.items()}
    script = app_file()
    bootstrap.load_config_options(options)
    threading.Thread(target=_warm_up, name="warm-up", daemon=True).start()
    bootstrap.run(str(script), False, [], options)


def _claim(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise IngestError(f"不能在 {host}:{port} 上提供服务（{error.strerror}）：请用 --port 换一个端口") from error


def _warm_up() -> None:
    """Open the engine while the first visitor's browser is still loading; a fault shows on the page, not here."""
    import logging

    logging.getLogger("streamlit.runtime.scriptrunner_utils.script_run_context").setLevel(logging.ERROR)
    try:
        from qa.app import forms, state

        engine = state.engine()
        engine.warm()
        engine.ask("中小企业有哪些奖励", as_of=date.today())
        forms.rules()
    except IngestError as error:
        print(" ".join(str(error).split()))
