from collections.abc import Callable
from typing import Any

def deployment(
    *,
    num_replicas: int | None = ...,
    autoscaling_config: dict[str, Any] | None = ...,
    ray_actor_options: dict[str, Any] = ...,
    max_ongoing_requests: int = ...,
) -> Callable[[type], Any]: ...
def run(target: Any, *, name: str = ..., route_prefix: str | None = ..., _local_testing_mode: bool = ...) -> Any: ...
def shutdown() -> None: ...
