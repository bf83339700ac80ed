"""政策匹配与自测."""

from __future__ import annotations

from qa.app import style


def main() -> None:
    style.title("政策匹配与自测")


if __name__ == "__main__":
    main()
