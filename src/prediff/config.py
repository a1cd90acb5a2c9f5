"""Configuration: the user's own file, the repository's, and how they combine.

What is compared, and the repository it lies in, may be hostile, so a repository's configuration only ever
makes prediff stricter or quieter: a lower level, refused assumptions, more that is shown, a language for
files that nothing else names one for, files to ignore in folders. In order of strength, weakest first: the
defaults, the user's file, the repository's (which can only tighten), the options of the command line.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import field, fields, replace
from fnmatch import fnmatchcase
from typing import Any

from prediff import config_files
from prediff.config_files import FILES, folders_from
from prediff.errors import ConfigError
from prediff.lean_dataclasses import dataclass
from prediff.model import Settings
from prediff.models.settings import BACKENDS, DEVICES, ModelSettings

MAX_BYTES = 1 << 20

LEVELS = ("layout", "safe", "relaxed")
SHOWN = ("docs", "comments", "annotations", "imports")
READERS = ("auto", "ast", "libcst")
VIEWS = ("canonical", "aligned")
COLORS = ("auto", "always", "never")
SERVERS = ("manual", "auto")

_CHOICES = {"level": LEVELS, "reader": READERS, "view": VIEWS, "color": COLORS, "server": SERVERS}
_REPOSITORY_KEYS = ("level", "refuse", "show", "languages", "ignore")
_USER_KEYS = (
    *_REPOSITORY_KEYS,
    *("assume", "reader", "view", "color", "pager", "context", "viewers", "server", "watch", "model"),
)
_NEVER_FROM_A_REPOSITORY = frozenset(
    {*_USER_KEYS, "cache", "commands", "implementations", "output", "outputs", "run-code", "viewer"}
) - set(_REPOSITORY_KEYS)
"""Keys that are ignored in a repository, with a line that says so; any other unknown key is refused."""


@dataclass(frozen=True, slots=True)
class Globs:
    """Pairs of a glob and the language of the paths that it matches; the last match counts.

    A glob without a slash is matched against the file's name, else against the end of the path.
    """

    pairs: tuple[tuple[str, str], ...] = ()

    def find(self, path: str) -> str | None:
        """The language for a path, or None."""
        shown = path.replace(os.sep, "/")
        name = shown.rpartition("/")[2]
        for glob, language in reversed(self.pairs):
            of_path = "/" in glob and fnmatchcase(f"/{shown}", f"*/{glob.lstrip('/')}")
            if of_path or fnmatchcase(name, glob):
                return language
        return None


@dataclass(frozen=True, slots=True)
class Watched:
    """Two folders to watch, and the output folder of their mirror: absolute paths."""

    left: str
    right: str
    out: str


@dataclass(frozen=True, slots=True)
class Config:
    """What the configuration files gave. `warnings` are lines for the user about keys that were ignored.

    languages: the user's globs, which outrank a file's ending; repository_languages: those of the repository,
    which only name a language where nothing else does. ignore: globs of files to leave out where folders are
    compared; two files that are named are always compared. pager: a command, "" for none, None where not set. watch:
    what `prediff watch` keeps where no folders are named. viewers: the words of commands that open a pair, by the names
    that the user gave them. model: what explains differences in words.
    """

    settings: Settings = field(default_factory=Settings)
    languages: Globs = field(default_factory=Globs)
    repository_languages: Globs = field(default_factory=Globs)
    ignore: tuple[str, ...] = ()
    color: str = "auto"
    pager: str | None = None
    context: int = 3
    viewers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    watch: tuple[Watched, ...] = ()
    model: ModelSettings = field(default_factory=ModelSettings)
    warnings: tuple[str, ...] = ()

    def choose_language(self, path: str) -> tuple[str | None, str | None]:
        """For `read.read_pair`: the language a path must be read in, and the one to fall back to."""
        return self.settings.language or self.languages.find(path), self.repository_languages.find(path)


def load_config(paths: Sequence[str], folders: Sequence[str] = ()) -> Config:
    """The configuration for the files at `paths`: the user's own, tightened by that of their repositories.

    folders: further ones, there or not, whose repositories tighten it too. Raises ConfigError, naming file and key, for
    unknown keys and bad values.
    """
    tables = [repository_table(path) for path in paths] + [_table_above(folder) for folder in folders]
    return _with_repositories(_own(), [found for found in tables if found])


def load_config_from(
    own: tuple[str, bytes] | None, above: Sequence[Sequence[Sequence[tuple[str, bytes]]]]
) -> Config:
    """The same from contents that were read before.

    own: name and content of the user's file. above: for each compared file, for each folder above it from its own
    upward, names and contents of the files there that may configure prediff. Raises as `load_config`.
    """
    tables = []
    for folders in above:
        for files in folders:
            read = [(file, _table_of(file, data)) for file, data in files]
            if found := [(file, table) for file, table in read if table is not None]:
                tables.append(_alone(found))
                break
    return _with_repositories(own, tables)


def load_config_of(read: Callable[[Sequence[str]], Mapping[str, bytes]], paths: Sequence[str]) -> Config:
    """The configuration for files of a tree in git: the user's own, tightened by what stands in that tree above them.

    read: gives the contents of those files of the tree that are there. Raises as `load_config`.
    """
    above = {path: list(_folders_above(path)) for path in dict.fromkeys(paths)}
    asked = sorted({folder + name for folders in above.values() for folder in folders for name in FILES})
    data = read(asked)
    tables = {path: _table_of(path, _limited(path, content)) for path, content in data.items()}
    nearest = [found for folders in above.values() if (found := _nearest(folders, tables))]
    return _with_repositories(_own(), nearest)


def user_file() -> str:
    """Where the user's own configuration is looked for; it need not exist."""
    return config_files.user_file()


