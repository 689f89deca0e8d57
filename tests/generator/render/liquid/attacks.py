"""49 hostile Liquid templates, and a child process that runs them one by one, each in 512 MB and 5 seconds.

python -m tests.generator.render.liquid.attacks    prints what became of each as JSON
"""

# ruff: noqa: E501 - templates and messages stand whole
from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

from tests.generator.render.liquid.conftest import Bench

MEGABYTES, SECONDS = 512, 5
BIG = "{% assign s = 'abcdefgh' %}" + "{% assign s = s | append: s %}" * 18  # 2 MB
LISTS = "{% assign l = '1,2,3,4,5,6,7,8' | split: ',' %}" + "{% assign l = l | concat: l %}" * 14  # 130,000 items

ATTACKS = {
    # endless loops
    "range in range": "{% for a in (1..1000000) %}{% for b in (1..1000000) %}{% endfor %}{% endfor %}",
    "five loops": "".join(f"{{% for {v} in (1..100) %}}" for v in "abcde") + "x" + "{% endfor %}" * 5,
    "range without end": "{% for a in (1..99999999999999999999) %}{% endfor %}",
    "range in a tablerow": "{% tablerow a in (1..99999999) %}{% tablerow b in (1..99999999) %}{% endtablerow %}{% endtablerow %}",
    "reversed range": "{% for a in (1..999999999) reversed %}{% endfor %}",
    "range joined": "{{ (1..999999999) | join: ',' }}",
    "range sorted": "{{ (1..999999999) | sort | first }}",
    "range summed in loops": "{% for a in (1..1000) %}{{ (1..1000000) | sum }}{% endfor %}",
    "loop over a cycle": "{% for a in (1..2000000) %}{% cycle 'a', 'b' %}{% endfor %}",
    "continue for ever": "{% for a in (1..900000) %}{% for b in (1..900000) %}{% continue %}{% endfor %}{% endfor %}",
    "loops of a condition": LISTS + "{% for a in l %}{% assign m = l | where_exp: 'x', 'x == 9' %}{% endfor %}",
    # huge texts and lists
    "doubled text": "{% assign s = 'a' %}{% for i in (1..99) %}{% assign s = s | append: s %}{% endfor %}",
    "replaced text": BIG + "{{ s | replace: 'a', s }}",
    "replaced by nothing": BIG + "{{ s | replace: '', s }}",
    "doubled list": "{% assign l = 'a,b' | split: ',' %}{% for i in (1..99) %}{% assign l = l | concat: l %}{% endfor %}",
    "kept texts": BIG
    + "{% for i in (1..99999) %}{% assign t = s | downcase %}{% assign l = l | push: t %}{% endfor %}",
    "captured twice": "{% assign s = 'ab' %}" + "{% capture s %}{{ s }}{{ s }}{{ s }}{{ s }}{% endcapture %}" * 25,
    "printed often": BIG + "{% for i in (1..9999) %}{{ s }}{% endfor %}",
    "text printed often": "{% for i in (1..999999) %}" + "lorem ipsum " * 200 + "{% endfor %}",
    "joined by a text": LISTS + BIG + "{{ l | join: s }}",
    "large power": "{% assign n = 9 %}{% for i in (1..99) %}{% assign n = n | times: n %}{% endfor %}{{ n }}",
    "long number": "{% assign n = '9' %}" + "{% assign n = n | append: n %}" * 16 + "{{ n | plus: 1 }}",
    "round to a thousand places": "{{ 1.5 | round: 999999999 }}",
    "wide date": "{{ page.date | date: '%999999999Y' }}",
    "split to letters": BIG + "{% assign l = s | split: '' %}{{ l | size }}",
    "tags in strip_html": "{% assign s = '<' %}"
    + "{% assign s = s | append: s %}" * 21
    + "{{ s | strip_html | size }}",
    "sorted lists": LISTS + "{% for i in (1..99) %}{% assign m = l | reverse | sort %}{% endfor %}",
    # deep nesting
    "nested blocks": "{% if true %}" * 5000 + "x" + "{% endif %}" * 5000,
    "nested names": "{{ a" + "[a" * 5000 + "]" * 5000 + " }}",
    "long condition": "{% if " + "a == 1 and " * 3000 + "a %}x{% endif %}",
    "nested lists": "{% assign l = 'a' | split: ',' %}{% for i in (1..99) %}{% assign m = '' | split: ',' | push: l | push: l %}{% assign l = m %}{% endfor %}{{ l }}",
    "nested json": "{% assign l = 'a' | split: ',' %}{% for i in (1..30) %}{% assign m = '' | split: ',' | push: l | push: l %}{% assign l = m %}{% endfor %}{{ l | jsonify }}",
    "open brackets": "{{ " + "(" * 9000 + " }}",
    "long tag": "{{ " + "'a' | append: " * 9000 + "'b' }}",
    # texts that are slow to read
    "spaces in a tag": "{% if x" + " " * 200_000 + "y %}{% endif %}",
    "spaces in a line of liquid": "{% liquid\necho a" + " " * 200_000 + "b\n%}",
    "comments that only open": "{% comment %}" + "{% comment " * 50_000,
    "raw text in a comment": "{% comment %}" + "{% raw %}" * 50_000,
    "blocks that close others": "{% if x %}\n" * 50_000 + "{% endif %}\n" * 50_000,
    # includes
    "include upwards": "{% include ../../etc/passwd %}",
    "absolute include": "{% include /etc/passwd %}",
    "include by a value": "{% assign f = '../config.yaml' %}{% include {{ f }} %}",
    "include through a link": "{% include link.html %}",
    "include_relative upwards": "{% include_relative ../site/config.yaml %}",
    "include itself": "{% include self.html %}",
    "includes that branch": "{% include twice0.html %}",
    # Python's inside
    "class": "{{ page.__class__.__mro__ }}{{ ''.__class__ }}{{ site['__init__'].__globals__ }}",
    "private fields": "{{ page._values }}{{ site.data._view }}{{ forloop._value }}{{ page.next.func }}",
    "attributes by filters": "{{ site.posts | map: '__class__' | first }}{{ site.posts | where: '__dict__', 'x' | size }}{{ site.posts | where_exp: 'p', 'p.__class__.__name__ == 1' | size }}",
}


