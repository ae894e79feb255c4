"""The command `params`: what may be chosen."""

from __future__ import annotations

from bookpress.commands.base import options as opt


def params(chapter: opt.AnyChapter = None, as_json: opt.AsJson = False) -> None:
    """List the parameters: value, what is allowed, what it means.

    --json prints a JSON Schema for each chapter.
    """
    from bookpress.book.chapters import choose, discover
    from bookpress.chapter.parameters import chapter_schema
    from bookpress.commands.base.parameters import print_parameters

    chapters = discover(opt.current_project())
    if chapter is not None:
        chapters = choose(chapters, [chapter])
    if as_json:
        opt.print_json({each.slug: chapter_schema(each.parameters) for each in chapters})
    else:
        print_parameters(chapters)
