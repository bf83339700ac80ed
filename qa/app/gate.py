"""Who may use 管理: those who know the password, or those an identity provider vouches for. Off unless set up."""

from __future__ import annotations

import hmac
import os
import threading
import time

import streamlit as st

TRIES, PAUSE = 5, 60.0  # after so many wrong passwords, so many seconds for the whole server


class Lock:
    """Slows down guessing; shared by all sessions of the server."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._wrong = 0
        self._until = 0.0

    def wait(self, now: float) -> float:
        """Seconds to wait before the next try."""
        with self._guard:
            return max(0.0, self._until - now)

    def check(self, given: str, wanted: str, now: float) -> bool:
        """Compare in constant time; a wrong one counts."""
        with self._guard:
            if now < self._until:
                return False
            right = hmac.compare_digest(given.encode(), wanted.encode())
            self._wrong = 0 if right else self._wrong + 1
            if self._wrong >= TRIES:
                self._wrong, self._until = 0, now + PAUSE
            return right


@st.cache_resource(show_spinner=False)
def _lock() -> Lock:
    return Lock()


def password() -> str:
    """The password set for this server; empty: none."""
    return os.environ.get("ZHENGCE_ADMIN_PASSWORD", "")


def admins() -> list[str]:
    """The addresses that may sign in through OIDC (`[zhengce] admins` in Streamlit's secrets, beside its `[auth]`)."""
    try:
        return [str(a).lower() for a in st.secrets["zhengce"]["admins"]] if "auth" in st.secrets else []
    except (FileNotFoundError, KeyError):
        return []
    except Exception:  # a broken secrets file closes the gate
        return []


def passed() -> bool:
    """Whether this session may go on; draws the sign-in where it may not yet."""
    secret, allowed = password(), admins()
    if not secret and not allowed:
        st.info(
            "管理功能没有开启。开启的办法：启动前设置环境变量 ZHENGCE\\_ADMIN\\_PASSWORD，"
            "或在 Streamlit 的 secrets.toml 里配置 \\[auth\\]（OIDC 登录）与 \\[zhengce\\] admins（允许的邮箱）。",
            icon=":material/lock:",
        )
        return False
    if st.session_state.get("admin"):
        return True
    if allowed and _signed_in(allowed):
        return True
    if secret:
        _ask_password(secret)
    return bool(st.session_state.get("admin"))


def _signed_in(allowed: list[str]) -> bool:
    if st.user.get("is_logged_in"):
        if st.user.get("email_verified") is not False and str(st.user.get("email", "")).lower() in allowed:
            return True
        st.error("这个账号没有管理权限。", icon=":material/block:")
        st.button("退出登录", on_click=st.logout)
        return False
    st.button("用单位账号登录", icon=":material/login:", on_click=st.login)
    return False


def _ask_password(secret: str) -> None:
    with st.form("sign-in"):
        given = st.text_input("管理密码", type="password", max_chars=200, autocomplete="current-password")
        sent = st.form_submit_button("进入", type="primary")
    if not sent:
        return
    now = time.monotonic()
    wait = _lock().wait(now)
    if wait > 0:
        st.error(f"错误次数过多，请 {wait:.0f} 秒后再试。", icon=":material/timer:")
    elif _lock().check(given, secret, now):
        st.session_state["admin"] = True
        st.rerun()
    else:
        st.error("密码不对。", icon=":material/block:")
