"""One blog of N posts, written in three dialects: ours, Jekyll's and Pelican's.

Each post has front matter, about 800 words with headings and links, a 20-line code block, 6 formulas and a table
of 16 rows by 6 columns looped from a data file (already expanded for Pelican, which has no data files).
"""

from __future__ import annotations

import csv
import random
from pathlib import Path

WORDS = (
    "model loss batch token layer weight gradient step data curve noise signal prior sample seed epoch bound score "
    "reply thread table figure number claim paper reader writer page graph path group prox norm rank kernel limit "
    "small large early late plain exact rough steady shows keeps drops learns reads writes moves holds falls rises "
    "with from into over under after before between against without because while when where"
).split()
FORMULAS = (
    r"\mathcal{L} = -\sum_i y_i \log p_i",
    r"\lVert W_j \rVert_2 \le \lambda \sqrt{d_j}",
    r"\operatorname{softmax}\left(\frac{QK^\top}{\sqrt{d_k}}\right) V",
    r"p_{ij} = \frac{e^{z_{ij}}}{\sum_k e^{z_{ik}}}",
    r"\hat{\beta} = (X^\top X + \lambda I)^{-1} X^\top y",
    r"\mathbb{E}[X_{t+1} \mid X_t] = X_t",
)
CODE = '''\
import math


def attend(q, k, v, mask=None):
    """Mix each position's past."""
    scale = 1 / math.sqrt(q.shape[-1])
    scores = q @ k.transpose(-2, -1) * scale
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    weights = scores.softmax(dim=-1)
    return weights @ v


class Block:
    def __init__(self, width: int, heads: int = {number}):
        self.width, self.heads = width, heads

    def __call__(self, x):
        # half-line comments cost a token too
        return x + attend(x, x, x)
'''
COLUMNS = ("name", "learning_rate", "weight", "epochs", "batch", "loss")


def rows(seed: int) -> list[tuple[str, float, float, int, int, float]]:
    """Return 16 rows of a made-up sweep."""
    rng = random.Random(seed)
    return [
        (
            f"run-{i}",
            10 ** rng.uniform(-6, -2),
            rng.uniform(0, 10),
            rng.randint(1, 4),
            2 ** rng.randint(0, 4),
            rng.random(),
        )
        for i in range(16)
    ]


def prose(rng: random.Random, words: int) -> str:
    """Return sentences of about so many words, with a link and some emphasis."""
    sentences = []
    while words > 0:
        count = rng.randint(7, 16)
        words -= count
        sentence = " ".join(rng.choice(WORDS) for _ in range(count)).capitalize()
        if rng.random() < 0.12:
            sentence += f" [{rng.choice(WORDS)}](https://example.org/{rng.choice(WORDS)})"
        if rng.random() < 0.15:
            sentence += f" *{rng.choice(WORDS)}* and `{rng.choice(WORDS)}`"
        sentences.append(sentence + ".")
    return " ".join(sentences)


def body(number: int, table: str, inline: str = "$") -> str:
    """Return the Markdown of one post around the given table."""
    rng = random.Random(number)
    parts = []
    for section in range(5):
        parts += [f"## {' '.join(rng.choice(WORDS) for _ in range(3)).capitalize()} {section}"]
        parts += [prose(rng, 80), prose(rng, 80)]
        parts += [f"$$\n{FORMULAS[section]}\n$$"]
    parts[3:3] = [f"```python\n{CODE.replace('{number}', str(number))}```"]
    parts[6:6] = [f"Inline {inline}{FORMULAS[5]}{inline} here."]
    return "\n\n".join([*parts, "Results", table]) + "\n"


def stem(number: int) -> str:
    """Return the date and slug of post `number`; dates are spread over years."""
    return f"{2015 + number % 10}-{number % 12 + 1:02}-{number % 28 + 1:02}-post-{number}"


def tags(number: int) -> list[str]:
    """Return the two tags of post `number` out of twelve."""
    return [WORDS[number % 7], WORDS[7 + number % 5]]


def write_data(folder: Path) -> None:
    """Write the sweep as CSV."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "sweep.csv").open("w", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *rows(0)])


def write_ours(root: Path, count: int) -> None:
    """Write the blog for this project."""
    write_data(root / "_data")
    loop = "| " + " | ".join(COLUMNS) + " |\n" + "|---" * 6 + "|\n"
    loop += (
        "{% for row in data.sweep %}\n| " + " | ".join(f"{{{{ row.{name} }}}}" for name in COLUMNS) + " |\n{% endfor %}"
    )
    (root / "posts").mkdir(parents=True, exist_ok=True)
    for number in range(count):
        head = f"---\ntitle: Post {number}\ntags: [{', '.join(tags(number))}]\ndescription: About {number}\n---\n\n"
        (root / "posts" / f"{stem(number)}.md").write_text(head + body(number, loop))


def write_jekyll(root: Path, count: int) -> None:
    """Write the blog for Jekyll: Liquid loop, kramdown math left for a browser script."""
    write_data(root / "_data")
    loop = "| " + " | ".join(COLUMNS) + " |\n" + "|---" * 6 + "|\n"
    cells = " | ".join(f"{{{{ row.{name} }}}}" for name in COLUMNS)
    loop += "{% for row in site.data.sweep -%}\n| " + cells + " |\n{% endfor %}"
    (root / "_posts").mkdir(parents=True, exist_ok=True)
    (root / "_layouts").mkdir(exist_ok=True)
    (root / "_layouts" / "post.html").write_text("<!doctype html><title>{{ page.title }}</title>{{ content }}\n")
    (root / "_config.yml").write_text("title: Bench\npermalink: pretty\nmarkdown: kramdown\nhighlighter: rouge\n")
    listing = "{% for post in site.posts %}<a href='{{ post.url }}'>{{ post.title }}</a>\n{% endfor %}"
    (root / "index.html").write_text(f"---\n---\n{listing}")
    for number in range(count):
        head = f"---\nlayout: post\ntitle: Post {number}\ntags: [{', '.join(tags(number))}]\n---\n\n"
        (root / "_posts" / f"{stem(number)}.md").write_text(head + body(number, loop, inline="$$"))


def write_pelican(root: Path, count: int) -> None:
    """Write the blog for Pelican: table expanded, math left for a browser script."""
    table = "| " + " | ".join(COLUMNS) + " |\n" + "|---" * 6 + "|\n"
    table += "\n".join("| " + " | ".join(str(cell) for cell in row) + " |" for row in rows(0))
    (root / "content").mkdir(parents=True, exist_ok=True)
    settings = (
        "SITENAME='Bench'\nSITEURL=''\nPATH='content'\nTIMEZONE='UTC'\nDEFAULT_LANG='en'\nFEED_ALL_ATOM='atom.xml'\n"
    )
    settings += (
        "MARKDOWN={'extension_configs': {'markdown.extensions.codehilite': {'css_class': 'highlight'}, "
        "'markdown.extensions.extra': {}, 'markdown.extensions.meta': {}}, 'output_format': 'html5'}\n"
    )
    (root / "pelicanconf.py").write_text(settings)
    for number in range(count):
        date = stem(number)[:10]
        head = f"Title: Post {number}\nDate: {date}\nTags: {', '.join(tags(number))}\nSlug: post-{number}\n\n"
        (root / "content" / f"{stem(number)}.md").write_text(head + body(number, table))
