"""From the settings of a target to the target."""

from __future__ import annotations

from pathlib import Path

from site_builder.config_deploy import Deploy
from site_builder.config_deploy import Target as Settings
from site_builder.deploy.stops import Refused
from site_builder.deploy.target import Target
from site_builder.deploy.wanted import Manner


def open_target(settings: Settings, deploy: Deploy, site_dir: Path, work: Path) -> Target:
    """The target that ``settings`` describe.  ``work`` is a folder for what it keeps on this machine."""
    if settings.kind == "path":
        from site_builder.deploy.folders import Folders
        from site_builder.deploy.host_here import HostHere

        return Folders(HostHere(site_dir / settings.path), settings.compress)
    if settings.kind in {"s3", "gs", "az"}:
        from site_builder.deploy.objects import Objects
        from site_builder.deploy.stores import open_store

        encoding = settings.compress[0] if settings.compress else None
        return Objects(open_store(settings), settings, Manner(headers=True, rules=deploy.headers, in_place=encoding))
    del work
    raise Refused([f"deploys to {settings.kind}: are not there yet"])
