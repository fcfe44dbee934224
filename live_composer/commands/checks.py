"""Checks of options that several commands share."""

from live_composer.errors import BadInput


def between(option: str, value: float, lowest: float, highest: float) -> None:
    """Refuse a number out of range.

    Raises:
        BadInput: it is.
    """
    if not lowest <= value <= highest:
        raise BadInput(f"{option} is {value:g}, and goes from {lowest:g} to {highest:g}.")
