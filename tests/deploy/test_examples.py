"""The examples of docs/deploy.md: every configuration is valid, every script can be read."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tomllib
from typing import TYPE_CHECKING

import pytest
import yaml

from site_builder.config import parse_config
from tests.support.sample import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

FENCE = re.compile(r"^```(\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)
DOCUMENT = (REPOSITORY / "docs" / "deploy.md").read_text(encoding="utf-8")


def examples(*languages: str) -> list[str]:
    return [text for language, text in FENCE.findall(DOCUMENT) if language in languages]


def test_settings_are_valid():
    settings = [text for text in examples("yaml") if re.search("^deploy:", text, re.MULTILINE)]
    assert len(settings) >= 8
    assert sum(len(parse_config(text).deploy.targets) for text in settings) >= 9


def test_every_host_has_a_complete_workflow():
    workflows = [yaml.safe_load(text) for text in examples("yaml") if "runs-on" in text]
    assert len(workflows) == 5
    for workflow in workflows:
        # YAML 1.1 reads the key "on" as true.
        assert workflow[True]["schedule"]
        (job,) = workflow["jobs"].values()
        assert job["runs-on"]
        assert job["steps"]


def test_what_a_deploy_remembers_is_kept_when_a_step_fails():
    """A deploy whose purge failed stands; the next run must know it, or it is refused and so is every later one."""
    workflows = [text for text in examples("yaml") if "runs-on" in text and "site-builder deploy" in text]
    assert len(workflows) == 3
    for text in workflows:
        (job,) = yaml.safe_load(text)["jobs"].values()
        deploying = next(number for number, step in enumerate(job["steps"]) if "$OPTIONS" in step.get("run", ""))
        assert job["steps"][deploying]["env"]["OPTIONS"] == "${{ inputs.options }}"
        (restored,) = [step for step in job["steps"] if "cache/restore" in step.get("uses", "")]
        (saved,) = [step for step in job["steps"][deploying:] if "cache/save" in step.get("uses", "")]
        assert saved["if"] == "always()"
        assert saved["with"]["path"] == restored["with"]["path"]
        assert saved["with"]["key"] == restored["with"]["key"]
        assert restored["with"]["key"].startswith(restored["with"]["restore-keys"])
        # A second attempt of a run cannot save under the name of the first.
        assert "github.run_attempt" in saved["with"]["key"]


def test_other_examples_can_be_read(tmp_path: Path):
    assert [json.loads(text)["Version"] for text in examples("json")] == ["2012-10-17"]
    assert [tomllib.loads(text)["build"]["publish"] for text in examples("toml")] == ["public"]


@pytest.mark.parametrize("command, language, count", [(["sh", "-n"], "sh", 2), (["node", "--check"], "js", 1)])
def test_scripts_have_no_faults_of_syntax(tmp_path: Path, command: list[str], language: str, count: int):
    found = examples(language)
    assert len(found) == count
    for text in found:
        script = tmp_path / f"script.{language}"
        script.write_text(text)
        subprocess.run([*command, script], check=True, capture_output=True)


def test_the_purge_script_sends_every_address_as_it_is(tmp_path: Path):
    (script,) = [text for text in examples("sh") if "purge.sh" in text]
    (tmp_path / "purge.sh").write_text(script)
    curl = tmp_path / "curl"
    curl.write_text(f"#!/bin/sh\ncat >> {tmp_path}/sent\n[ ! -e {tmp_path}/broken ]\n")
    curl.chmod(0o755)
    addresses = [f"https://www.example.com/it's/{number}%20a/" for number in range(65)]
    environment = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}", "CLOUDFLARE_ZONE": "z"}
    text = "".join(address + "\n" for address in addresses)
    command = ["sh", tmp_path / "purge.sh"]
    subprocess.run(command, input=text, text=True, env=environment, check=True)
    calls = [json.loads(line)["files"] for line in (tmp_path / "sent").read_text().splitlines()]
    assert [address for call in calls for address in call] == addresses
    assert [len(call) for call in calls] == [30, 30, 5]
    (tmp_path / "broken").touch()
    assert subprocess.run(command, input=text, text=True, env=environment, check=False).returncode
