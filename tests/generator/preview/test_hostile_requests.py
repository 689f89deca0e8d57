from __future__ import annotations

from pathlib import Path

from benchmarks.hostile_requests import attack, faults, table


def test_no_hostile_request_gets_what_it_wants(tmp_path: Path):
    answers = attack(tmp_path)

    assert [(case.kind, case.sent[:120], fault) for case, answer in answers for fault in faults(case, answer)] == []
    assert len(answers) >= 212


def test_the_table_counts_the_answers_by_kind(tmp_path: Path):
    answers = [pair for pair in attack(tmp_path) if pair[0].kind in {"ranges beyond the end", "alive after all"}]

    assert table(answers) == (
        "kind                          sent  wrong  statuses\n"
        "ranges beyond the end            3      0  416 × 3\n"
        "alive after all                  1      0  200 × 1\n"
        "together                         4      0"
    )
