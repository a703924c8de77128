"""A list of steps, run one by one, told in TAP (testanything.org).

A step is a function that gets a World, in which it makes what it needs; it holds unless it raises.
Steps share nothing, so one that fails does not take the next with it.
"""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Callable
from typing import TypeVar

World = TypeVar("World")


class Steps:
    def __init__(self) -> None:
        self._steps: list[tuple[str, Callable]] = []

    def __call__(self, name: str) -> Callable:
        """Decorates a function as the step of that name."""

        def register(function: Callable) -> Callable:
            self._steps.append((name, function))
            return function

        return register

    def extend(self, others: Steps) -> None:
        self._steps += others._steps

    def add(self, name: str, function: Callable) -> None:
        self._steps.append((name, function))

    def run(self, world: Callable[[], World]) -> int:
        """Runs every step, each in a new world; gives the exit code."""
        failures = 0
        print(f"TAP version 13\n1..{len(self._steps)}", flush=True)
        for number, (name, function) in enumerate(self._steps, 1):
            # the time lets a reader match a step with the lines of the server's log
            print(f"# step {number} begins at {int(time.time() * 1000)}", flush=True)
            place = world()
            try:
                function(place)
                place.leave()
                print(f"ok {number} - {name}", flush=True)
            except Exception:
                failures += 1
                place.abandon()
                print(f"not ok {number} - {name}", flush=True)
                for line in traceback.format_exc().rstrip().splitlines():
                    print(f"#   {line}")
                sys.stdout.flush()
        print(f"# {failures} of {len(self._steps)} failed", flush=True)
        return 1 if failures else 0


def same(actual: object, wanted: object, what: str = "") -> None:
    if actual != wanted:
        raise AssertionError(f"{what + ': ' if what else ''}{actual!r} instead of {wanted!r}")


def holds(condition: object, what: str) -> None:
    if not condition:
        raise AssertionError(what)
