"""Our group LASSO path against `lassonet` on the same rows in one run: seconds, and accuracy at k features.

Also the linear problem against scikit-learn's `MultiTaskLasso`: largest difference and seconds.
Both paths choose features; a fresh network (scikit-learn's MLP, the same for both) is then trained on each
choice, so that what is compared is the choice. Run: python -m benchmarks.lassonet_race [seeds]
"""

from __future__ import annotations

import math
import sys
import time
import warnings
from collections.abc import Callable

import numpy as np
import torch
from lassonet import LassoNetClassifier
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.linear_model import MultiTaskLasso
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler

from experiments.group_lasso import path as linear
from experiments.group_lasso.network import Recipe, classification_loss, make_network, warm_path
from experiments.group_lasso.prox import Penalty

HIDDEN = 100  # lassonet's default
Rows = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def split(load: Callable[..., tuple[np.ndarray, np.ndarray]], seed: int) -> Rows:
    """Return standardised x, y, held x, held y."""
    x, y = load(return_X_y=True)
    x, held_x, y, held_y = train_test_split(x, y, test_size=0.25, random_state=seed, stratify=y)
    scaler = StandardScaler().fit(x)
    return scaler.transform(x).astype(np.float32), y, scaler.transform(held_x).astype(np.float32), held_y


def ours(rows: Rows, seed: int) -> list[np.ndarray]:
    """Return the supports along our path of rising strengths."""
    x, y, _, _ = rows
    rng = torch.Generator().manual_seed(seed)
    network = make_network([x.shape[1], HIDDEN, int(y.max()) + 1], rng)
    recipe = Recipe("prox", Penalty("group", 0.0), 150, 0.01, batch=256, settle=40, decay=0.003)
    strengths = torch.logspace(math.log10(0.002), math.log10(0.25), 55).tolist()
    data = torch.as_tensor(x), torch.as_tensor(y)
    return [live.numpy() for _, live in warm_path(network, data, classification_loss, recipe, strengths, rng)]


def theirs(rows: Rows, seed: int) -> list[np.ndarray]:
    """Return the supports along lassonet's path, its defaults throughout."""
    model = LassoNetClassifier(hidden_dims=(HIDDEN,), random_state=seed, torch_seed=seed, verbose=0)
    return [point.selected.numpy().astype(bool) for point in model.path(rows[0], rows[1], return_state_dicts=True)]


def accuracy_at(rows: Rows, supports: list[np.ndarray], k: int, seed: int) -> tuple[int, float]:
    """Refit on the support nearest to k features from below (the largest of at most k)."""
    x, y, held_x, held_y = rows
    fitting = [s for s in supports if 0 < s.sum() <= k]
    if not fitting:
        return 0, math.nan
    chosen = max(fitting, key=lambda s: int(s.sum()))
    model = MLPClassifier((HIDDEN,), max_iter=400, random_state=seed).fit(x[:, chosen], y)
    return int(chosen.sum()), float(model.score(held_x[:, chosen], held_y))


def race(name: str, load: Callable[..., tuple[np.ndarray, np.ndarray]], ks: list[int], seeds: int) -> None:
    """Print one line a seed and method."""
    for seed in range(seeds):
        rows = split(load, seed)
        for method, path in (("ours", ours), ("lassonet", theirs)):
            started = time.perf_counter()
            supports = path(rows, seed)
            seconds = time.perf_counter() - started
            found = [accuracy_at(rows, supports, k, seed) for k in ks]
            cells = "  ".join(f"k={kept}: {score:.3f}" for kept, score in found)
            print(f"{name} seed {seed}  {method:<9}{seconds:7.1f} s  {len(supports):4} strengths  {cells}", flush=True)


def compare_linear() -> None:
    """Print the largest difference to scikit-learn's solution, and both times."""
    config = linear.Config()
    rng = torch.Generator().manual_seed(0)
    true = linear.make_weights(config, rng)
    x, y = linear.make_rows(config, true, rng)
    started = time.perf_counter()
    w = linear.fit(x, y, 0.2, torch.zeros_like(true), config.steps)
    mine = time.perf_counter() - started
    started = time.perf_counter()
    model = MultiTaskLasso(alpha=0.2, fit_intercept=False, tol=1e-15, max_iter=100_000).fit(x.numpy(), y.numpy())
    other = time.perf_counter() - started
    difference = np.abs(w.numpy() - model.coef_.T).max()
    print(f"linear: largest difference {difference:.1e}, ours {mine:.3f} s, MultiTaskLasso {other:.3f} s")


if __name__ == "__main__":
    warnings.filterwarnings("ignore")  # the refits need no convergence notes
    torch.set_num_threads(1)
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    compare_linear()
    race("digits", load_digits, [8, 16, 32], count)
    race("cancer", load_breast_cancer, [3, 6, 10], count)
