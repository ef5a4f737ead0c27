"""The command line. Everything but argparse is imported when a command needs it."""

import argparse
import errno
import io
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Executor
    from contextlib import AbstractContextManager
    from typing import TextIO

    from nllcheck.baseline import Session
    from nllcheck.discovery import Source
    from nllcheck.execution.choice import Hear
    from nllcheck.outcome import Run

__all__ = ["main"]

USAGE, INTERNAL, INTERRUPTED, BROKEN_PIPE = 2, 3, 130, 141
UNWRITABLE = (errno.ENOSPC, errno.EIO, errno.EBADF)  # what is wrong with an output, not with us
COMPARES = (
    "nllcheck.comparison.work",
    "nllcheck.comparison.kept:ready",
)  # what finds comparisons in the cache
SAMPLES = ("nllcheck.comparison.compare", "nllcheck.likelihood.posterior:warm_up")  # what makes them
COMPARE_TIMEOUT = 600.0  # seconds: a sampler takes longer than a check
FORMATS = (
    "text",
    "json",
    "md",
    "html",
    "junit",
    "github",
    "consistency",
)  # nllcheck.report.formats is not for --help
EPILOG = """exit codes: 0 all claims hold, 1 a claim does not hold, 2 usage, 3 a bug of nllcheck,
4 a claim could not be evaluated, 5 no claims found or selected, 130 interrupted"""
COMPARE_EPILOG = """The posterior is sampled by nutpie and kept in a cache, so that the same comparison is quick the next time.
Of a model's claims the tightest that holds gives the loss; PATH::NAME chooses another.
A comparison stands only if there is one to make: an interior optimum, chains that mix, a posterior that is one.
Where that fails, it is the headline, no table is printed, and the exit code is 4.

exit codes: 0 all models were compared, 2 usage, 3 a bug of nllcheck, 4 a model could not be compared
or its comparison does not stand, 5 no models found or selected, 130 interrupted: what was finished is told"""


