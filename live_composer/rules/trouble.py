"""What a rule file raised, told in one line: the error, and the line of the file that it came from."""

from __future__ import annotations

import traceback
from pathlib import Path


def told(error: BaseException, file: str) -> str:
    """Return an error in one line, such as `ZeroDivisionError: division by zero (calm.py, line 12)`.

    Args:
        error: what was raised.
        file: the rule file; its last line on the way to the error is named.
    """
    words = str(error).strip().partition("\n")[0]
    # A syntax error names its place itself.
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    where = f" ({Path(file).name}, line {lines[-1]})" if lines else ""
    return f"{type(error).__name__}{f': {words}' if words else ''}{where}"
