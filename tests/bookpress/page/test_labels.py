"""Tables of words become cards on a phone: their cells know the names of their columns."""

from lxml import html

from bookpress.elements.table.labels import labelled

LONG = "words that take more than a column has"


def table(*rows: list[str], cell: str = "td") -> str:
    head, *others = rows
    heads = "".join(f"<th><p>{name}</p></th>" for name in head)
    body = "".join(
        "<tr>" + "".join(f"<{cell}><p>{text}</p></td>" for text in row) + "</tr>" for row in others
    )
    return f'<table class="table"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'


def test_cells_of_a_table_of_words_are_named_by_their_headings() -> None:
    made = html.fromstring(
        labelled(
            table(
                ["who", "a &quot;what&quot;", "how", "<em>why</em>"],
                [LONG, *"bcd"],
                ["A", LONG, LONG, LONG],
            )
        )
    )
    assert made.get("class") == "labelled table"
    names = ["who", 'a "what"', "how", "why"]
    assert [cell.get("data-label") for cell in made.iter("td")] == [*names, *names]
    assert [cell.text_content() for cell in made.iter("td")][-4:] == ["A", LONG, LONG, LONG]


def test_a_table_that_is_wider_than_a_phone_is_named_whatever_its_columns() -> None:
    three = table(["who", "what", "how"], [LONG, LONG, LONG])
    assert labelled(three) != three
    mixed = table(["who", "what", "how", "n"], [LONG, LONG, LONG, "1"])
    mixed = mixed.replace("<th><p>n", '<th class="text-right"><p>n')
    assert labelled(mixed).count("data-label") == 4
    every_choice = table(["who", "what", "how"], [LONG, LONG, LONG])
    every_choice = every_choice.replace('"table"', '"every-choice table"', 1)
    assert 'class="every-choice labelled table"' in labelled(every_choice)


def test_columns_of_numbers_and_small_tables_stay_tables() -> None:
    small = table(["who", "what", "how", "why"], ["A", "b", "c", LONG])
    assert labelled(small) == small
    numbers = table(["who", "what", "how", "n"], [LONG, LONG, LONG, LONG])
    numbers = numbers.replace("<th>", '<th class="text-right">').replace("right", "left", 1)
    assert labelled(numbers) == numbers
