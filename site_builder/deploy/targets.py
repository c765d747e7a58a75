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

        try:
            from site_builder.deploy.host_here import HostHere
        except ImportError:
            raise Refused(["path: needs a system with links and file locks, as Linux and macOS have"]) from None
        return Folders(HostHere(site_dir / settings.path), settings.compress)
    if settings.kind == "ssh":
        from site_builder.deploy.folders import Folders
        from site_builder.deploy.host_ssh import HostSsh

        return Folders(HostSsh(settings), settings.compress)
    if settings.kind == "git":
        from site_builder.deploy.git import Git

        return Git(settings, site_dir, work)
    from site_builder.deploy.objects import Objects
    from site_builder.deploy.stores import open_store

    encoding = settings.compress[0] if settings.compress else None
    return Objects(open_store(settings), settings, Manner(headers=True, rules=deploy.headers, in_place=encoding))
