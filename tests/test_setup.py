"""tools/setup.py: what it installs when, and what it says where it may not."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.sample import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def setup(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """The script, working in a folder of its own; commands are noted in ``setup.commands`` and not run."""
    spec = importlib.util.spec_from_file_location("setup_script", REPOSITORY / "tools" / "setup.py")
    assert spec
    assert spec.loader
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    commands: list[list[str]] = []

    def pretend(command: list[str], **_: Any) -> None:
        commands.append(command)
        if "venv" in command:
            (tmp_path / ".venv" / "bin").mkdir(parents=True, exist_ok=True)
            (tmp_path / ".venv" / "bin" / "python").touch()
        if command[0] == "npm":
            (tmp_path / "node_modules").mkdir(exist_ok=True)

    (tmp_path / "pyproject.toml").write_text("[project]")
    (tmp_path / "package.json").write_text("{}")
    for name, value in {"run": pretend, "ROOT": tmp_path, "VENV": tmp_path / ".venv", "NPM_DIR": tmp_path}.items():
        monkeypatch.setattr(script, name, value)
    monkeypatch.setattr(script, "commands", commands, raising=False)
    return script


def done(script: Any) -> list[str]:
    """The commands since the last call: ``venv``, and what was installed."""
    names = [command[-1] if "install" in command else command[2] for command in script.commands]
    script.commands.clear()
    return [name.rpartition("[")[2].rstrip("]") for name in names]


def test_a_second_run_does_nothing(setup: Any):
    setup.set_up_environment("site")
    assert done(setup) == ["venv", "comrak"]
    setup.set_up_environment("site")
    assert done(setup) == []


def test_tests_add_to_the_environment_and_stay(setup: Any, tmp_path: Path):
    setup.set_up_environment("site")
    done(setup)
    setup.set_up_environment("tests")
    assert done(setup) == ["comrak,dev"]
    setup.set_up_environment("site")
    assert done(setup) == []
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'other'")
    setup.set_up_environment("site")
    assert done(setup) == ["comrak,dev"]


@pytest.mark.parametrize("damage", ["python", "place"])
def test_an_environment_of_another_python_or_place_is_made_anew(setup: Any, tmp_path: Path, damage: str):
    setup.set_up_environment("site")
    done(setup)
    note = tmp_path / ".venv" / "installed.json"
    note.write_text(note.read_text().replace(f'"{damage}": "', f'"{damage}": "old '))
    setup.set_up_environment("site")
    assert done(setup) == ["venv", "comrak"]


def test_an_environment_cut_short_is_made_anew(setup: Any, tmp_path: Path):
    setup.set_up_environment("site")
    done(setup)
    (tmp_path / ".venv" / "installed.json").write_text('{"python": ')
    setup.set_up_environment("site")
    assert done(setup) == ["venv", "comrak"]


def test_npm_packages_follow_their_list(setup: Any, tmp_path: Path):
    setup.install_npm_packages()
    setup.install_npm_packages()
    assert len(setup.commands) == 1
    (tmp_path / "package.json").write_text('{"private": true}')
    setup.install_npm_packages()
    assert len(setup.commands) == 2


def test_without_root_the_missing_packages_are_named(setup: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(setup.os, "geteuid", lambda: 1000)
    with pytest.raises(SystemExit) as stop:
        setup.install_system_packages({"chromium": "a browser", "npm": "npm"})
    assert "a browser (Debian package chromium)" in str(stop.value)
    assert str(stop.value).endswith("sudo apt-get install chromium npm")
    assert setup.commands == []


def test_as_root_the_missing_packages_are_installed(setup: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(setup.os, "geteuid", lambda: 0)
    monkeypatch.setattr(setup.shutil, "which", lambda name: name if name == "apt-get" else None)
    setup.install_system_packages(setup.missing_programs())
    update, install = setup.commands
    assert update[-1] == "update"
    assert install[-8:-3] == ["chromium", "fonts-noto-cjk", "default-jre-headless", "nodejs", "npm"]
    assert install[-3:] == ["openssh-server", "rsync", "git"]
