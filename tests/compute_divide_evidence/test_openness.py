"""What open weights are used for: spreadsheets read as they are, headings from a closed set, papers counted once."""

import zipfile

import pytest

from compute_divide.sources.openness import load_components, load_model_uses
from compute_divide.sources.store.files import EvidenceError
from compute_divide.sources.store.raw_csv import Row
from compute_divide_evidence import openness
from compute_divide_evidence.store.raw_xlsx import read_xlsx

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
LINK = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
PARTS = {
    "xl/workbook.xml": f'<workbook {MAIN} {LINK}><sheets><sheet name="Pubs" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>',
    "xl/sharedStrings.xml": f"<sst {MAIN}><si><t>title</t></si><si><t>Use </t></si><si><r><t>LoRA</t></r><r><t>: a</t></r></si></sst>",
    "xl/worksheets/sheet1.xml": (
        f"<worksheet {MAIN}><sheetData>"
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="AB1" t="s"><v>1</v></c></row>'
        '<row r="2"><c r="A2" t="s"><v>2</v></c><c r="AB2" t="inlineStr"><is><t>- Fine-tuning</t></is></c></row>'
        '<row r="3"><c r="AB3"><v>7</v></c></row>'
        "</sheetData></worksheet>"
    ),
}


@pytest.fixture
def book(tmp_path):
    path = tmp_path / "papers.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in PARTS.items():
            archive.writestr(name, content)
    return path


def test_a_spreadsheet_is_read_cell_by_cell_and_rows_without_a_title_are_blank(book):
    sheet = read_xlsx(book, "title")["Pubs"]
    assert sheet.header == ("title", "Use")
    assert [(row.number, row.cells) for row in sheet.rows] == [
        (2, {"title": "LoRA: a", "Use": "- Fine-tuning"})
    ]


def test_what_is_no_spreadsheet_or_lacks_a_column_says_so(book, tmp_path):
    with pytest.raises(EvidenceError, match=r"lacks the column 'year'; it has: title, Use"):
        read_xlsx(book, "year")
    other = tmp_path / "other.xlsx"
    other.write_text("title,Use\n", encoding="utf-8")
    with pytest.raises(EvidenceError, match=r"other\.xlsx is not a spreadsheet"):
        read_xlsx(other, "title")
    with pytest.raises(EvidenceError, match="cannot read the raw file"):
        read_xlsx(tmp_path / "none.xlsx", "title")


def uses(cell):
    return list(openness._uses(Row("sheet", 2, {"Use Category": cell})))


def test_the_uses_of_a_paper_are_headings_without_details_or_slips():
    cell = "- Fine-tuning (new data)\n- Compresssion (quantization;\n- examinations\n\nContined Pre-training"
    assert uses(cell) == ["fine-tuning", "compression", "examination", "continued pre-training"]
    assert uses("") == []
    with pytest.raises(EvidenceError, match=r"'Dreaming' is not a known use of a model"):
        uses("Dreaming (new data)")


@pytest.mark.parametrize(
    ("kinds", "authors"),
    [
        ("Education; Nonprofit", "university"),
        ("Company; Education", "university and company"),
        ("Company ", "company"),
        ("Facility", "other"),
        ("", "unknown"),
    ],
)
def test_authors_are_classed_by_all_their_organisations(kinds, authors):
    assert openness._authors(kinds) == authors


def test_the_tables_count_every_paper_and_entry_once():
    papers = load_model_uses().groupby("access")["papers"].sum()
    assert papers.to_dict() == {
        "open weights": 242,
        "service": 129,
        "service, fine-tuned": 9,
    }
    entries = load_components()
    has_weights = entries["components"].fillna("").str.split("|").map(lambda one: "weights" in one)
    assert (len(entries), has_weights.sum()) == (273, 190)
