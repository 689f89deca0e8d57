"""Liquid prints what Ruby prints, byte for byte: stored output, and Ruby itself where there is one.

The stored output was made by the command in ruby/print.rb.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.generator.render.liquid.conftest import ruby_cases, ruby_names

FOLDER = Path(__file__).parent / "ruby"
STORED = json.loads((FOLDER / "output.json").read_text())


@pytest.mark.parametrize("name", list(ruby_cases()))
def test_a_template_prints_what_ruby_prints(bench, name: str):
    printed = bench.run(ruby_cases()[name], ruby_names())

    assert printed.text == STORED[name]
    assert [message for message in printed.messages if ": error:" in message] == []


def test_the_stored_output_is_what_ruby_prints_today():
    """Where Ruby and Jekyll are installed, the stored output is made again."""
    if shutil.which("ruby") is None or shutil.which("jekyll") is None:
        return
    command = ["ruby", str(FOLDER / "print.rb")]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "TZ": "UTC"})

    assert json.loads(ran.stdout) == STORED
