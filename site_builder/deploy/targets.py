"""From the settings of a target to the target."""

from __future__ import annotations

from pathlib import Path

from site_builder.config_deploy import Deploy
from site_builder.config_deploy import Target as Settings
from site_builder.deploy.stops import Refused
from site_builder.deploy.target import Target


def open_target(settings: Settings, deploy: Deploy, site_dir: Path, work: Path) -> Target:
    """The target that ``settings`` describe.  ``work`` is a folder for what it keeps on this machine."""
    if settings.kind == "path":
        from site_builder.deploy.folders import Folders
        from site_builder.deploy.host_here import HostHere

        return Folders(HostHere(site_dir / settings.path), settings.compress)
    del deploy, work
    raise Refused([f"deploys to {settings.kind}: are not there yet"])