def _own() -> tuple[str, bytes] | None:
    """The user's file and what it holds."""
    file = user_file()
    return (file, _read(file)) if os.path.lexists(file) else None


def _with_repositories(own: tuple[str, bytes] | None, tables: Sequence[tuple[str, dict[str, Any]]]) -> Config:
    """The user's own configuration, tightened by each table of a repository's file."""
    config = Config()
    if own is not None:
        file, data = own
        config = _of_the_user(file, _check(file, _parse(file, data), _USER_KEYS))
    for file, table in dict(tables).items():
        config = _tightened(config, file, table)
    return config


def _folders_above(path: str) -> Iterator[str]:
    """The folders that a path of a tree lies in, from its own to the top, each with a slash at its end or empty."""
    while path:
        path = path.rstrip("/").rpartition("/")[0]
        path += "/" if path else ""
        yield path


def _nearest(
    folders: Sequence[str], tables: Mapping[str, dict[str, Any] | None]
) -> tuple[str, dict[str, Any]] | None:
    """The file that configures prediff in the first of some folders that has one, and its table."""
    for folder in folders:
        found = [(folder + name, table) for name in FILES if (table := tables.get(folder + name)) is not None]
        if found:
            return _alone(found)
    return None


def _alone(found: Sequence[tuple[str, dict[str, Any]]]) -> tuple[str, dict[str, Any]]:
    if len(found) > 1:
        both = f"{found[0][0]} and [tool.prediff] in {found[1][0]}"
        raise ConfigError(f"{both} both configure prediff; keep one")
    return found[0]


def repository_table(path: str) -> tuple[str, dict[str, Any]] | None:
    """The configuration file that is nearest above a compared file, and its table.

    Folders are searched upward to the root of the repository; outside one only the file's own folder is.
    Raises ConfigError where one folder has both a `.prediff.toml` and a `[tool.prediff]`.
    """
    return _table_above(os.path.dirname(path)) if os.path.isfile(path) else None


def _table_above(start: str) -> tuple[str, dict[str, Any]] | None:
    for folder in folders_from(start):
        found = []
        for name in FILES:
            file = os.path.join(folder, name)
            table = _table(file) if os.path.lexists(file) else None
            if table is not None:
                found.append((file, table))
        if found:
            return _alone(found)
    return None


def _table(file: str) -> dict[str, Any] | None:
    return _table_of(file, _read(file))


def _table_of(file: str, data: bytes) -> dict[str, Any] | None:
    if file.endswith(".prediff.toml"):
        return _parse(file, data)
    if b"prediff" not in data:
        return None
    tool = _parse(file, data).get("tool")
    table = tool.get("prediff") if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        raise ConfigError(f"{file}: tool.prediff must be a table")
    return table


