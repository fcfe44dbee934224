"""The part of Ray that a fleet uses (2.60)."""

from typing import Any

def init(
    address: str | None = ...,
    *,
    num_cpus: int | None = ...,
    include_dashboard: bool | None = ...,
    logging_level: int | str = ...,
    log_to_driver: bool = ...,
) -> Any: ...
def shutdown() -> None: ...
