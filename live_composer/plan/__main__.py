"""`python -m live_composer.plan --socket PATH`: the planner process. The daemon starts it; people need not."""

from __future__ import annotations

import argparse
import asyncio
import math
import os
import sys
from pathlib import Path

from live_composer.errors import INTERRUPTED, LiveComposerError
from live_composer.plan import engine
from live_composer.plan.guard import SECONDS, Guard
from live_composer.plan.planner import Planner
from live_composer.plan.process import PlannerProcess, lower_priority

_CAPTURING_SECONDS = 30.0
"""How much longer the first plans may take on a GPU, that captures graphs of them."""


def main() -> int:
    """Run the planner process; return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m live_composer.plan", description=__doc__)
    parser.add_argument("--socket", type=Path, required=True, help="where to listen")
    parser.add_argument("--model", action="append", default=[], help="a model to load before the first request")
    parser.add_argument("--book", default="", help="a rule book to load before the first request")
    parser.add_argument("--plugins", action="append", default=[], type=Path, help="a folder of rule files and books")
    parser.add_argument("--models", action="append", type=Path, help="a folder that models come from, by name alone")
    parser.add_argument("--seconds", type=float, default=math.inf, help="how long it may work on one plan")
    parser.add_argument("--device", choices=engine.DEVICES, default="auto", help="where to compute")
    parser.add_argument("--words", type=Path, help="where planners before us wrote which rule file they were stuck in")
    parser.add_argument("--child", action="store_true", help="end when stdin does")
    options = parser.parse_args()
    lower_priority()
    # Whoever started us waits for a word of ours on stdout; what rules print goes to the error stream.
    ours = os.dup(1)
    os.dup2(2, 1)
    try:
        # What a plan may take by itself is no rule's fault.
        patience = SECONDS + (options.seconds if math.isfinite(options.seconds) else 0.0)
        patience += 0.0 if engine.choose(options.device) == engine.NUMPY else _CAPTURING_SECONDS
        guard = Guard(options.words, options.plugins, patience) if options.words and options.plugins else None
        planner = Planner(options.device, options.plugins, options.models, guard)
        for model in options.model:
            planner.warm_up(model, options.book)
        asyncio.run(PlannerProcess(planner, options.seconds).serve(options.socket, ours, child=options.child))
    except LiveComposerError as error:
        sys.stderr.write(f"planner: {error}\n")
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


if __name__ == "__main__":
    sys.exit(main())
