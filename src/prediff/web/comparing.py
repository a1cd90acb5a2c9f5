"""From a request to its result: read the two sides, compare them in a process with a time limit, keep the pages."""

from __future__ import annotations

import os
import queue
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import field, replace
from functools import partial
from typing import Any, TypeAlias

from prediff.cache import Cache
from prediff.cluster import cores
from prediff.config import Config, load_config
from prediff.folders.compare import Plan, compare_folders, quiet_read
from prediff.folders.configured import Configured
from prediff.lean_dataclasses import dataclass
from prediff.model import FileRow, FolderReport, Settings
from prediff.models.settings import ModelSettings
from prediff.read import read_pair
from prediff.reports.escaping import printable
from prediff.reports.tree.page import tree_html
from prediff.revisions import folder_of, is_revision
from prediff.web.messages import MAX_FILE, SIDES, Choices, Content, Given, InputError, Request, Tree
from prediff.web.results import Result, Results
from prediff.web.trees import Sent, compare_sent
from prediff.web.work import PairWork, Shown, do, prepare
from prediff.workers import Crew, Failed

CREWS = 3
"""How many requests are worked for at once."""
WAIT = 20.0
"""Seconds that one more waits for its turn."""
MODEL_LIMIT = 600.0
"""Seconds that a model may take for the words on a pair. Whoever waits can give up before."""

_NOTHING_BESIDE = {"notes": [], "guessed": "", "rules": [], "assumptions": [], "hints": []}

Tick: TypeAlias = Callable[[int, int], None]
Asked: TypeAlias = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Paths:
    """The two paths of the command line, the only ones that are ever read. Both are folders, or neither."""

    left: str
    right: str
    folders: bool

    def of(self, side: Given) -> str:
        """One of them."""
        return self.left if side.side == "left" else self.right

    def config(self) -> Config:
        """The configuration for them as it is now. Raises ConfigError."""
        if self.folders:
            return load_config((), (self.left, self.right))
        both = self.left, self.right
        return load_config(both, [folder_of(path) for path in both if is_revision(path)])


