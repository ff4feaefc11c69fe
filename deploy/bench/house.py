"""Which of the stack's processes run while something is measured."""

from collections.abc import Collection

from deploy.local.stack import Stack

DOOR = "intake-facebook"
WAY = (DOOR, "relay", "routing", "casework")
"""What a complaint passes from its webhook to its assignment."""


def services(stack: Stack) -> list[str]:
    """Return the processes that are ours, without the stand-ins of third parties."""
    return [process.name for process in stack.processes if not process.stand_in]


def keep_only(stack: Stack, names: Collection[str]) -> None:
    """End every other process."""
    for process in stack.processes:
        if process.name not in names:
            stack.kill_process(process.name)


def bring_back(stack: Stack, names: Collection[str]) -> None:
    """Start what `keep_only` ended, and wait until everything is ready; raises `ServerError`."""
    for process in stack.processes:
        if process.name not in names:
            stack.start_process(process.name)
    stack.wait_until_ready()


def bring_everything_back(stack: Stack) -> None:
    """Let the whole house run again, whatever was ended, the broker among it."""
    keep_only(stack, ())
    if not stack.broker.running:
        stack.restart_broker()
    bring_back(stack, ())
