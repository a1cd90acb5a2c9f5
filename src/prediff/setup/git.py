"""git: `git difftool` and `git pdiff` through prediff; a textconv or an external diff where the user asks for them."""

from __future__ import annotations

import os
from collections.abc import Mapping

from prediff.errors import ConfigError
from prediff.languages import LANGUAGES
from prediff.setup import git_config as config
from prediff.setup.command import command
from prediff.setup.edit import with_block
from prediff.setup.git_config import Values, last
from prediff.setup.target import Choices, FileEdit, Place, Plan, Target
from prediff.versions import rules_version

_S = "[ \t]"  # POSIX has no escapes in brackets: this is a tab
_WORD = "[A-Za-z_$][A-Za-z0-9_$]*"
_EXPORT = f"(export{_S}+(default{_S}+)?)?"
HEADERS: Mapping[str, str] = {
    "python": f"^{_S}*((class|def|async{_S}+def){_S}+[^ \t(].*)$",
    "javascript": "\n".join(
        (
            f"!^{_S}*(if|else|for|while|do|switch|catch|with|return|throw|await|new|super)[^A-Za-z0-9_$]",
            f"^{_S}*({_EXPORT}(async{_S}+)?(function|class)([ \t*({{].*)?)$",
            f"^{_S}*({_EXPORT}(const|let|var){_S}+{_WORD}{_S}*={_S}*"
            f"(class|(async{_S}*)?(function|{_WORD}{_S}*=>|[(].*=>)).*)$",
            f"^{_S}+(((static|async|get|set){_S}+)*[*]?{_S}*#?{_WORD}{_S}*[(].*[)]{_S}*[{{]){_S}*$",
        )
    ),
}
"""For each language, what git shows after the @@ of a hunk: `xfuncname` as gitattributes(5) describes it."""

_MARK = "# git shows these files through prediff (prediff setup git)"


def plan(choices: Choices) -> Plan:
    """Raises ToolError where git is missing, cannot read its configuration, or there is no repository for `local`."""
    config.check_git()
    if choices.viewer == config.TOOL:
        raise ConfigError("the viewer cannot be prediff itself: name the tool that shows what prediff made")
    file, attributes, inside = _files(choices.scope)
    others = _others(file)
    drivers = _drivers(choices.options, _has_identity(others, file))
    notes = list(_notes(choices, others, file))

    def add(data: bytes | None) -> bytes:
        own = config.values_of(data or b"")
        return config.with_entries(data or b"", _entries(choices, own, others, drivers))

    edits = [FileEdit(file, "git-config", add, inside)]
    if drivers:
        edits.append(FileEdit(attributes, "block", lambda data: with_block(data, _attributes()), inside))
    return Plan(tuple(edits), tuple(notes))


def places(scope: str) -> tuple[Place, ...]:
    file, attributes, inside = _files(scope)
    return ((file, "git-config", inside), (attributes, "block", inside))


def _files(scope: str) -> tuple[str, str, str | None]:
    """The configuration, the attributes, and for a repository the folder that both must be in."""
    if scope == "local":
        return config.local_path("config"), config.local_path("info/attributes"), config.common_folder()
    named = None
    for one in config.user_files():
        named = config.path_in(one.path, "core.attributesfile") or named
    if named and not os.path.isabs(named):
        raise ConfigError(f"core.attributesFile is {named}: prediff writes to a full path only")
    return config.global_file(), named or config.default_attributes(), None


def _others(file: str) -> Values:
    """What all files but one say, of the user's and the system's; a repository names no viewer for its user."""
    found = [config.values_in(one.path) for one in config.user_files() if one.path != file]
    own = config.values_in(file, includes=False)
    for key, some in config.values_in(file).items():
        if included := [value for value in some if value not in own.get(key, [])]:
            found.append({key: included})
    return config.merged(found)


