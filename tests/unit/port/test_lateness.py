from __future__ import annotations

from live_composer.port.lateness import WINDOW, Lateness


def test_nothing_sent_is_nothing_late():
    assert Lateness().percentiles() == (0, 0)


def test_percentiles_are_of_the_last_messages_and_the_worst_of_all():
    lateness = Lateness()
    lateness.add(1000)
    for late in range(WINDOW):
        lateness.add(late)
    assert lateness.count == WINDOW + 1
    assert lateness.worst == 1023
    assert lateness.percentiles() == (512, 1013)


def test_worst():
    lateness = Lateness()
    for late in (1, 5, 2):
        lateness.add(late)
    assert lateness.worst == 5
