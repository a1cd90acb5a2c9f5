"""Configuration: a repository can only make prediff stricter or quieter, and every mistake is named."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from prediff import config
from prediff.config import Config, load_config
from prediff.errors import ConfigError
from prediff.models.settings import ModelSettings
from prediff.rules import assumptions


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's own configuration file, which does not exist yet."""
    file = tmp_path / "home" / "config.toml"
    file.parent.mkdir()
    monkeypatch.setattr(config, "user_file", lambda: str(file))
    return file


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with a file to compare in a folder of its own."""
    root = tmp_path / "repository"
    (root / ".git").mkdir(parents=True)
    (root / "src").mkdir()
    (root / "src" / "a.py").write_text("x = 1\n")
    return root


def load(repository: Path) -> Config:
    return load_config([str(repository / "src" / "a.py")])


def test_the_defaults(home, repository):
    assert load(repository) == Config()


def test_the_users_file_sets_everything(home, repository):
    home.write_text(
        'level = "relaxed"\nassume = ["str-formats"]\nrefuse = ["docs-unread"]\nshow = ["imports"]\n'
        'reader = "libcst"\ncolor = "never"\npager = "less -S"\ncontext = 7\nignore = ["*.lock"]\n'
        '[languages]\n"*.pyx" = "python"\n'
    )
    found = load(repository)
    assert found.settings.level == "relaxed"
    assert found.settings.assume == {"str-formats"}
    assert found.settings.refuse == {"docs-unread"}
    assert found.settings.show == {"imports"}
    assert found.settings.reader == "libcst"
    assert (found.color, found.pager, found.context) == ("never", "less -S", 7)
    assert found.ignore == ("*.lock",)
    assert found.choose_language("a/b.pyx") == ("python", None)
    assert found.warnings == ()


@pytest.mark.parametrize(("name", "head"), [(".prediff.toml", ""), ("pyproject.toml", "[tool.prediff]\n")])
@pytest.mark.parametrize("folder", [".", "src"])
def test_a_repository_is_stricter(home, repository, name, head, folder):
    home.write_text('assume = ["no-nan"]\nshow = ["imports"]\n')
    text = 'level = "layout"\nrefuse = ["docs-unread", "no-nan"]\nshow = ["docs"]\nignore = ["*.min.js"]\n'
    (repository / folder / name).write_text(head + text)
    found = load(repository)
    assert found.settings.level == "layout"
    assert found.settings.refuse == {"docs-unread", "no-nan"}
    assert found.settings.assume == frozenset()
    assert found.settings.show == {"docs", "imports"}
    assert found.ignore == ("*.min.js",)
    assert found.warnings == ()


def test_a_repository_cannot_raise_the_level(home, repository):
    (repository / ".prediff.toml").write_text('level = "relaxed"\n')
    found = load(repository)
    assert found.settings.level == "safe"
    assert [w.partition(": ")[2] for w in found.warnings] == [
        'level = "relaxed" is ignored: a repository can only lower it (safe)'
    ]


def test_a_repository_can_have_the_level_of_the_user(home, repository):
    home.write_text('level = "relaxed"\n')
    (repository / ".prediff.toml").write_text('level = "relaxed"\n')
    assert load(repository).settings.level == "relaxed"


@pytest.mark.parametrize(
    "line",
    [
        'assume = ["public-names-unread"]',
        'pager = "sh -c evil"',
        'color = "always"',
        'reader = "libcst"',
        'view = "aligned"',
        "context = 0",
        'viewer = "evil"',
        'model = "https://evil.example"',
        "outputs = 1",
        "run-code = true",
        "implementations = true",
    ],
)
def test_a_repository_cannot_set_what_is_the_users(home, repository, line):
    (repository / ".prediff.toml").write_text(line + "\n")
    found = load(repository)
    assert (found.settings, found.pager, found.color, found.context) == (Config().settings, None, "auto", 3)
    key = line.partition(" ")[0]
    file = repository / ".prediff.toml"
    assert found.warnings == (f"{file}: {key} is ignored: only your own configuration or an option sets it",)


def test_a_repository_names_languages_only_where_nothing_else_does(home, repository):
    (repository / ".prediff.toml").write_text('[languages]\n"*.py" = "javascript"\n"x/*" = "python"\n')
    found = load(repository)
    assert found.choose_language("a.py") == (None, "javascript")
    assert found.choose_language("y/x/a") == (None, "python")
    assert found.choose_language("yx/a") == (None, None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('levle = "safe"', "unknown key 'levle'; did you mean level?"),
        ("colour = 1", "unknown key 'colour'"),
        ('level = "saef"', "level cannot be 'saef'; did you mean safe?"),
        ("level = 3", "level cannot be 3 (one of layout, safe, relaxed)"),
        ('level = ["safe"]', "level cannot be ['safe']"),
        ('refuse = "docs-unread"', "refuse must be a list of strings"),
        ('refuse = ["doc-unread"]', "refuse cannot be 'doc-unread'; did you mean docs-unread?"),
        ("show = [1]", "show cannot be 1 (one of docs, comments, annotations, imports)"),
        ("ignore = [1]", "ignore must be a list of strings"),
        ("languages = 1", "languages must be a table of globs"),
        ('languages = {"*.x" = "pyhton"}', "languages.*.x cannot be 'pyhton'; did you mean python?"),
        ("level =", "is not valid TOML"),
        ("x = " + "[" * 5000, "is not valid TOML"),
    ],
)
@pytest.mark.parametrize("whose", ["user", "repository"])
def test_mistakes_are_named(home, repository, text, message, whose):
    file = home if whose == "user" else repository / ".prediff.toml"
    file.write_text(text + "\n")
    with pytest.raises(ConfigError) as error:
        load(repository)
    assert message in str(error.value)
    assert str(error.value).startswith(f"{file}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("pager = 1", "pager must be a command as a string"),
        ("context = -1", "context must be a number of lines"),
        ("context = true", "context must be a number of lines"),
        ('color = "red"', "color cannot be 'red'"),
        ('assume = ["no-nan"]\nrefuse = ["no-nan"]', "no-nan is both assumed and refused"),
        ('model = "x"', r"model must be a table, \[model\]"),
        ("[model]\nsummarise = true", "model: unknown key 'summarise'; did you mean summaries?"),
        ("[model]\nsummaries = 1", "model.summaries must be true or false"),
        ("[model]\nname = 1", "model.name must be a string"),
        ('[model]\nbackend = "htp"', "model.backend cannot be 'htp'; did you mean http?"),
        ('[model]\nbackend = "http"', 'backend = "http" needs url'),
        ('[model]\nbackend = "transformers"', 'backend = "transformers" needs name'),
        ('[model]\nurl = "file:///etc/passwd"', "model.url must be an address"),
        ("[model]\ntemperature = 3", "model.temperature must be between 0.0 and 2.0"),
        ("[model]\nlimit = 1.5", "model.limit must be a whole number"),
        ("[model]\nseed = true", "model.seed must be a whole number"),
    ],
)
def test_mistakes_of_the_user_are_named(home, repository, text, message):
    home.write_text(text + "\n")
    with pytest.raises(ConfigError, match=message):
        load(repository)


def test_the_model_is_the_users_alone(home, repository):
    home.write_text('[model]\nsummaries = true\nbackend = "http"\nurl = "http://127.0.0.1:1/v1"\n')
    (repository / ".prediff.toml").write_text('[model]\nurl = "http://elsewhere/v1"\nremote = true\n')
    found = load(repository)
    assert found.model == ModelSettings(summaries=True, backend="http", url="http://127.0.0.1:1/v1")
    assert any("model is ignored" in line for line in found.warnings)


def test_two_configurations_in_one_folder_are_refused(home, repository):
    (repository / ".prediff.toml").write_text("")
    (repository / "pyproject.toml").write_text("[tool.prediff]\n")
    with pytest.raises(ConfigError, match="both configure prediff; keep one"):
        load(repository)


def test_a_pyproject_for_others_is_none(home, repository):
    (repository / "pyproject.toml").write_text('[project]\nname = "prediff-user"\n')
    (repository / "src" / "pyproject.toml").write_text("not even TOML\n")
    assert load(repository) == Config()


def test_the_nearest_file_counts(home, repository):
    (repository / ".prediff.toml").write_text('level = "layout"\n')
    (repository / "src" / ".prediff.toml").write_text('show = ["docs"]\n')
    found = load(repository).settings
    assert found.level == "safe"
    assert found.show == {"docs"}


def test_nothing_above_the_repository_is_read(home, repository):
    (repository.parent / ".prediff.toml").write_text("levle = 1\n")
    assert load(repository) == Config()


def test_outside_a_repository_only_the_files_own_folder_is(home, tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / ".prediff.toml").write_text('level = "layout"\n')
    for name in ("a/x.py", "a/b/x.py"):
        (tmp_path / name).write_text("")
    assert load_config([str(tmp_path / "a" / "x.py")]).settings.level == "layout"
    assert load_config([str(tmp_path / "a" / "b" / "x.py")]).settings.level == "safe"


def test_both_sides_tighten(home, tmp_path):
    for name, level in (("a", "layout"), ("b", "safe")):
        (tmp_path / name / ".git").mkdir(parents=True)
        (tmp_path / name / ".prediff.toml").write_text(f'level = "{level}"\nshow = ["docs"]\n')
        (tmp_path / name / "x.py").write_text("")
    found = load_config([str(tmp_path / name / "x.py") for name in ("a", "b")])
    assert found.settings.level == "layout"
    assert len(found.warnings) == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes")
def test_a_pipe_is_no_configuration(home, repository):
    os.mkfifo(repository / ".prediff.toml")
    with pytest.raises(ConfigError, match="is not a file"):
        load(repository)


def test_a_huge_file_is_no_configuration(home, repository):
    (repository / ".prediff.toml").write_bytes(b"#" * (config.MAX_BYTES + 1))
    with pytest.raises(ConfigError, match="too large"):
        load(repository)


def test_the_users_file_is_where_the_platform_says(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert Path(config.user_file()).parts[-2:] == ("prediff", "config.toml")


def test_the_levels_are_those_of_the_assumptions():
    assert config.LEVELS == assumptions.LEVELS


@pytest.mark.parametrize("named", [None, "", "/somewhere/else", "relative"])
@pytest.mark.parametrize("home", ["/home/me", ""])
def test_the_users_file_is_where_platformdirs_says(
    monkeypatch: pytest.MonkeyPatch, named: str | None, home: str
) -> None:
    """The quick way to its place gives what the slow one does."""
    from platformdirs import user_config_dir

    monkeypatch.setenv("HOME", home)
    if named is None:
        monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    else:
        monkeypatch.setenv("XDG_CONFIG_HOME", named)
    found = Path(config.user_file())
    assert found == Path(user_config_dir("prediff", appauthor=False)) / "config.toml"


def test_what_was_read_before_configures_as_what_is_there(tmp_path: Path) -> None:
    """What a command sends to a server is what it would have read."""
    from prediff.cli.warm import _above

    (tmp_path / ".git").mkdir()
    (tmp_path / "p" / "q").mkdir(parents=True)
    (tmp_path / ".prediff.toml").write_text('level = "layout"\n')
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    (tmp_path / "p" / "pyproject.toml").write_text("[tool.other]\nprediff = 1\n")
    (tmp_path / "p" / "q" / "pyproject.toml").write_text("[tool.prediff]\nshow = ['docs']\n")
    for path in (tmp_path / "a.py", tmp_path / "p" / "b.py", tmp_path / "p" / "q" / "c.py"):
        path.write_text("")
        sent = config.load_config_from(None, [_above(str(path))])
        assert sent.settings == config.load_config((str(path),)).settings
