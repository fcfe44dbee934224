"""`live-composer service install`, `uninstall` and `status`: the daemon, started whenever its user logs in."""

from __future__ import annotations

from live_composer.config import ServiceInstall, ServiceOnly
from live_composer.live import service as services


def install(*, config: ServiceInstall = ServiceInstall()) -> None:
    """Start the daemon whenever you log in; it waits to be told to play. `[serve]` in the config file sets it up."""
    service = services.service()
    if config.dry_run:
        print(f"# {service.path}\n{service.text}", end="")
        return
    services.install(service)
    print(f"{service.path} is written, and the service runs. `live-composer play` plays, `attach` shows it.")


def uninstall(*, config: ServiceOnly = ServiceOnly()) -> None:
    """End the service, and take its file away."""
    del config
    service = services.service()
    services.uninstall(service)
    print(f"{service.path} is gone.")


def status(*, config: ServiceOnly = ServiceOnly()) -> None:
    """Tell whether the service is installed, and how it is."""
    del config
    print(services.state(services.service()))