def _read(file: str) -> bytes:
    try:
        if not stat.S_ISREG(os.stat(file).st_mode):
            raise ConfigError(f"{file} is not a file, so it cannot be read as configuration")
        with open(file, "rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ConfigError(f"cannot read the configuration {file}: {reason}") from None
    return _limited(file, data)


def _limited(file: str, data: bytes) -> bytes:
    if len(data) > MAX_BYTES:
        raise ConfigError(f"{file} is larger than {MAX_BYTES >> 20} MiB, too large for a configuration")
    return data


def _parse(file: str, data: bytes) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(data.decode())
    except UnicodeDecodeError:
        raise ConfigError(f"{file} is not valid UTF-8, which TOML asks for") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(f"{file} is not valid TOML: {error}") from None


def _of_the_user(file: str, table: Mapping[str, Any]) -> Config:
    defaults = Config()
    settings = Settings(
        level=table.get("level", "safe"),
        assume=frozenset(table.get("assume", ())),
        refuse=frozenset(table.get("refuse", ())),
        show=frozenset(table.get("show", ())),
        reader=table.get("reader", "auto"),
        view=table.get("view", "aligned"),
    )
    both = sorted(settings.assume & settings.refuse)
    if both:
        raise ConfigError(f"{file}: {both[0]} is both assumed and refused")
    return replace(
        defaults,
        settings=settings,
        languages=Globs(tuple(table.get("languages", {}).items())),
        ignore=tuple(table.get("ignore", ())),
        color=table.get("color", defaults.color),
        pager=table.get("pager"),
        context=table.get("context", defaults.context),
        viewers={name: _words(command) for name, command in table.get("viewers", {}).items()},
        watch=tuple([_watched(file, one) for one in table.get("watch", ())]),
        model=_model(file, table.get("model", {})),
    )


def _words(command: str | list[str]) -> tuple[str, ...]:
    """The words of a command; no shell reads it."""
    from shlex import split

    return tuple(command if isinstance(command, list) else split(command))


def _tightened(config: Config, file: str, table: Mapping[str, Any]) -> Config:
    """`config` under what a repository asks for: nothing in it grants more than there was."""
    ignored = [key for key in table if key in _NEVER_FROM_A_REPOSITORY]
    table = _check(file, {k: v for k, v in table.items() if k not in ignored}, _REPOSITORY_KEYS)
    warnings = [
        f"{file}: {key} is ignored: only your own configuration or an option sets it" for key in ignored
    ]
    old = config.settings
    level = table.get("level", old.level)
    if LEVELS.index(level) > LEVELS.index(old.level):
        warnings.append(f'{file}: level = "{level}" is ignored: a repository can only lower it ({old.level})')
        level = old.level
    refuse = frozenset(table.get("refuse", ()))
    languages = config.repository_languages.pairs + tuple(table.get("languages", {}).items())
    return replace(
        config,
        settings=replace(
            old,
            level=level,
            assume=old.assume - refuse,
            refuse=old.refuse | refuse,
            show=old.show | frozenset(table.get("show", ())),
        ),
        repository_languages=Globs(languages),
        ignore=config.ignore + tuple(table.get("ignore", ())),
        warnings=config.warnings + tuple(warnings),
    )


def _check(file: str, table: Mapping[str, Any], keys: Sequence[str]) -> Mapping[str, Any]:
    """The table, once each key is known and each value is one that the key takes."""
    for key, value in table.items():
        if key not in keys:
            raise ConfigError(f"{file}: unknown key {key!r}{did_you_mean(key, keys)}")
        if key in _CHOICES:
            one_of(f"{file}: {key}", value, _CHOICES[key])
        elif key in ("assume", "refuse", "show", "ignore"):
            if not isinstance(value, list):
                raise ConfigError(f"{file}: {key} must be a list of strings")
            for word in value:
                _check_word(file, key, word)
        elif key == "languages":
            _check_languages(file, value)
        elif key == "viewers":
            _check_viewers(file, value)
        elif key == "pager" and not isinstance(value, str):
            raise ConfigError(f'{file}: pager must be a command as a string ("" for none)')
        elif key == "context" and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
            raise ConfigError(f"{file}: context must be a number of lines, 0 or more")
        elif key == "model" and not isinstance(value, dict):
            raise ConfigError(f"{file}: model must be a table, [model], with backend, name and the like")
        elif key == "watch" and not (isinstance(value, list) and all(isinstance(one, dict) for one in value)):
            raise ConfigError(f"{file}: watch must be tables, each under [[watch]], with left, right and out")
    return table


def _watched(file: str, table: Mapping[str, Any]) -> Watched:
    """One `[[watch]]`. Its paths are absolute: who starts a watch, and in which folder, is not known."""
    for key in (*table, "left", "right", "out"):
        if key not in ("left", "right", "out"):
            raise ConfigError(f"{file}: watch: unknown key {key!r}; left, right and out are known")
        path = table.get(key)
        if not isinstance(path, str) or not os.path.isabs(os.path.expanduser(path)):
            raise ConfigError(f"{file}: watch: {key} must be a folder as an absolute path, or one from ~")
    return Watched(*(os.path.expanduser(table[key]) for key in ("left", "right", "out")))


_NUMBERS = {
    "temperature": (0.0, 2.0),
    "top_p": (0.01, 1.0),
    "thinking_tokens": (0, 40_960),
    "limit": (1, 10_000),
    "timeout": (1.0, 3600.0),
    "seed": (0, 2**31 - 1),
}
"""The least and the most that a number of `[model]` may be; whole where these are."""


def _model(file: str, table: Mapping[str, Any]) -> ModelSettings:
    """The table `[model]`."""
    known = {one.name: one.default for one in fields(ModelSettings)}
    for key, value in table.items():
        where = f"{file}: model.{key}"
        if key not in known:
            raise ConfigError(f"{file}: model: unknown key {key!r}{did_you_mean(key, tuple(known))}")
        if key in ("backend", "device"):
            one_of(where, value, BACKENDS if key == "backend" else DEVICES)
        elif key in _NUMBERS:
            _check_number(where, value, *_NUMBERS[key])
        elif isinstance(known[key], bool) and not isinstance(value, bool):
            raise ConfigError(f"{where} must be true or false")
        elif not isinstance(known[key], bool) and not isinstance(value, str):
            raise ConfigError(f"{where} must be a string")
    found = ModelSettings(**table)
    needed = {"transformers": "name", "http": "url"}.get(found.backend)
    if needed and not getattr(found, needed):
        raise ConfigError(f'{file}: model: backend = "{found.backend}" needs {needed}')
    if found.url and not found.url.startswith(("http://", "https://")):
        raise ConfigError(f"{file}: model.url must be an address that begins with http:// or https://")
    return found


def _check_number(where: str, value: Any, least: float, most: float) -> None:
    whole = isinstance(least, int)
    if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
        raise ConfigError(f"{where} must be a {'whole ' * whole}number")
    if not least <= value <= most:
        raise ConfigError(f"{where} must be between {least} and {most}")


def _check_word(file: str, key: str, word: Any) -> None:
    if key == "ignore":
        if not isinstance(word, str):
            raise ConfigError(f"{file}: ignore must be a list of strings")
        return
    from prediff.rules.assumptions import ASSUMPTIONS

    one_of(f"{file}: {key}", word, SHOWN if key == "show" else tuple(ASSUMPTIONS))


def _check_languages(file: str, value: Any) -> None:
    from prediff.languages import LANGUAGES

    if not isinstance(value, dict):
        raise ConfigError(f'{file}: languages must be a table of globs, such as "*.pyx" = "python"')
    for glob, language in value.items():
        one_of(f"{file}: languages.{glob}", language, tuple(LANGUAGES))


def _check_viewers(file: str, value: Any) -> None:
    if not isinstance(value, dict):
        raise ConfigError(
            f'{file}: viewers must be a table of commands, such as mine = "tool {{left}} {{right}}"'
        )
    for name, command in value.items():
        words: Any = None
        if isinstance(command, str) or (
            isinstance(command, list) and all(isinstance(word, str) for word in command)
        ):
            with suppress(ValueError):
                words = _words(command)
        if not words:
            raise ConfigError(f"{file}: viewers.{name} must be a command, as a string or a list of its words")


def one_of(where: str, value: Any, choices: Sequence[str]) -> None:
    """Raise ConfigError, with the nearest choice, unless `value` is one of `choices`."""
    if value not in choices:
        known = f" (one of {', '.join(choices)})" if len(choices) < 8 else ""
        raise ConfigError(f"{where} cannot be {value!r}{did_you_mean(str(value), choices) or known}")


def did_you_mean(word: str, choices: Sequence[str]) -> str:
    """`; did you mean X?` for the choice that is nearest to `word`, or nothing."""
    from difflib import get_close_matches

    near = get_close_matches(word, choices, 1, 0.6)
    return f"; did you mean {near[0]}?" if near else ""
