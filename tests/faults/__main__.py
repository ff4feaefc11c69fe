"""`python -m tests.faults short|long`: hurt the house under load and count; 1 when the count does not balance."""

import argparse
import asyncio
import logging
import signal
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from tests.faults.faults import all_faults
from tests.faults.house import House
from tests.faults.plan import LONG, SHORT
from tests.faults.report import render
from tests.faults.run import run


def main() -> int:
    """Read the command line, and run."""
    parser = argparse.ArgumentParser(description="Hurt the running house under load, then count from three sides.")
    parser.add_argument("form", choices=["short", "long"])
    parser.add_argument("--messages", type=int, help="at least so many")
    parser.add_argument("--per-second", type=float, help="of the load")
    parser.add_argument("--stop-s", type=float, help="how long each process stands still")
    parser.add_argument("--only", action="append", default=[], help="only faults whose name holds this; repeatable")
    parser.add_argument("--report", type=Path, default=Path(".cache/faults.txt"), help="the tables as text")
    told = parser.parse_args()
    chosen = {"messages": told.messages, "per_second": told.per_second, "stop_s": told.stop_s}
    plan = replace(SHORT if told.form == "short" else LONG, **{k: v for k, v in chosen.items() if v is not None})
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the house is taken down and the disk given back
    logging.disable()  # Kafka's client tells each time that the broker is away
    console = Console(record=True, width=140)

    def say(words: str) -> None:
        console.print(words, highlight=False)

    with tempfile.TemporaryDirectory(prefix="ntbcare-faults-") as folder, House(Path(folder) / "house") as house:
        say(f"{house.broker.name}; attachments on {house.disk.kind}")
        faults = all_faults(durable_broker=house.broker.durable)
        wanted = {name: one for name, one in faults.items() if not told.only or any(word in name for word in told.only)}
        outcome = asyncio.run(run(house, plan, wanted, say))
    console.print(render(outcome.proofs, outcome.load, outcome.count))
    told.report.parent.mkdir(parents=True, exist_ok=True)
    told.report.write_text(console.export_text(), encoding="utf-8")
    return 0 if outcome.count.balanced else 1


if __name__ == "__main__":
    sys.exit(main())
