"""Many people asking at once: `python tests/e2e/load.py URL [SESSIONS] [SECONDS] [PAUSE]`.

Each session is a real Streamlit session over its own websocket, spoken to in Streamlit's own protocol; a browser would
only add its own drawing. A session asks, waits for the whole answer, pauses, and asks again. Prints the percentiles from
question to finished answer, and every error.
"""

from __future__ import annotations

import asyncio
import json
import random
import statistics
import sys
import time
from dataclasses import dataclass, field

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

QUESTIONS = (
    "高新技术企业的企业所得税税率是多少",
    "首次获得中国质量奖的企业奖励多少",
    "专精特新中小企业认定要具备什么条件",
    "中小企业融资担保有哪些支持",
    "蓟州区节能改造每吨标准煤补贴多少",
    "申报示范县要准备哪些材料",
    "小微企业贷款贴息怎么申请",
    "研发费用加计扣除比例",
)


@dataclass
class Tally:
    """What the sessions met: seconds for each answer, and errors."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


class Session:
    """One visitor: the widget to type into is found in what the server draws."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._box = ""
        self._page = ""

    async def run(self, question: str | None) -> str:
        """Run the page, typing a question where one is given; the exceptions drawn ("" where there are none)."""
        message = BackMsg()
        message.rerun_script.query_string = ""
        message.rerun_script.page_script_hash = self._page
        if question is not None:
            widget = message.rerun_script.widget_states.widgets.add()
            widget.id = self._box
            widget.chat_input_value.data = question
        await self._socket.send(message.SerializeToString())
        drawn = ""
        while True:
            data = await asyncio.wait_for(self._socket.recv(), 60)
            answer = ForwardMsg.FromString(data if isinstance(data, bytes) else data.encode())
            match answer.WhichOneof("type"):
                case "new_session":
                    self._page = answer.new_session.page_script_hash
                case "delta" if answer.delta.WhichOneof("type") == "new_element":
                    element = answer.delta.new_element
                    if element.WhichOneof("type") == "chat_input":
                        self._box = element.chat_input.id
                    elif element.WhichOneof("type") == "exception":
                        drawn = element.exception.message
                case "script_finished":
                    return drawn


async def visit(url: str, until: float, pause: float, tally: Tally) -> None:
    """One person asking until the time is over."""
    address = url.replace("http", "ws", 1) + "/_stcore/stream"
    try:
        async with connect(address, subprotocols=[Subprotocol("streamlit")], max_size=None, origin=None) as socket:
            session = Session(socket)
            await session.run(None)
            while time.monotonic() < until:
                begun = time.monotonic()
                if error := await session.run(random.choice(QUESTIONS)):
                    tally.errors.append(error)
                tally.seconds.append(time.monotonic() - begun)
                await asyncio.sleep(pause * random.uniform(0.5, 1.5))
    except Exception as error:  # whatever it was, it is what is counted
        tally.errors.append(f"{type(error).__name__}: {error}")


async def measure(url: str, sessions: int, seconds: float, pause: float) -> Tally:
    """So many sessions for so many seconds."""
    tally = Tally()
    until = time.monotonic() + seconds
    await asyncio.gather(*(visit(url, until, pause, tally) for _ in range(sessions)))
    return tally


def main() -> int:
    url, *rest = sys.argv[1:]
    sessions, seconds, pause = (float(r) for r in (*rest, *("20", "60", "2")[len(rest) :]))
    tally = asyncio.run(measure(url.rstrip("/"), int(sessions), seconds, pause))
    points = statistics.quantiles(tally.seconds, n=100) if len(tally.seconds) > 1 else [0.0] * 99
    print(
        json.dumps(
            {
                "sessions": int(sessions),
                "answers": len(tally.seconds),
                "errors": len(tally.errors),
                "p50_s": round(points[49], 3),
                "p95_s": round(points[94], 3),
                "p99_s": round(points[98], 3),
            }
        )
    )
    for error in tally.errors[:5]:
        print(error)
    return 1 if tally.errors else 0


if __name__ == "__main__":
    sys.exit(main())
