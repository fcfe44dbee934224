"""`live-composer ports`: the MIDI ports of every system of this machine."""

from __future__ import annotations

import msgspec

from live_composer.config import Ports
from live_composer.port.listing import Listing, list_all
from live_composer.port.target import WITHOUT_SYSTEM


def ports(*, config: Ports = Ports()) -> None:
    """List the MIDI ports of this machine."""
    listings = list_all()
    if config.json:
        print(msgspec.json.format(msgspec.json.encode(listings)).decode())
        return
    for listing in listings:
        print("\n".join(_lines(listing)))
    print(WITHOUT_SYSTEM)


def _lines(listing: Listing) -> list[str]:
    if listing.unavailable:
        return [f"{listing.system}: not available, {listing.unavailable}"]
    return [f"{listing.system}:", *(f"  {port}" for port in listing.ports or ["no ports"])]
