"""Every rule that comes along: its two forms agree on any music, and it keeps the contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from rule_music import music, rules_of

from live_composer.rules.check import faults

if TYPE_CHECKING:
    from live_composer.rules import Context, Rule, Tokens

RULES = rules_of("*.py")
every_rule = pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))


@every_rule
@settings(max_examples=60)
@given(drawn=music())
def test_both_forms_agree(rule: Rule, drawn: tuple[Tokens, Context]):
    np.testing.assert_allclose(rule(*drawn), rule.by_note(*drawn), atol=1e-6)


@every_rule
def test_the_contract_is_kept(rule: Rule):
    assert faults(rule) == []
