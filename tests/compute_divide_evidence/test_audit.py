"""What the audit adds by hand to its tables when they are derived."""

import pytest

from compute_divide.sources.store import files
from compute_divide.sources.store.files import EvidenceError
from compute_divide_evidence.audit import runs as audit


def test_a_table_kept_by_hand_may_only_name_audited_runs(tmp_path, monkeypatch):
    lines = "model,year,same_run_as\nNobody's model,2020,GPT-3 6.7B\n"
    table = tmp_path / "same_runs.csv"
    table.write_text(lines, encoding="utf-8")
    monkeypatch.setattr(files, "data_dir", lambda: tmp_path)
    with pytest.raises(EvidenceError, match=r"Nobody's model.*no audited run has this name"):
        audit._answers("same_runs.csv", "same_run_as", [{"model": "GPT-3 6.7B", "year": 2020.0}])