def main(arguments: "Sequence[str] | None" = None) -> int:
    """Run the command and return its exit code; only argparse exits by itself, with 0 or 2."""
    _complete_streams()
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        if not _has_folder():
            return _complain("the working folder does not exist any more; change to another one", USAGE)
        command: Callable[[argparse.Namespace], int] = options.command
        code = command(options)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _forget("stdout")
        return BROKEN_PIPE
    except Exception as error:
        if isinstance(error, OSError) and error.errno in UNWRITABLE and error.filename is None:
            _forget("stdout")
            return _complain(f"cannot write what was found: {error.strerror}", USAGE)
        return _failed(error, debug=options.debug)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="nllcheck",
        description="Is minimising this loss the same as maximising that likelihood?",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and exit")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    check = _command(
        commands, "check", "check claims, one line each, and the story of those that fail", _check
    )
    _takes_claims(check)
    check.add_argument(
        "-v", "--verbose", action="store_true", help="the story of every claim, and what it prints"
    )
    check.add_argument(
        "--strict", action=argparse.BooleanOptionalAction, help="warnings fail (default: they do not)"
    )
    check.add_argument("--fail-fast", action="store_true", help="stop at the first failure")
    check.add_argument("--seed", type=_count, help="of the probes and of simulated data (default: 0)")
    check.add_argument(
        "--format",
        choices=FORMATS,
        default="text",
        metavar="NAME",
        help=f"what is printed: {', '.join(FORMATS)}; json is the full records (default: text)",
    )
    check.add_argument(
        "--report", metavar="DIR", help="write reports there: consistency.json and consistency.md"
    )
    check.add_argument(
        "--report-formats", metavar="NAMES", help="which reports instead, such as json,md,html,junit"
    )
    check.add_argument(
        "--retry",
        type=_count,
        default=0,
        metavar="N",
        help="check again, N times, what crashed or timed out; it is then reported as flaky (default: 0)",
    )
    recorded = check.add_argument_group("a recorded run: what differs from it fails")
    recorded.add_argument("--baseline", metavar="FILE", help="the record to compare with")
    recorded.add_argument(
        "--update-baseline",
        action="store_true",
        help="write the record; claims that are not run stay as they are",
    )
    recorded.add_argument(
        "--tolerance",
        type=_limit,
        metavar="SE",
        help="standard errors by which estimates may move (default: 0, no more than rounding)",
    )
    loss = check.add_argument_group(
        "a loss without a file: nllcheck check package.module:loss --against Normal"
    )
    loss.add_argument("--against", metavar="DISTRIBUTION", help="the distribution of PyMC, by its name")
    loss.add_argument("--relation", help="the relation claimed (default: constant)")
    loss.add_argument("--args", metavar="NAMES", help="what the loss takes: y,mu or y_true=y,y_pred=mu")
    _takes_comparisons(
        _command(
            commands, "compare", "compare Bayesian with maximum-likelihood estimates of each model", _compare
        )
    )
    listed = _command(commands, "list", "list claims without checking them", _list)
    _takes_claims(listed)
    _takes_limits(check)
    _takes_limits(listed)
    init = _command(commands, "init", "write a claim file to start from, and the configuration", _init)
    init.add_argument(
        "folder", nargs="?", default=".", metavar="DIR", help="of your project (default: this one)"
    )
    init.add_argument("--force", action="store_true", help="overwrite the claim file if it exists")
    explain = _command(commands, "explain", "explain a finding: what it means and what to do", _explain)
    explain.add_argument(
        "code", nargs="?", metavar="CODE", help="the code of a finding, such as clipped (default: list them)"
    )
    identify = _command(commands, "identify", "find the likelihood that has this loss as its NLL", _identify)
    identify.add_argument("loss", metavar="LOSS", help="its import path: package.module:loss")
    identify.add_argument("--args", metavar="NAMES", help="what it takes by position: y,mu")
    identify.add_argument("--data", metavar="NAME", help="which of them is the data (default: by its name)")
    identify.add_argument("--seed", type=_count, default=0, help="of the data it is tried at (default: 0)")
    schema = _command(commands, "schema", "print the JSON Schema of what nllcheck writes", _schema)
    schema.add_argument(
        "name",
        nargs="?",
        choices=("json", "consistency"),
        default="json",
        help="of which format (default: json)",
    )
    return parser


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    purpose: str,
    function: "Callable[[argparse.Namespace], int]",
) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        name,
        help=purpose,
        description=purpose[0].upper() + purpose[1:] + ".",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--debug", action="store_true", help="show tracebacks")
    parser.set_defaults(command=function)
    return parser


def _takes_claims(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="files or folders, or PATH::NAME of a claim (default: the configured paths, else models)",
    )
    parser.add_argument("-k", metavar="EXPR", help="only claims that match: 'gaussian and not mean'")


def _takes_comparisons(parser: argparse.ArgumentParser) -> None:
    parser.epilog = COMPARE_EPILOG
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="files or folders with claims, or PATH::NAME of a claim whose loss and model are meant (default: models)",
    )
    parser.add_argument(
        "-k", metavar="EXPR", help="only models whose PATH::MODEL matches: 'gaussian and not mean'"
    )
    for name, default, what in (
        ("draws", 1000, "posterior draws a chain"),
        ("tune", 1000, "draws a chain that tune the sampler and are thrown away"),
        ("chains", 4, "chains"),
    ):
        parser.add_argument(f"--{name}", type=_positive, default=default, help=f"{what} (default: {default})")
    parser.add_argument(
        "--prob",
        type=_share,
        default=0.95,
        help="probability of the intervals, credible and Wald (default: 0.95)",
    )
    parser.add_argument("--seed", type=_count, default=0, help="of the sampler (default: 0)")
    parser.add_argument("--refresh", action="store_true", help="sample again, whatever the cache holds")
    parser.add_argument(
        "--report",
        metavar="DIR",
        help="write comparison.json, comparison.md and pictures (extra: plots) there",
    )
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="json prints the full records"
    )
    _takes_limits(
        parser, of="model", timeout=COMPARE_TIMEOUT, jobs=_jobs("auto"), memory=0.0
    )  # none is configured


