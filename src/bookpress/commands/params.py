"""The command `params`: the parameters and their allowed values."""

from __future__ import annotations

from bookpress.commands.base import options as opt


def params(chapter: opt.AnyChapter = None, as_json: opt.AsJson = False) -> None:
    """List the parameters: value, what is allowed, what it means.

    --json prints a JSON Schema for each chapter.
    """
    from bookpress.book.chapters import named_chapters
    from bookpress.book.discovery import discover
    from bookpress.book.project import FILE
    from bookpress.chapter.parameters import chapter_schema
    from bookpress.commands.base.parameters import print_parameters
    from bookpress.edition.editions import setting_faults
    from bookpress.terminal.messages import note

    project = opt.current_project()
    chapters = discover(project)
    if not chapters:
        note("no document of the book has code to run, and so none has parameters")
    for fault in setting_faults(project, chapters):
        note(f"{FILE}: {fault}")
    if chapter is not None:
        chapters = named_chapters(chapters, [chapter])
    for each in chapters:
        for name, (place, why) in each.computed.items():
            note(f"{place}: {name} is no parameter: {why}")
    if as_json:
        opt.print_json({each.slug: chapter_schema(each.parameters) for each in chapters})
    else:
        print_parameters(chapters)
