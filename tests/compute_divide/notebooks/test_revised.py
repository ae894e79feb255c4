"""What the book has said since its first release: what of it is printed otherwise now, and what is gone."""

import json
from dataclasses import asdict

from bookpress.book.discovery import discover
from bookpress.book.project import Project
from bookpress.book.renamed import Name, load_renamed, name_now
from bookpress.release.reliability import revised_results
from compute_divide.sources.store.files import data_dir, vintages
from sampling import some

PROJECT = Project.at(data_dir().parent)
TABLE = load_renamed(PROJECT)
EVERY = json.loads((data_dir() / "released/0.1.0.json").read_text("utf-8"))["default"]["results"]
CORRECTED = ("large-scale-models", "hardware")
RELEASED = {slug: EVERY[slug] for slug in {*CORRECTED, *some([*EVERY], 3, 1)}}


def present_names():
    """Return each released result by the name that it has now."""
    return {
        name_now(TABLE, "results", Name(slug, key), results): was
        for slug, results in RELEASED.items()
        for key, was in results.items()
    }


def printed(share):
    return f"{100 * share['value']:.0f}%"


def is_plain(result):
    """Return whether a result is a share that prose writes without decimals."""
    return result["unit"] == "share" and 0.01 <= (result["value"] or 0) <= 0.99


def test_each_number_of_the_first_release_stands_or_is_named(run_chapter):
    released = present_names()
    now = {name.chapter: {} for name in released}  # nothing of a chapter that is gone
    for slug in now.keys() & {chapter.slug for chapter in discover(PROJECT)}:
        results = run_chapter(slug).results
        now[slug] = {key: asdict(result) for key, result in results.items()}
    found = revised_results(TABLE, RELEASED, now)
    present = {name: now[name.chapter].get(name.key) for name in released}
    assert found["of"] == len(present)
    assert {*found["dropped"]} == {str(name) for name, here in present.items() if here is None}
    shares = {
        str(name): (printed(was), printed(present[name]))
        for name, was in released.items()
        if present[name] and is_plain(was) and is_plain(present[name])
    }
    assert len(shares) > 10
    revised = {name for name in shares if name in found["revised"]}
    assert revised == {name for name, (was, here) in shares.items() if was != here}
    # a share of the notable models then, of the largest runs now; a ratio with corrected peaks
    corrected = {"large-scale-models:academia_share_early", "training-compute:ratio_pooled"}
    assert corrected <= {*found["revised"]}


def test_releases_follow_statements_through_every_vintage():
    along = PROJECT.settings.survival
    chapters = {
        chapter.slug: parameter.choices
        for chapter in discover(PROJECT)
        for parameter in chapter.parameters
        if parameter.name == along and parameter.has_order
    }
    assert set(map(tuple, chapters.values())) == {tuple(vintages())}
    assert "large-scale-models" in chapters
    assert "research-topics" not in chapters  # it counts papers