def _takes_limits(
    parser: argparse.ArgumentParser, *, of: str = "claim", timeout: float = 300, **defaults: float
) -> None:
    """Add the options of supervised processes; `defaults` are those of a command that reads no configuration."""
    limits = parser.add_argument_group("each file has a process of its own")
    limits.add_argument(
        "-j",
        "--jobs",
        type=_jobs,
        metavar="N",
        help="how many at once (default: auto)",
    )
    limits.add_argument(
        "--timeout",
        type=_limit,
        metavar="SECONDS",
        help=f"for the import of a file and for each {of}; 0: none (default: {timeout:g})",
    )
    limits.add_argument(
        "--memory",
        type=_limit,
        metavar="GIB",
        help="for each file, at least 2; 0: none (default)",
    )
    limits.add_argument(
        "--in-process", action="store_true", help="work in this process, without limits: for debuggers"
    )
    if defaults:
        parser.set_defaults(timeout=timeout, **defaults)


class _Version(argparse.Action):
    """Print the version; looking it up costs more than all the rest of --help."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from nllcheck import __version__

        sys.stdout.write(f"nllcheck {__version__}\n")
        parser.exit()


def _count(text: str) -> int:
    value = int(text)
    if value < 0:
        raise ValueError
    return value


def _limit(text: str) -> float:
    from nllcheck.config import LARGEST

    value = float(text)
    if not 0 <= value <= LARGEST:
        raise ValueError
    return value


def _jobs(text: str) -> int:
    value = os.cpu_count() or 1 if text == "auto" else int(text)
    if value < 1:
        raise ValueError
    return value


_limit.__name__ = "number from 0 to 1e6"
_jobs.__name__ = "number of processes"
_count.__name__ = "whole number from 0"  # argparse: invalid whole number from 0 value: '-1'


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ValueError
    return value


_positive.__name__ = "whole number from 1"


def _share(text: str) -> float:
    value = float(text)
    if not 0 < value < 1:
        raise ValueError
    return value


_share.__name__ = "number between 0 and 1"


def _check(options: argparse.Namespace) -> int:
    _configure(options)
    with _executor(options) as executor:  # first: its server imports PyMC while this process does the rest
        return _checked(options, executor)


def _checked(options: argparse.Namespace, executor: "Callable[[Hear], Executor]") -> int:
    from pathlib import Path

    from nllcheck.report.formats import FORMATS, write_reports
    from nllcheck.report.live import Live, Progress, style_of
    from nllcheck.runner import run
    from nllcheck.selection import selector
    from nllcheck.streams import guarded_stdout

    if options.k is not None:
        selector(options.k)  # wrong usage is told first
    sources = _sources(options)
    baseline = _baseline(options)
    report = Path(options.report).absolute() if options.report else None
    formats = _formats(options)
    curves = any(FORMATS[name].curves for name in (options.format, *formats))
    with guarded_stdout(active=options.format != "text") as out:
        style = style_of(out)
        progress = Progress(sys.stderr, style=style_of(sys.stderr))
        progress.show("importing PyMC …")
        live = Live(out if options.format == "text" else None, progress, style=style, verbose=options.verbose)
        done = run(
            sources,
            executor=executor,
            jobs=options.jobs,
            retries=options.retry,
            curves=curves,
            seed=options.seed,
            seed_given=options.seed_given,
            select=options.k,
            strict=options.strict,
            fail_fast=options.fail_fast,
            visits=baseline.asked if baseline else None,
            listener=live,
        )
        progress.clear()
        if baseline is not None:
            done = _compared(done, baseline, options)
        _print(done, options, out)
    if report is not None:
        write_reports(done, report, formats)
    return int(done.exit_code)


def _baseline(options: argparse.Namespace) -> "Session | None":
    """Read the record, before anything is checked; None where none is named."""
    from pathlib import Path

    from nllcheck.baseline import Session
    from nllcheck.errors import UsageError
    from nllcheck.paths import display_path

    if not options.baseline:
        if options.update_baseline:
            raise UsageError("--update-baseline needs --baseline FILE, or `baseline` in [tool.nllcheck]")
        return None
    path = Path(options.baseline).absolute()
    shown = display_path(path, Path.cwd())
    return Session(
        path,
        str(path) if shown.startswith("..") else shown,
        seed=options.seed,
        update=options.update_baseline,
        accept=options.accept,
        tolerance=options.tolerance,
    )


def _compared(done: "Run", baseline: "Session", options: argparse.Namespace) -> "Run":
    """Compare the run with the record, and write that if asked to."""
    from dataclasses import replace
    from pathlib import Path

    from nllcheck.baseline import covers
    from nllcheck.errors import UsageError
    from nllcheck.report.files import write_atomically

    within = covers(options.paths, options.k)
    done = baseline.compared(done, within)
    if not options.update_baseline:
        return done
    whole = options.k is None and all(Path(path).is_dir() for path in options.paths)
    updated, text = baseline.updated(done, within, whole=whole)
    if text is None:
        return updated
    try:
        write_atomically(baseline.path, text)
    except UsageError as error:  # the results of the run are told all the same
        assert done.drift is not None
        return replace(done, drift=replace(done.drift, errors=(str(error),)))
    return updated


def _configure(options: argparse.Namespace) -> None:
    """Give every option that was left out its configured value, or its default."""
    from pathlib import Path

    from nllcheck.config import load, resolve, shown

    given = {name: None if value == [] else value for name, value in vars(options).items()}
    settings = resolve(given, load(Path.cwd()))
    for name, value in vars(settings).items():
        setattr(options, name, value)
    options.seed_given = given.get("seed") is not None
    options.jobs = _jobs(str(settings.jobs))
    if given["paths"] is None and settings.configured is not None:
        options.configured = shown(settings.configured)
        options.paths = [shown(path) for path in settings.paths]
    else:
        options.configured = None


def _executor(
    options: argparse.Namespace, preload: "Sequence[str] | None" = None, later: "Sequence[str]" = ()
) -> "AbstractContextManager[Callable[[Hear], Executor]]":
    from nllcheck.execution.choice import PRELOAD, chosen_executor, unlimited

    if note := unlimited(options.memory):
        sys.stderr.write(f"nllcheck: {note}\n")
    if options.in_process:
        _warm_up()
    return chosen_executor(
        in_process=options.in_process,
        jobs=options.jobs,
        timeout=options.timeout,
        memory=options.memory,
        preload=PRELOAD if preload is None else preload,
        later=later,
    )


def _warm_up() -> None:
    """Import the engine before claims do, so that what they change is seen; a failure is told by each claim.

    Matrices are small here: threads of the linear algebra cost more than they give, and rounding then depends
    on their number.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        import pymc  # noqa: F401

        import nllcheck.checker  # noqa: F401
    except Exception:
        return


