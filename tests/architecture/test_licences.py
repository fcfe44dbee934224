"""Everything that an installation brings may be depended on, and the page of licences says so."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import scripts

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    return scripts.load("licences_page")


def listed() -> dict[str, tuple[str, str]]:
    """Return the licence of each package of the page, and what brings it."""
    rows = re.findall(
        r"^\| ([a-z0-9-]+) \| (.+) \| ([a-z, ]+) \|$", (ROOT / "docs" / "licences.md").read_text(), re.MULTILINE
    )
    return {name: (licence, origin) for name, licence, origin in rows}


def test_the_page_says_what_is_installed(script: ModuleType):
    assert script.PAGE.read_text().startswith(script.HEAD)
    page = listed()
    installed = {name: origins for name, origins in script.brought().items() if script.licence(name) is not None}
    assert len(installed) > 50
    for name, origins in installed.items():
        assert page[name][0] == script.licence(name), "run `make licences`"
        assert origins <= set(page[name][1].split(", ")), "run `make licences`"


def test_the_page_is_the_same_with_a_gpu(script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    needs = ("numpy", "nvidia-cublas==13; platform_system != 'none'", "cuda_toolkit[nvtx]", "triton==3")
    told = "".join(f"Requires-Dist: {each}\n" for each in needs)
    (tmp_path / "torchlike-1.dist-info").mkdir()
    (tmp_path / "torchlike-1.dist-info" / "METADATA").write_text(f"Metadata-Version: 2.1\nName: torchlike\n{told}")
    monkeypatch.syspath_prepend(tmp_path)
    assert [each.name for each in script.needs("torchlike", frozenset({""}))] == ["numpy"]


def test_every_package_of_the_page_is_locked():
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    locked = {re.sub("[-_.]+", "-", line.partition("==")[0]).lower() for line in lines}
    assert set(listed()) - locked == set()


def test_all_of_it_may_be_depended_on(script: ModuleType):
    assert len(listed()) > 50
    assert script.bound({name: licence for name, (licence, _) in listed().items()}) == set()
    # Copyleft comes by an extra of its own, and so by nothing else.
    assert {name: listed()[name][1] for name in script.ON_REQUEST} == script.ON_REQUEST


@pytest.mark.parametrize("licence", ["GPL-3.0-or-later", "MIT AND GPL-2.0-only", "AGPL-3.0-only", "Proprietary", ""])
def test_what_binds_us_is_seen(script: ModuleType, licence: str):
    assert script.bound({"any": licence, "other": "GPL-2.0-only OR MIT"}) == {"any"}