@dataclass(slots=True)
class Comparer:
    """Compares what requests hold. For several threads at once.

    own: the user's configuration, for what is sent. start: what the controls say at first. timeout: seconds for a pair.
    """

    own: Config
    start: Settings
    paths: Paths | None = None
    timeout: float = 20.0
    use_cache: bool = True
    results: Results = field(default_factory=Results)
    _crews: queue.LifoQueue[Crew] = field(default_factory=queue.LifoQueue)
    _models: queue.LifoQueue[Crew] = field(default_factory=queue.LifoQueue)

    def __post_init__(self) -> None:
        for _ in range(CREWS):
            self._crews.put(Crew(do, prepare))
        # One that stays, since it may hold a loaded model.
        self._models.put(Crew(do, prepare))

    def warm_up(self) -> None:
        """Start a process, so that the first request need not wait for it."""
        one = Content("a.py", b"x = 1\n", True)
        self._shown(PairWork((one, one), ((None, None), (None, None)), self.start), lambda: False)

    def compare(self, request: Request, tick: Tick, unwanted: Asked) -> dict[str, Any]:
        """What the page is told of a request's result. Raises PrediffError, and Unwanted where nobody waits for it."""
        left, right = request.sides
        if isinstance(left, Given) or isinstance(right, Given):
            self._check_given()
        kinds = [self._is_folder(side) for side in request.sides]
        if kinds[0] != kinds[1]:
            raise InputError("a folder can only be compared with a folder")
        result = self._folders(request, tick, unwanted) if kinds[0] else self._pair(request, unwanted)
        return {"name": self.results.add(result), "folders": kinds[0], "about": result.about}

    def page(self, result: Result, number: int, unwanted: Asked) -> str:
        """The page of one pair of two folders. Raises PrediffError, IndexError, Unwanted."""
        make = result.pairs[number]
        # Also where it cannot be shown, whoever looks is at this pair, and can go on to the next.
        result.shown = {**_NOTHING_BESIDE, "pair": number}
        shown = self._shown(make(), unwanted)
        result.shown = {**shown.about, "pair": number}
        return shown.page

    def _check_given(self) -> None:
        if self.paths is None:
            raise InputError("`prediff web` was started without paths: pick the files here")

    def _is_folder(self, side: object) -> bool:
        return isinstance(side, Tree) or (isinstance(side, Given) and self._paths.folders)

    @property
    def _paths(self) -> Paths:
        assert self.paths is not None
        return self.paths

    @contextmanager
    def _crew(self, crews: queue.LifoQueue[Crew]) -> Iterator[Crew]:
        try:
            crew = crews.get(timeout=WAIT)
        except queue.Empty:
            raise InputError("too much is being compared at once: try again in a moment") from None
        try:
            yield crew
        finally:
            crews.put(crew)

    def _pair(self, request: Request, unwanted: Asked) -> Result:
        choices = request.choices
        given = any(isinstance(side, Given) for side in request.sides)
        config = self._config(choices, given)
        sides = self._contents(request, config)
        chosen = config.choose_language(sides[0].name), config.choose_language(sides[1].name)
        work = PairWork(sides, chosen, config.settings, config.context, self._words(choices), self.use_cache)
        shown = self._shown(work, unwanted)
        about = {
            **shown.about,
            "notes": [*(printable(note, keep="") for note in config.warnings), *shown.about["notes"]],
        }
        return Result(shown.page, about, weight=len(shown.page))

    def _words(self, choices: Choices) -> ModelSettings | None:
        """Who explains: the model of the user's configuration, never of a repository's, or the outline."""
        if choices.words == "model":
            return self.own.model
        return ModelSettings() if choices.words else None

    def _shown(self, work: PairWork, unwanted: Asked) -> Shown:
        by_model = work.words is not None and work.words.backend != "outline"
        limit = self.timeout + MODEL_LIMIT if by_model else self.timeout
        with (
            self._crew(self._models if by_model else self._crews) as crew,
            closing(crew.run_all(do, [(0, (work,))], 1, limit, prepare, unwanted)) as found,
        ):
            _, answer = next(found)
        if isinstance(answer, Failed):
            raise InputError(f"these two cannot be compared: {answer.reason}")
        assert isinstance(answer, Shown)
        return answer

    def _config(self, choices: Choices, given: bool) -> Config:
        """The configuration under what the controls say. Raises ConfigError."""
        if given:
            return moved(self._paths.config(), self.start, choices)
        settings = replace(
            self.own.settings,
            level=choices.level, view=choices.view, assume=choices.assume, refuse=choices.refuse, show=choices.show,
            language=choices.language, implementations=choices.implementations,
        )  # fmt: skip
        return replace(self.own, settings=settings)

    def _contents(self, request: Request, config: Config) -> tuple[Content, Content]:
        """The bytes of two files. Raises ReadError, InputError."""
        found: list[Content] = []
        for side in request.sides:
            if isinstance(side, Given):
                both = read_pair(self._paths.left, self._paths.right, config.choose_language)
                source = both[SIDES.index(side.side)]
                data = source.data if source.data is not None else source.text.encode()
                side = Content(source.path, data, False)
            assert isinstance(side, Content)
            if len(side.data) > MAX_FILE:
                raise InputError(
                    f"{side.name} has {len(side.data) >> 20} MiB, over the {MAX_FILE >> 20} MiB that the page takes; "
                    "`prediff diff` takes more"
                )
            found.append(side)
        return found[0], found[1]

    def _folders(self, request: Request, tick: Tick, unwanted: Asked) -> Result:
        left, right = request.sides
        if isinstance(left, Given) != isinstance(right, Given):
            raise InputError("pick both folders here, or neither: these two are in different places")
        config = self._config(request.choices, isinstance(left, Given))

        kept = Cache() if self.use_cache else Cache.none()
        with kept as cache, self._crew(self._crews) as crew:

            def run(work: object, items: Any, count: int, limit: float, prepared: object) -> Any:
                return crew.run_all(do, items, count, limit, prepare, unwanted)

            plan = Plan(
                lambda one, two: (config.settings, config.choose_language), config.settings, cache,
                globs=config.ignore, run=run, processes=cores(), timeout=self.timeout, context=config.context,
                tick=tick,
            )  # fmt: skip
            weight = 0
            if isinstance(left, Tree) and isinstance(right, Tree):
                files = Sent(left, right)
                roots: tuple[str, str] = SIDES
                weight = files.weight
                plan = replace(plan, files=files)
                report = compare_sent((left, right), files, plan, unwanted)
            else:
                assert isinstance(left, Given)
                assert isinstance(right, Given)
                roots = self._paths.of(left), self._paths.of(right)
                settle = partial(moved, start=self.start, choices=request.choices)
                plan = replace(plan, configured=Configured(roots, settle))
                report, _ = compare_folders(*roots, plan)
        report, rows = _linked(report)
        makers = [_maker(row, roots, plan, self._words(request.choices), self.use_cache) for row in rows]
        index = tree_html(report)
        about = {
            "verdict": "same" if report.same else "differs",
            "notes": [printable(note, keep="") for note in (*config.warnings, *cache.complaints)],
            "pairs": [printable(row.path, keep="") for row in rows],
        }
        return Result(index, about, makers, weight + len(index))


