"""All commands: help, usage, exit codes, the time to start."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

import site_builder
from site_builder.cli import COMMANDS, main
from tests.cli.running import AT, run, run_program
from tests.support.sample import REPOSITORY
from tests.support.site import SiteDir


def test_version_answers_at_once_and_loads_neither_jinja_nor_markdown(tmp_path: Path) -> None:
    script = (
        "import sys, time; start = time.process_time()\n"
        "from site_builder.cli import main\n"
        "main(['--version'], standalone_mode=False)\n"
        "heavy = {'jinja2', 'markdown', 'yaml', 'nh3', 'PIL', 'rich', 'comrak'} & set(sys.modules)\n"
        "print(time.process_time() - start, sorted(heavy))"
    )
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    version, cost = done.stdout.splitlines()
    assert version == f"site-builder, version {site_builder.__version__}"
    seconds, heavy = cost.split(" ", 1)
    assert heavy == "[]"
    # Time of the processor, so that a busy machine is not at fault.
    assert float(seconds) < 0.5


def test_ctrl_c_while_the_program_is_loaded_is_no_traceback(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "class Interrupted:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'click': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupted())\n"
        "from site_builder.__main__ import run\n"
        "run()"
    )
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "\nstopped\n")


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_every_command_explains_itself(name: str) -> None:
    result = run(*filter(None, [name]), "--help")
    assert result.exit_code == 0
    assert result.output.startswith("Usage: ")
    assert all(command in result.output for command in ([] if name else COMMANDS))
    assert run(*filter(None, [name]), "-h").output == result.output


@pytest.mark.parametrize(
    "arguments",
    [
        ("biuld",),
        ("build", "--wat"),
        ("build", "--at", "yesterday"),
        ("build", "--at", ""),
        ("build", "--jobs", "0"),
        ("build", "--jobs", "many"),
        ("build", "extra"),
        ("build", "--site", "does-not-exist"),
        ("init",),
        ("new",),
        ("new", "  "),
        ("why",),
        ("why", "a", "b"),
        ("clean", "--site", "does-not-exist"),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_code_2(
    arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*arguments)
    assert result.exit_code == 2
    assert "Error: " in result.stderr
    assert not result.stdout
    assert not list(tmp_path.iterdir())


def test_a_misspelt_command_is_suggested() -> None:
    assert "Did you mean 'build'?" in run("biuld").stderr


def test_as_a_program_it_answers_with_the_same_codes(made: SiteDir) -> None:
    assert run_program("build", "--at", AT, cwd=made.path).returncode == 0
    made.write("content/p1.md", "---\ntitle: X\ncatgory: Retail\n---\n")
    failed = run_program("build", cwd=made.path)
    assert failed.returncode == 1
    assert "content/p1.md:3:1: unknown key 'catgory'. Did you mean 'category'?" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert run_program("build", "--wat", cwd=made.path).returncode == 2


def test_every_option_of_a_command_has_a_help_text() -> None:
    context = click.Context(main)
    for name in COMMANDS:
        command = main.get_command(context, name)
        assert command is not None
        assert command.help
        options = [parameter for parameter in command.params if isinstance(parameter, click.Option)]
        assert all(option.help for option in options), name


def one_piece(folder: Path) -> Path:
    made = SiteDir(folder, folder / "public")
    made.write("content/a.md", "---\ntitle: A\ncategory: Retail\ntimestamp: 2026-11-01\n---\nText.\n")
    return made.path


def program(folder: Path) -> list[str]:
    return [sys.executable, "-m", "site_builder", "build", "--site", str(folder), "--at", AT]


ENVIRONMENT = {**os.environ, "PYTHONPATH": str(REPOSITORY)}


def test_a_full_disk_behind_standard_output_is_told(tmp_path: Path) -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run(
            program(one_piece(tmp_path)), stdout=full, stderr=subprocess.PIPE, text=True, check=False, env=ENVIRONMENT
        )
    assert done.returncode == 1
    assert "cannot be written: No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_a_build_tells_comes_out_whole_though_it_ends_at_once(tmp_path: Path) -> None:
    command = program(one_piece(tmp_path))
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=ENVIRONMENT)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].startswith("Built ")
    (tmp_path / "content" / "a.md").write_text("---\ntitel: A\n---\n", encoding="utf-8")
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=ENVIRONMENT)
    assert done.returncode == 1
    assert "Did you mean 'title'?" in done.stderr


def test_a_build_whose_standard_output_is_closed_ends_well(tmp_path: Path) -> None:
    command = shlex.join(program(one_piece(tmp_path)))
    done = subprocess.run(
        ["sh", "-c", f"{command} >&-"], stderr=subprocess.PIPE, text=True, check=False, env=ENVIRONMENT
    )
    assert "Traceback" not in done.stderr
    assert done.returncode == 0


def test_a_site_that_cannot_be_watched_is_a_problem(made: SiteDir) -> None:
    made.write(".site-builder", "a file")
    result = run("watch", "--site", made.path)
    assert result.exit_code == 1
    assert ".site-builder: cannot be written: File exists" in result.stderr


@pytest.mark.parametrize("command", ["verify", "watch", "explain /", "build", "views refresh"])
def test_a_folder_that_holds_no_site_stays_as_it_is(tmp_path: Path, command: str) -> None:
    result = run(*command.split(), "--site", tmp_path)
    assert result.exit_code == 1
    assert "there is no folder 'content' here. Start one with: site-builder init" in result.stderr
    assert not list(tmp_path.iterdir())
