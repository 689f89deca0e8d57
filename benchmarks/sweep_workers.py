"""Two workers on one store, one of them killed and followed by a third: no trial twice, none lost.

python -m benchmarks.sweep_workers postgresql+psycopg://user@host/base 16
python -m benchmarks.sweep_workers sqlite:////tmp/study.sqlite 16
"""

from __future__ import annotations

import collections
import signal
import subprocess
import sys
import time

from experiments.persona import search

WORKER = """
import sys, time
from experiments.persona import search
search.HEARTBEAT = 1
def objective(parameters, trial):
    print(trial.number, flush=True)
    time.sleep(0.5)
    return {"lm_loss": (parameters["x"] - 0.3) ** 2}
study = search.Search(sys.argv[3], sys.argv[1], int(sys.argv[2]))
search.work(study, lambda t: {"x": t.suggest_float("x", 0, 1)}, objective, waits=True)
"""


def main(store: str, trials: int) -> None:
    """Run the workers and print what the store holds."""
    name = f"race-{time.time_ns()}"
    command = [sys.executable, "-c", WORKER, store, str(trials), name]
    began = time.perf_counter()
    first, second = (subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2))
    assert first.stdout is not None
    begun = [first.stdout.readline().strip() for _ in range(3)]
    first.send_signal(signal.SIGKILL)
    third = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    told = [*begun, *(number for worker in (first, second, third) for number in worker.communicate()[0].split())]
    study = search.Search(name, store, trials)
    found = search.rows(study)
    counts = collections.Counter(told)
    print(f"{store.partition(':')[0]}: {len(found)} rows in {time.perf_counter() - began:.1f} s")
    print("states:", dict(collections.Counter(row["state"] for row in found)))
    print(
        "begun more than once:",
        {number: count for number, count in counts.items() if count > 1},
        "killed in:",
        begun[-1],
    )
    print("numbers beyond the total:", sorted(number for number in counts if int(number) >= trials))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
