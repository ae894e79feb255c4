"""The command `explore`: the published edition with its states."""

from __future__ import annotations

import typer

from bookpress.commands.base import options as opt
from bookpress.errors import UsageError, with_noun
from bookpress.terminal.messages import say, styled


def explore(
    chapters: opt.SomeChapters = None,
    grid: opt.Grid = None,
    dry_run: opt.DryRun = False,
    yes: opt.Yes = False,
    scheduler: opt.Scheduler = None,
    jobs: opt.Jobs = None,
    engine: opt.EngineName = None,
    force: opt.Force = False,
    time_limit: opt.TimeLimit = None,
    formats: opt.ExploredFormats = None,
) -> None:
    """Build the published edition with its states.

    Each state changes one choice, which readers can then turn on the page. The command also says
    under which choices each statement holds. Values are those that the type of a parameter lists,
    or those of -g. Finished runs are kept: run the same command again to continue. States that fail
    are named at the end and the exit code is 1; the pages offer the others, unless the book is
    strict. States last as long as the edition; a build that changes it drops them.

    For example: explore CHAPTER -g NAME=1,2,3 -g OTHER=2000:2020:5
    """
    from bookpress.formats import choose_formats, still_made
    from bookpress.states.explore import explore as explore_states
    from bookpress.states.explore import is_explored, states_to_explore, unexplored, why_none
    from bookpress.states.sweeps.grid import read_grid
    from bookpress.states.sweeps.tasks import raise_failed, to_run

    project = opt.current_project()
    options = opt.run_options(jobs, engine, force, time_limit, scheduler)
    asked = read_grid(grid or [])
    default, states, built_in = states_to_explore(project, chapters or [], asked)
    laid_out = project.settings.is_laid_out
    if formats:
        chosen = choose_formats(formats, is_laid_out=laid_out)
    else:
        chosen = still_made(built_in, is_laid_out=laid_out)
    tasks = [state.task for state in states]
    missing = 0
    idle = unexplored(chapters or [], states)
    if idle or not states:
        raise UsageError(why_none(default, idle))
    if force or not is_explored(project, default, states, chosen):
        missing = len(to_run(project, tasks, default.fingerprint, force=force))
        say(f"{with_noun(len(states), 'state')}, {missing or 'none'} of them to be run")
    elif dry_run:
        say(f"{with_noun(len(states), 'state')}, all of them explored")
    if dry_run:
        return
    opt.ask_before(missing, yes)
    with opt.reported(options) as how:
        built, failed = explore_states(project, default, states, how, chosen)
    many = with_noun(len(states) - len(failed), "state")
    say(f"edition {styled(built.edition.folder, 'bold')} ({built.edition.id}): {many}")
    typer.echo(built.folder / "html" / "index.html")
    raise_failed(tasks, failed, "state", "failed; the pages offer the others")
