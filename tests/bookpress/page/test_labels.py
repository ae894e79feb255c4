"""Tables of words become cards on a phone: their cells know the names of their columns."""

from lxml import html

from bookpress.elements.table.labels import labelled


def table(*rows: list[str], cell: str = "td") -> str:
    head, *others = rows
    heads = "".join(f"<th><p>{name}</p></th>" for name in head)
    body = "".join(
        "<tr>" + "".join(f"<{cell}><p>{text}</p></td>" for text in row) + "</tr>" for row in others
    )
    return f'<table class="table"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'


def test_cells_of_a_table_of_words_are_named_by_their_headings() -> None:
    made = html.fromstring(
        labelled(table(["who", "a &quot;what&quot;", "how", "<em>why</em>"], ["A", "b", "c", "d"]))
    )
    assert made.get("class") == "labelled table"
    assert [cell.get("data-label") for cell in made.iter("td")] == ["who", 'a "what"', "how", "why"]
    assert [cell.text_content() for cell in made.iter("td")] == ["A", "b", "c", "d"]


def test_columns_of_numbers_and_small_tables_stay_tables() -> None:
    small = table(["who", "what", "how"], ["A", "b", "c"])
    assert labelled(small) == small
    numbers = table(["who", "what", "how", "n"], ["A", "b", "c", "1"], cell='td class="text-right"')
    assert labelled(numbers) == numbers
