"""A table of one's own: put into data/, sealed, read by a chapter, named below its figure."""

import command_line
import pandas as pd
import pytest

from compute_divide import data
from compute_divide.plot.base.by_year import lines_by_year
from compute_divide.sources.store.files import EvidenceError


@pytest.mark.heavy
def test_a_table_put_into_the_evidence_is_sealed_read_and_named_below_a_figure(data_copy):
    (data_copy / "my-gpus.csv").write_text("year,gpus\n2019,4\n2020,8\n")
    assert "data/my-gpus.csv: is not listed" in command_line.run("data", "verify").stdout
    assert command_line.run("data", "seal").exit_code == 0
    assert command_line.run("data", "verify").exit_code == 0
    gpus = data.table("my-gpus.csv")
    assert gpus.equals(pd.DataFrame({"year": [2019, 2020], "gpus": [4, 8]}))
    assert lines_by_year(gpus, "GPUs", "my-gpus.csv", y="gpus").source == "data/my-gpus.csv"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("my-gpu.csv", "did you mean my-gpus.csv"),
        ("../README.md", "no table '../README.md' in data/ that is kept by hand"),
        ("models/2026-08.csv", "no table 'models/2026-08.csv' in data/ that is kept by hand"),
        ("my-gpus.csv", "data/my-gpus.csv cannot be read as CSV: "),
    ],
)
def test_what_is_no_such_table_is_one_line(name, said, data_copy):
    (data_copy / "my-gpus.csv").write_text("")
    with pytest.raises(EvidenceError, match=said.replace(".", r"\.")) as error:
        data.table(name)
    assert "\n" not in str(error.value)