def _print(done: "Run", options: argparse.Namespace, out: "TextIO") -> None:
    from nllcheck.report.drift import drift_lines, drift_summary
    from nllcheck.report.formats import rendered
    from nllcheck.report.live import style_of
    from nllcheck.report.text import details, nothing, summary

    if options.format != "text":
        out.write(rendered(done, options.format))
    else:
        style = style_of(out)
        lines = details(done, style, verbose=options.verbose, debug=options.debug)
        lines += drift_lines(done.drift, style) if done.drift else []
        if done.outcomes:
            lines += ["", summary(done, style)]
        else:
            lines += nothing(done, options.paths, options.k, style)
        lines += [drift_summary(done.drift, style)] if done.drift else []
        out.write("".join(f"{line}\n" for line in lines))
    out.flush()


def _formats(options: argparse.Namespace) -> "tuple[str, ...]":
    """Return the formats that --report writes."""
    from nllcheck.errors import UsageError
    from nllcheck.report.formats import parse_formats

    named = options.report_formats
    if named is not None and not options.report:
        raise UsageError("--report-formats needs --report DIR: the folder to which the reports go")
    names = options.formats if named is None else named.split(",")
    return parse_formats(names) if options.report else ()


def _compare(options: argparse.Namespace) -> int:
    with _executor(options, preload=COMPARES, later=SAMPLES) as executor:
        return _compared_models(options, executor)


def _compared_models(options: argparse.Namespace, executor: "Callable[[Hear], Executor]") -> int:
    from functools import partial
    from pathlib import Path

    from nllcheck.comparing import comparing
    from nllcheck.comparison.models import compare_models
    from nllcheck.comparison.record import Settings
    from nllcheck.paths import find_files

    return comparing(
        find_files(options.paths or ["models"]),
        compare=partial(compare_models, executor=executor, jobs=options.jobs),
        settings=Settings(
            draws=options.draws,
            tune=options.tune,
            chains=options.chains,
            prob=options.prob,
            seed=options.seed,
        ),
        paths=options.paths,
        expression=options.k,
        refresh=options.refresh,
        report=Path(options.report).absolute() if options.report else None,
        as_json=options.format == "json",
        debug=options.debug,
    )