def _entries(
    choices: Choices, own: Values, others: Values, drivers: list[tuple[str, str]]
) -> list[tuple[str, str]]:
    entries = [(key, config.TOOL) for key in _tool_keys(own, others)]
    if viewer := choices.viewer or find_viewer(own, others):
        entries.append((config.VIEWER, viewer))
    entries.append((config.CMD, f'{command("difftool", "--")} "$LOCAL" "$REMOTE" "$MERGED"'))
    if config.PROMPT not in own and config.PROMPT not in others:
        # The question would come for each file, those included that are the same in logic and not shown.
        entries.append((config.PROMPT, "false"))
    alias = last(own, config.ALIAS) or last(others, config.ALIAS)
    if alias is None or config.is_ours(config.ALIAS, alias):
        entries.append((config.ALIAS, f"!{command('pdiff')}"))
    return entries + drivers


def _tool_keys(own: Values, others: Values) -> tuple[str, ...]:
    """The keys by which git finds prediff; that of graphical tools too where git would prefer it."""
    gui = last(own, "diff.guitool") or last(others, "diff.guitool")
    return config.TOOL_KEYS if gui and _prefers_gui(own, others) else config.TOOL_KEYS[:1]


def _prefers_gui(own: Values, others: Values) -> bool:
    value = last(own, "difftool.guidefault") or last(others, "difftool.guidefault")
    auto = value is not None and value.lower() == "auto"
    return bool(os.environ.get("DISPLAY")) if auto else config.is_true(value)


def find_viewer(own: Values, others: Values) -> str | None:
    """The tool that git would use without us, in git's own order; what prediff.viewer says where that is prediff."""
    keys = ["diff.tool", "merge.tool"]
    if _prefers_gui(own, others):
        keys = ["diff.guitool", "merge.guitool", *keys]
    for key in keys:
        tool = last(own, key) or last(others, key)
        if tool == config.TOOL:
            tool = last(own, config.VIEWER) or last(others, config.VIEWER)
        if tool:
            return tool
    return None


def _has_identity(others: Values, file: str) -> bool:
    """Whether the user has a name for commits: git commits what it caches, and without one git diff would fail."""
    values = config.merged([others, config.values_in(file)])
    return all(last(values, f"user.{key}") or last(values, f"committer.{key}") for key in ("name", "email"))


def _drivers(options: frozenset[str], cached: bool) -> list[tuple[str, str]]:
    """The entries of each language's driver. cached: whether git may keep what textconv gave."""
    entries = []
    for language in LANGUAGES if options else ():
        name = f"diff.prediff-{language}"
        entries.append((f"{name}.xfuncname", HEADERS[language]))
        if "textconv" in options:
            line = command("textconv", "--lang", language, "--rules", rules_version())
            entries += [(f"{name}.textconv", line), (f"{name}.cachetextconv", "true" if cached else "false")]
        if "external" in options:
            entries.append((f"{name}.command", command("external-diff", "--")))
    return entries


def _attributes() -> list[str]:
    rows = [f"*{ending} diff=prediff-{name}" for name, endings in LANGUAGES.items() for ending in endings]
    return [_MARK, *rows]


def _notes(choices: Choices, others: Values, file: str) -> list[str]:
    notes = []
    own = config.values_in(file, includes=False)
    alias = last(own, config.ALIAS) or last(others, config.ALIAS)
    if alias and not config.is_ours(config.ALIAS, alias):
        notes.append("you have an alias pdiff of your own, which stays: git pdiff is not set up")
    if not (choices.viewer or find_viewer(own, others)):
        notes.append(
            "git names no diff tool of yours: one that is installed will be taken; --viewer names one, such as meld"
        )
    if "textconv" in choices.options:
        if not _has_identity(others, file):
            notes.append(
                "git can keep what prediff made only for one who has a user.name and user.email: set them, then set"
                " up again, and git log -p gets quicker"
            )
        notes.append(
            "with --textconv, git diff, log -p, show and blame show these files in normal form: a patch made by"
            " git diff > FILE does not apply (add --no-textconv, or use git format-patch), and blame shows the"
            " normal form, line by line"
        )
    if "external" in choices.options:
        notes.append(
            "with --external, git diff shows these files through prediff, and git difftool too, in place of your"
            " viewer: a patch made by git diff > FILE does not apply (add --no-ext-diff)"
        )
    return notes


TARGET = Target(
    name="git",
    summary="git difftool and git pdiff; with --textconv or --external also git diff",
    scopes=("global", "local"),
    plan=plan,
    places=places,
    options=frozenset({"textconv", "external", "viewer"}),
    program="git",
)
