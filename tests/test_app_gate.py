"""管理 is closed unless it is set up, and guessing the password is slow."""

from __future__ import annotations

from qa.app.gate import PAUSE, TRIES, Lock


def test_only_the_password_opens() -> None:
    lock = Lock()
    assert lock.check("对的密码", "对的密码", now=0)
    assert not lock.check("错的", "对的密码", now=0)
    assert not lock.check("", "对的密码", now=0)


def test_after_wrong_tries_even_the_right_one_waits() -> None:
    lock = Lock()
    for _ in range(TRIES):
        assert not lock.check("错", "对", now=10)
    assert lock.wait(now=10) == PAUSE
    assert not lock.check("对", "对", now=10 + PAUSE / 2)
    assert lock.check("对", "对", now=10 + PAUSE)