def _list(options: argparse.Namespace) -> int:
    _configure(options)
    with _executor(options) as executor:
        from nllcheck.listing import listing

        return listing(_sources(options), options.k, executor=executor, debug=options.debug)


def _init(options: argparse.Namespace) -> int:
    from pathlib import Path

    from nllcheck.starter import init

    return init(Path(options.folder), force=options.force)


def _explain(options: argparse.Namespace) -> int:
    from nllcheck.explain import explain

    return explain(options.code)


def _schema(options: argparse.Namespace) -> int:
    from nllcheck.report.schema import schema

    sys.stdout.write(schema(options.name))
    return 0


def _identify(options: argparse.Namespace) -> int:
    from nllcheck.errors import UsageError
    from nllcheck.identification.command import tell

    if not _is_loss(options.loss):
        raise UsageError(f"{options.loss!r}: give a loss by its import path: package.module:loss")
    return tell(options.loss, args=options.args, data=options.data, seed=options.seed)


def _sources(options: argparse.Namespace) -> "Sequence[Source]":
    from nllcheck.adhoc import named_losses
    from nllcheck.errors import ConfigurationError, UsageError
    from nllcheck.paths import find_files

    losses = [path for path in options.paths if _is_loss(path)]
    if getattr(options, "against", None) is not None:
        if not losses or len(losses) < len(options.paths):
            raise UsageError("--against needs a loss by its import path: package.module:loss")
        return named_losses(losses, options.against, options.relation, options.args)
    if losses:
        raise UsageError(f"{losses[0]!r} is a loss; say what it is checked against: --against Normal")
    for name in ("relation", "args"):
        if getattr(options, name, None) is not None:
            raise UsageError(f"--{name} goes with --against; a claim file says it in the claim")
    try:
        return find_files(options.paths)
    except UsageError as error:
        if options.configured is None:
            raise
        raise ConfigurationError(f"{options.configured}: [tool.nllcheck] paths: {error}") from error


def _is_loss(path: str) -> bool:
    from pathlib import Path

    module, colon, name = path.partition(":")
    dotted = [*module.split("."), *name.split(".")]
    return bool(colon) and all(part.isidentifier() for part in dotted) and not Path(path).exists()


def _failed(error: Exception, *, debug: bool) -> int:
    """Say in one line what went wrong; return the code."""
    from nllcheck.display import exception_text, printable
    from nllcheck.errors import BUG, NllcheckError

    ours = isinstance(error, NllcheckError)
    message = str(error) if ours else f"internal error: {exception_text(error)}: {BUG}"
    if debug:
        import traceback

        message = "".join(traceback.format_exception(error)).rstrip() + f"\n{message}"
    return _complain(printable(message, newlines=debug), USAGE if ours else INTERNAL)


def _complain(message: str, code: int) -> int:
    """Say it on standard error, if anything can be said there; return the code."""
    from nllcheck.display import ascii_only

    try:
        sys.stderr.write(ascii_only(f"nllcheck: {message}\n"))
        sys.stderr.flush()
    except OSError:
        _forget("stderr")
    return code


def _has_folder() -> bool:
    try:
        os.getcwd()  # noqa: PTH109 - without the import
    except FileNotFoundError:
        return False
    return True


def _complete_streams() -> None:
    """Open nothing in place of standard streams that are closed: their numbers would go to files and pipes."""
    if None not in (sys.stdin, sys.stdout, sys.stderr):
        return
    descriptor = 0
    while descriptor <= 2:
        descriptor = os.open(os.devnull, os.O_RDWR)
    os.close(descriptor)
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115 - for good


def _forget(name: str) -> None:
    """Point a standard stream to nothing, so that the interpreter's last flush is quiet too."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), getattr(sys, name).fileno())
    except (OSError, ValueError):
        setattr(sys, name, io.StringIO())
