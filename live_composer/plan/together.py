"""Plans made together: what a device draws of each is drawn for all of them at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator
from typing import TYPE_CHECKING, TypeAlias, TypeVar, cast

from live_composer.plan import device
from live_composer.plan.stretch import States, Stretch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from live_composer.policy.draws import Networks

_End = TypeVar("_End")

Planned: TypeAlias = Generator[Stretch, States, _End]
"""A plan that is being made: it asks for a stretch at a time."""


def alone(plan: Planned[_End]) -> _End:
    """Make a plan by itself; return what it comes to."""
    (end,) = together([plan])
    if isinstance(end, BaseException):
        raise end
    return end


def together(plans: Sequence[Planned[_End]]) -> list[_End | Exception]:
    """Make plans side by side; return what each comes to, or what ended it."""
    ends: dict[int, _End | Exception] = {}
    asked: dict[int, Stretch] = {}

    def go_on(number: int, states: States | Exception | None) -> None:
        plan = plans[number]
        try:
            if isinstance(states, Exception):
                asked[number] = plan.throw(states)
            else:
                # The first one is no answer: it has a plan begin.
                asked[number] = plan.send(cast("States", states))
        except StopIteration as stop:
            ends[number] = stop.value
        except Exception as error:  # noqa: BLE001 - one plan that fails is no trouble of the others
            ends[number] = error

    for number in range(len(plans)):
        go_on(number, None)
    while asked:
        stretches, asked = asked, {}
        for number, states in _drawn(stretches).items():
            go_on(number, states)
    return [ends[number] for number in range(len(plans))]


def _drawn(stretches: dict[int, Stretch]) -> dict[int, States | Exception]:
    """Draw stretches: here one after the other, on a device all that are alike in one go."""
    drawn: dict[int, States | Exception] = {}
    groups: defaultdict[tuple[tuple[Networks, ...], int, int], list[int]] = defaultdict(list)
    for number, stretch in stretches.items():
        alike = stretch.proposal.networks, stretch.end - stretch.begin, stretch.candidates.count
        groups[alike].append(number)
    for (networks, _, _), numbers in groups.items():
        if not networks:
            drawn |= {number: _here(stretches[number]) for number in numbers}
        else:
            drawn |= _there(networks, {number: stretches[number] for number in numbers})
    return drawn


def _here(stretch: Stretch) -> States | Exception:
    try:
        return stretch.draw()
    except Exception as error:  # noqa: BLE001 - it is raised where the stretch is asked for
        return error


def _there(networks: tuple[Networks, ...], stretches: dict[int, Stretch]) -> dict[int, States | Exception]:
    drawn: dict[int, States | Exception] = {}
    for number, stretch in stretches.items():
        try:
            stretch.check()
        except Exception as error:  # noqa: BLE001 - it is raised where the stretch is asked for
            drawn[number] = error
    wanted = [number for number in stretches if number not in drawn]
    if wanted:
        try:
            drawn |= zip(wanted, device.draw(networks, [stretches[number] for number in wanted]), strict=True)
        except Exception as error:  # noqa: BLE001 - likewise, by all of them
            drawn |= dict.fromkeys(wanted, error)
    return drawn
