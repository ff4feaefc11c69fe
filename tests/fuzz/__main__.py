"""`python -m tests.fuzz [--seconds N] [--only WORD] [--seed S]`: fuzz every door's translator."""

import argparse
import logging
import random
import sys
import traceback

from rich.console import Console

from tests.fuzz.driver import fuzz
from tests.fuzz.targets import targets


def main() -> int:
    """Run the targets one after the other; 1 when a door fell."""
    parser = argparse.ArgumentParser(description="Fuzz every door's translator; the corpus is the channels' fixtures.")
    parser.add_argument("--seconds", type=float, default=20, help="for each target")
    parser.add_argument("--only", default="", help="only targets whose name holds this")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().getrandbits(32), help="of the randomness")
    told = parser.parse_args()
    logging.disable()
    console = Console(soft_wrap=True)
    console.print(f"seed {told.seed}")
    fallen = 0
    for target in targets():
        if told.only not in target.name:
            continue
        try:
            tries = fuzz(target, seconds=told.seconds, draw=random.Random(f"{told.seed} {target.name}"))
        except Exception:  # noqa: BLE001 - whatever it is, it is what is looked for
            fallen += 1
            console.print(f"[red]{target.name} falls:[/red]\n{traceback.format_exc()}", highlight=False)
        else:
            console.print(f"{target.name}: {tries:,} changed requests, {len(target.seeds)} seeds, stands")
    return 1 if fallen else 0


if __name__ == "__main__":
    sys.exit(main())
