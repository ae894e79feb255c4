"""The page of a sweep: what moves a result, every estimate in order, and that nothing bars a reader."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import html5lib
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from page.conftest import ROOT, result, words
from playwright.sync_api import Browser

from book.browsing import expect_no_fault
from bookpress.book.discovery import discover
from bookpress.book.project import Project
from bookpress.chapter.statements import STATEMENT_MIME
from bookpress.run.cache import Run
from bookpress.states.sweeps.curve_chart import curve_chart
from bookpress.states.sweeps.curves import Curve, curves_of, spread
from bookpress.states.sweeps.sweep import Plan, Sweep, write_table
from bookpress.states.sweeps.sweep_page import write_page

SHARES = {("2023-03", 5): 0.5, ("2023-03", 10): 0.6, ("2026-08", 5): 0.3, ("2026-08", 10): None}
"""The share under each vintage and top_k; one combination gives none."""
ORDERS = {"vintage": ["2023-03", "2026-08"], "top_k": ["5", "10"]}


def share(value: float | None, vintage: str) -> dict[str, Any]:
    label = f"share of <models>, {vintage}"
    return (
        result(None, label)
        if value is None
        else result(value, label, low=value - 0.1, high=value + 0.1, k=5, n=9)
    )


def notebook(value: float | None) -> bytes:
    found = {
        "key": "most",
        "holds": None if value is None else value > 0.4,
        "because": "numbers",
        "numbers": "",
    }
    return json.dumps({"cells": [{"outputs": [{"data": {STATEMENT_MIME: found}}]}, {}]}).encode()


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    chapter = next(one for one in discover(Project.at(ROOT)) if one.slug == "large-scale-models")
    usual = {parameter.name: parameter.default for parameter in chapter.parameters}
    tried = {"vintage": ["2023-03", "2026-08"], "top_k": [5, 10]}
    runs = {
        place: Run(
            chapter.slug,
            "0" * 64,
            notebook(value),
            {
                "academia_share": share(value, vintage),
                "cost": result(2e6 * (1 + 9 * place), "cost of a run", "USD"),
                "models": result(70, "models", "count"),
            },
            1.0,
        )
        for place, ((vintage, _), value) in enumerate(SHARES.items())
    }
    started = {**usual, "vintage": "2026-08", "top_k": 5}
    plan = Plan(chapter, started, tried, "sweep <again>")
    return Sweep(plan, tmp_path_factory.mktemp("out"), runs, 4, {})


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return replace(Project.at(ROOT), build=tmp_path_factory.mktemp("build"))


@pytest.fixture(scope="module")
def page(sweep: Sweep, project: Project) -> BeautifulSoup:
    text = page_of(sweep, project).read_text("utf-8")
    html5lib.HTMLParser(strict=True).parse(text)
    return BeautifulSoup(text, "html5lib")


def page_of(sweep: Sweep, project: Project) -> Path:
    return write_page(sweep, curves_of(sweep), project)


def test_a_curve_holds_every_estimate_in_order_and_says_what_led_to_its_ends(sweep: Sweep) -> None:
    chart = curve_chart(Curve.of(sweep, "academia_share"), ORDERS, "source")
    points = chart.spec["data"]["values"]
    assert [(point["value"], point["usual"]) for point in points] == [
        (0.3, True),
        (0.5, False),
        (0.6, False),
    ]
    assert [point["choice vintage"] for point in points] == ["2026-08", "2023-03", "2023-03"]
    assert [point["choice top_k"] for point in points] == ["5", "5", "10"]
    assert chart.title == "Share of <models>, 2026-08: 30% to 60%"
    assert spread(Curve.of(sweep, "academia_share"), ORDERS) == (
        "Over 3 combinations the estimate goes from 30% (95% interval 20% to 40%; 5 of 9) with vintage 2026-08, top k "
        "5 to 60% (95% interval 50% to 70%; 5 of 9) with vintage 2023-03, top k 10. The values the sweep started from "
        "give 30% (95% interval 20% to 40%; 5 of 9). Not all combinations measure quite the same: also “share of "
        "<models>, 2023-03”. 1 combination gives no value."
    )
    assert spread(Curve.of(sweep, "models"), ORDERS).startswith("All 4 combinations give 70.")


def test_the_page_says_what_moves_what_and_leads_to_each_curve(
    page: BeautifulSoup, sweep: Sweep
) -> None:
    rows = [
        [words(cell) for cell in row.find_all(["th", "td"])] for row in page.select(".moves tr")
    ]
    assert rows == [
        ["Result", "As started", "Smallest", "Largest", "vintage", "top k"],
        [
            "share of <models>, 2026-08 academia_share",
            "30%",
            "30%",
            "60%",
            "20 points",
            "10 points",
        ],
        ["cost of a run cost", "$38 million", "$2 million", "$56 million", "× 19", "× 10"],
    ]
    for link in page.select(".moves a"):
        assert page.select_one(link["href"]).name == "figure"
    assert words(page.select_one(".held ul")) == "models: 70 models"
    assert words(page.select_one("pre.command")) == "sweep <again>"
    assert words(page.select_one(".counts")) == "4 combinations of 2 choices 4 ended well"


def test_what_failed_is_named_and_a_sweep_without_any_value_has_a_page_too(
    sweep: Sweep, project: Project, tmp_path: Path
) -> None:
    failed = replace(sweep, folder=tmp_path, errors={1: "cell 3: it broke"})
    text = words(BeautifulSoup(page_of(failed, project).read_text("utf-8"), "html5lib"))
    assert "vintage=2023-03 top_k=10 cell 3: it broke" in text
    assert "1 failed" in text
    nothing = replace(sweep, folder=tmp_path, runs={})
    assert "No result has a value in any combination." in page_of(nothing, project).read_text(
        "utf-8"
    )


def test_statements_stand_in_a_share_of_the_runs(
    page: BeautifulSoup, sweep: Sweep, tmp_path: Path
) -> None:
    assert sweep.statements == [
        {"key": "most", "holds": 2, "does_not": 1, "unknown": 1, "share": 0.5}
    ]
    rows = [
        [words(cell) for cell in row.find_all(["th", "td"])]
        for row in page.select("#statements + table tr")
    ]
    assert rows[0] == [
        "Statement",
        "Share of runs in which it stands",
        "It holds",
        "It does not",
        "Unknown",
    ]
    assert rows[1:] == [["most", "50%", "2", "1", "1"]]
    elsewhere = replace(sweep, folder=tmp_path)
    write_table(elsewhere)
    table = pd.read_csv(elsewhere.tables[1])
    found = table[table["unit"] == "statement"]
    assert found[["run", "key", "value", "label"]].fillna("unknown").to_numpy().tolist() == [
        [1, "most", 1.0, "numbers"],
        [2, "most", 1.0, "numbers"],
        [3, "most", 0.0, "numbers"],
        [4, "most", "unknown", "numbers"],
    ]
    assert sweep.keys == ["academia_share", "cost", "models"]


@pytest.mark.heavy
def test_axe_finds_nothing_and_nothing_is_wider_than_the_page(
    sweep: Sweep, project: Project, browser: Browser
) -> None:
    expect_no_fault(page_of(sweep, project), browser)