def moved(config: Config, start: Settings, choices: Choices) -> Config:
    """A configuration under what the controls say that they did not say at first.

    So a repository that is stricter stays so, until its user says otherwise.
    """
    old = config.settings
    granted, denied = choices.assume - start.assume, choices.refuse - start.refuse
    settings = replace(
        old,
        level=old.level if choices.level == start.level else choices.level,
        view=old.view if choices.view == start.view else choices.view,
        assume=((old.assume - (start.assume - choices.assume)) | granted) - denied,
        refuse=((old.refuse - (start.refuse - choices.refuse)) | denied) - granted,
        show=(old.show - (start.show - choices.show)) | (choices.show - start.show),
        language=choices.language,
        implementations=choices.implementations,
    )
    return replace(config, settings=settings)


def _linked(report: FolderReport) -> tuple[FolderReport, list[FileRow]]:
    """The report with a link for each pair of files that was compared, and these pairs."""
    rows: list[FileRow] = []
    linked: list[FileRow] = []
    for row in report.rows:
        if row.left is not None and row.right is not None and row.facts is not None:
            row = replace(row, page=f"pair/{len(rows)}")
            rows.append(row)
        linked.append(row)
    return replace(report, rows=tuple(linked)), rows


def _maker(
    row: FileRow, roots: tuple[str, str], plan: Plan, words: ModelSettings | None, use_cache: bool
) -> Callable[[], PairWork]:
    """Gives, when it is asked, what to compare for the page of a pair. It may raise InputError."""
    assert row.left is not None
    assert row.right is not None
    left, right = row.left, row.right

    def make() -> PairWork:
        sides = []
        for root, path in zip(roots, (left, right), strict=True):
            data = quiet_read(root, path, plan.files)
            if data is None or len(data) > MAX_FILE:
                raise InputError(
                    f"{path} cannot be shown: it is gone, or over the {MAX_FILE >> 20} MiB that the page takes"
                )
            sides.append(Content(path, data, False))
        full = [os.path.join(root, path) for root, path in zip(roots, (left, right), strict=True)]
        settings, choose = plan.configured(full[0], full[1])
        chosen = choose(full[0]), choose(full[1])
        return PairWork((sides[0], sides[1]), chosen, settings, plan.context, words, use_cache)

    return make
