"""``status``: what readers see, held against what they should see by now."""

from __future__ import annotations

import pytest

from site_builder.check.lateness import span
from tests.cli.running import run
from tests.site.pieces import piece

CONFIG = "site: {url: 'https://example.com'}\ndeploy: {targets: {live: {path: ../www}}}\n"
FILES = {
    "site.yaml": CONFIG,
    "content/a.md": piece("Lace", timestamp="2026-11-20 09:00:00"),
    "content/b.md": piece("Silk", timestamp="2026-11-22 09:00:00"),
    "content/c.md": piece("Sale", timestamp="2026-11-20 08:00:00", expires="2026-11-22 09:05:00"),
    "content/d.md": piece("Tulle", timestamp="2026-11-20 07:00:00", updated="2026-11-22 09:06:30"),
    "content/e.md": piece("Draft", draft=True),
}


def status(made, at: str):
    return run("status", "live", "--site", made.path, "--at", at)


def test_late_pieces_are_told_with_how_late_they_are(site):
    made = site(FILES)
    nothing = status(made, "2026-11-21")
    assert nothing.exit_code == 1
    assert "nothing is live on this target" in nothing.stderr
    made.build(at="2026-11-21T00:00:00+00:00")
    deployed = run("deploy", "live", "--site", made.path, "--yes")
    assert deployed.exit_code == 0, deployed.output
    fine = status(made, "2026-11-22 08:59:59")
    assert (fine.exit_code, fine.stdout.splitlines()[-1]) == (0, "all pieces are where they should be")
    late = status(made, "2026-11-22 09:07")
    assert late.exit_code == 5
    assert late.stdout.splitlines()[1:] == [
        "3 pieces are late, by up to 7 min:",
        "  not live: Silk (content/b.md) by 7 min",
        "  still live: Sale (content/c.md) by 2 min",
        "  not corrected: Tulle (content/d.md) by 30 s",
    ]
    made.build(at="2026-11-22T09:07:00+00:00")
    run("deploy", "live", "--site", made.path, "--yes")
    assert status(made, "2026-11-22 09:07").exit_code == 0


def test_a_piece_written_after_the_deploy_is_late_too(site):
    made = site(FILES)
    made.build(at="2026-11-21T00:00:00+00:00")
    run("deploy", "live", "--site", made.path, "--yes")
    made.write("content/f.md", piece("Felt", timestamp="2026-11-20 23:00:00"))
    late = status(made, "2026-11-21")
    assert late.exit_code == 5
    assert "not live: Felt (content/f.md) by 1 h" in late.stdout


def test_a_target_that_cannot_be_looked_at_is_told(site, tmp_path):
    made = site(FILES)
    (tmp_path / "www").write_text("no folder")
    made.write("site.yaml", CONFIG.replace("../www", str(tmp_path / "www")))
    found = status(made, "2026-11-21")
    assert (found.exit_code, found.stdout) == (3, "")
    assert found.stderr.startswith("cannot be looked at: ")


@pytest.mark.parametrize(
    "seconds, text", [(0, "0 s"), (59.9, "59 s"), (60, "1 min"), (7_199, "1 h"), (90_000, "1 day"), (200_000, "2 days")]
)
def test_spans_are_told_as_people_do(seconds, text):
    assert span(seconds) == text
