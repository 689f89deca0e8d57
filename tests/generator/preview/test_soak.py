"""A short soak: random edits, deletes, renames and mistakes; then the preview equals a clean build."""

from __future__ import annotations

import pytest

from benchmarks.chromium import CHROMIUM
from benchmarks.soak import soak


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine")
def test_after_sixty_random_changes_the_preview_equals_a_clean_build(tmp_path):
    assert soak(tmp_path.resolve(), seconds=4, count=60, posts=20) == []