def make_site(root: Path) -> Bench:
    bench = Bench(root)
    bench.write("site/config.yaml", "title: secret\n")
    bench.write("site/includes/self.html", "\n{% include self.html %}")
    for number in range(14):
        twice = "{% include twice" + str(number + 1) + ".html %}"
        bench.write(f"site/includes/twice{number}.html", twice * 30)
    bench.write("site/includes/twice14.html", "x" * 1000)
    (root / "site/includes/link.html").symlink_to("/etc/passwd")
    return bench


def run_one(bench: Bench, template: str) -> dict[str, object]:
    """Run an attack in this process, which is bounded first, and tell what it took."""
    resource.setrlimit(resource.RLIMIT_AS, (MEGABYTES * 2**20, MEGABYTES * 2**20))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))  # a busy machine must not fail an honest limit
    started = time.monotonic()
    printed = bench.run(f"one\n{template}")
    return {
        "messages": [message.split("\nhint")[0].split("\n")[0] for message in printed.messages],
        "text": printed.text[:300],
        "seconds": round(time.monotonic() - started, 2),
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def run_all() -> dict[str, dict[str, object]]:
    """Run each attack in a fork of this process."""
    results: dict[str, dict[str, object]] = {}
    bench = make_site(Path(tempfile.mkdtemp()))
    for name, template in ATTACKS.items():
        reader, writer = os.pipe()
        child = os.fork()
        if not child:
            os.write(writer, json.dumps(run_one(bench, template)).encode()[:60_000])
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader, "rb") as answer:
            told = answer.read()
        _, status = os.waitpid(child, 0)
        results[name] = json.loads(told) if told else {"messages": [], "text": f"died of {status}"}
    return results


if __name__ == "__main__":
    json.dump(run_all(), sys.stdout, indent=1)
