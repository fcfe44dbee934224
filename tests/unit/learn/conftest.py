"""The tests of learning need the extra `learn`."""

from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="the extra `learn` is not installed")
