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


MATRIX = json.loads((FOLDER / "matrix.json").read_text())
PRINTED = json.loads((FOLDER / "matrix_output.json").read_text())
REFUSED_HERE = {"array_to_sentence_string"}  # of what is no list: Ruby takes a text apart into its characters
TAKEN_HERE = {  # numbers, lists and nil, which Ruby refuses with an error about its own methods
    *("cgi_escape", "uri_escape", "slugify", 'slugify: "pretty"', 'slugify: "latin"'),
    *("to_integer", "relative_url", "absolute_url", "strip_index"),
    *("number_of_words", 'number_of_words: "auto"', 'sort: "n" | jsonify'),
}


@pytest.mark.parametrize("filter_", MATRIX["filters"])
def test_a_filter_makes_of_every_value_what_it_makes_in_ruby(bench, filter_: str):
    """35 values through each; null is a refusal."""
    ours = []
    for value, ruby in zip(MATRIX["values"], PRINTED[filter_], strict=True):
        printed = bench.run(f"{{{{ v | {filter_} }}}}", {"v": value})
        is_refused = any(": error:" in message for message in printed.messages)
        is_ours = (ruby is None and filter_ in TAKEN_HERE) or (is_refused and filter_ in REFUSED_HERE)
        ours.append(ruby if is_ours else None if is_refused else printed.text)

    assert ours == PRINTED[filter_]


def test_the_stored_matrix_is_what_ruby_prints_today():
    """Where Ruby and Jekyll are installed, the stored output is made again."""
    if shutil.which("ruby") is None or shutil.which("jekyll") is None:
        return
    command = ["ruby", str(FOLDER / "matrix.rb")]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "TZ": "UTC"})

    assert json.loads(ran.stdout) == PRINTED
