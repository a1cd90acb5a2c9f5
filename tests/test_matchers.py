"""Units that were renamed and rewritten, split, merged or moved are found again; others are left alone."""

from __future__ import annotations

import random

import pytest

from prediff.align import align
from prediff.languages import get_language
from prediff.matchers import MATCHERS, fold, parameters
from prediff.matchers.features import Reader
from prediff.matchers.pairing import Sequences, pair_up
from prediff.matchers.similarity import find_alike, match_across
from prediff.matchers.units import units_of
from prediff.model import Settings, SourceFile
from prediff.pipeline import compare
from prediff.read import read_path

PYTHON = get_language("python")

LOAD = """\
def load_config(path, defaults):
    with open(path, encoding="utf-8") as handle:
        lines = handle.readlines()
    values = dict(defaults)
    for line in lines:
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        key, _, value = line.partition("=")
        values[key.strip()] = value.strip()
    return values
"""
READ = """\
def read_settings(file_name, fallback):
    values = dict(fallback)
    text = Path(file_name).read_text(encoding="utf-8")
    for number, line in enumerate(text.splitlines()):
        if line.strip() and not line.startswith("#"):
            key, found, value = line.partition("=")
            if not found:
                raise ValueError(f"line {number} has no value")
            values[key.strip()] = value.strip()
    return values
"""
SEND = """\
def send_report(recipients, subject, body):
    message = EmailMessage()
    message["Subject"] = subject
    message["To"] = ", ".join(recipients)
    message.set_content(body)
    with SMTP(HOST) as server:
        server.send_message(message)
"""
MAIL = """\
def mail(to, subject, text, attachments=()):
    message = EmailMessage()
    message["To"] = ", ".join(sorted(to))
    message["Subject"] = f"[report] {subject}"
    message.set_content(text)
    for attachment in attachments:
        message.add_attachment(attachment.data, filename=attachment.name)
    with SMTP(HOST, timeout=TIMEOUT) as server:
        server.login(USER, PASSWORD)
        server.send_message(message)
"""
AREA = """\
def area(shape):
    total = 0.0
    for (x1, y1), (x2, y2) in zip(shape, shape[1:] + shape[:1]):
        total += x1 * y2 - x2 * y1
    return abs(total) / 2
"""
STAYS = """\
def retry(call, times):
    for attempt in range(times):
        try:
            return call()
        except OSError:
            sleep(2 ** attempt)
    return call()
"""


def tree(text, language=PYTHON):
    return language.read(text, "auto").tree


def found(left, right, language=PYTHON):
    """What is alike in two texts, and the dotted names of their units by path."""
    one, two = tree(left, language), tree(right, language)
    alike = find_alike(one, two, fold(MATCHERS, one, two, language.traits), language.traits)
    return alike, names(one), names(two)


def names(block):
    nodes = {unit.path: unit.node.name for unit in units_of(block.body)}
    return {path: ".".join(nodes[path[:k]] for k in range(1, len(path) + 1)) for path in nodes}


def pairs(left, right, language=PYTHON):
    alike, one, two = found(left, right, language)
    return {(one[p.left], two[p.right]) for p in alike.alike}


def methods(name, *functions):
    body = "\n".join(functions).splitlines()
    return f"class {name}:\n" + "\n".join(f"    {line}" for line in body) + "\n"


def test_a_function_that_was_renamed_and_rewritten_is_found():
    alike, one, two = found(LOAD + STAYS, STAYS + READ)
    (pair,) = alike.alike
    assert (one[pair.left], two[pair.right]) == ("load_config", "read_settings")
    assert 0.3 < pair.likeness < 0.8
    assert {(one[a], two[b]) for a, b in alike.known.items()} == {("retry", "retry")}


def test_each_finds_its_own_in_a_shuffled_file():
    left, right = [LOAD, SEND, STAYS, AREA], [READ, MAIL, STAYS, AREA.replace("area", "surface")]
    expected = {("load_config", "read_settings"), ("send_report", "mail")}
    for seed in range(6):
        random.Random(seed).shuffle(right)
        assert pairs("\n".join(left), "\n".join(right)) == expected


def test_what_is_not_alike_was_added_and_removed():
    assert pairs(LOAD + STAYS, STAYS + AREA) == set()
    assert pairs(LOAD, AREA) == set()
    assert pairs(SEND + AREA, READ + STAYS) == set()


def test_the_place_alone_says_nothing():
    """The only unit between two that stayed has the best place there is."""
    assert pairs(STAYS + AREA + SEND, STAYS + "def version():\n    return '1.0'\n" + SEND) == set()


def test_of_two_that_are_alike_the_place_decides():
    getter = "def {}(self):\n    return self.options.get({!r}, None)\n"
    left = [getter.format(name, "key") for name in ("first", "second", "third")]
    right = [getter.format(name, "name") for name in ("one", "two", "three")]
    expected = {("first", "one"), ("second", "two"), ("third", "three")}
    assert pairs("\n".join([STAYS, *left, AREA]), "\n".join([STAYS, *right, AREA])) == expected


def paired(left, right, likeness):
    """What `pair_up` makes of top-level functions with a likeness of their own; those of one name are known."""
    one, two = units_of(tree(left).body), units_of(tree(right).body)
    places = {unit.node.name: j for j, unit in enumerate(two)}
    known = {i: places[u.node.name] for i, u in enumerate(one) if u.node.name in places}
    found = pair_up(Sequences(one, two, known, {}), likeness)
    return {(one[i].node.name, two[j].node.name) for i, j in found.items()}


def test_of_two_that_are_as_alike_the_parameters_decide():
    right = "def b(name): ...\ndef c(port, host, retries): ...\n"
    assert paired("def a(host, port): ...\n", right, {0: {0: 0.5, 1: 0.5}}) == {("a", "c")}
    assert paired("def a(title, name): ...\n", right, {0: {0: 0.45, 1: 0.45}}) == {("a", "b")}
    assert paired("def a(key): ...\n", right, {0: {0: 0.45, 1: 0.45}}) == set()


def test_of_two_that_are_as_alike_that_between_the_same_stays():
    """Not the one that stands as far from the top of its file, where much was added."""
    left = "def x(): ...\ndef a(): ...\ndef y(): ...\n"
    right = "".join(f"def {name}(): ...\n" for name in ("p", "b", "q", "x", "r", "c", "s", "y"))
    assert paired(left, right, {1: {1: 0.5, 5: 0.5}}) == {("a", "c")}
    assert paired(left, right, {1: {1: 0.15}}) == set()


def test_the_names_of_parameters():
    def names_in(text, language=PYTHON):
        return set(parameters.names_of(units_of(tree(text, language).body)[0].node))

    assert names_in("def f(self, a, /, b=1, *c, d, **e): ...\n") == {"a", "b", "c", "d", "e"}
    assert names_in("class A: ...\n") == set()
    assert names_in("function f({a, b}, [c], d) {}\n", get_language("javascript")) == {"d"}
    assert parameters.agree(frozenset("ab"), frozenset("ab")) == parameters.SAME_PARAMETERS
    assert parameters.agree(frozenset("ab"), frozenset("c")) == -parameters.SAME_PARAMETERS
    assert parameters.agree(frozenset("ab"), frozenset("bc")) == 0
    assert parameters.agree(frozenset(), frozenset()) == 0


def test_methods_are_found_in_their_own_class():
    left = methods("Store", LOAD) + methods("Other", LOAD.replace("load_config", "fetch"))
    right = methods("Other", READ) + methods("Store", READ.replace("read_settings", "get"))
    assert pairs(left, right) == {("Store.load_config", "Store.get"), ("Other.fetch", "Other.read_settings")}


def test_a_class_that_was_renamed_is_found_and_its_methods_by_name():
    left = methods("Mailer", SEND, STAYS, LOAD)
    right = methods("Postman", MAIL, STAYS, LOAD.replace("startswith", "endswith"))
    alike, one, two = found(left + AREA, right + AREA)
    assert {(one[p.left], two[p.right]) for p in alike.alike} == {
        ("Mailer", "Postman"),
        ("Mailer.send_report", "Postman.mail"),
    }
    known = {(one[a], two[b]) for a, b in alike.known.items()}
    assert {("Mailer.retry", "Postman.retry"), ("Mailer.load_config", "Postman.load_config")} <= known


def test_a_method_that_left_its_class_is_found():
    assert pairs(methods("Store", LOAD, STAYS), methods("Store", STAYS) + READ) == {
        ("Store.load_config", "read_settings")
    }


def test_a_class_and_a_function_are_never_alike():
    assert not any(a == "Mailer" for a, _ in pairs(methods("Mailer", SEND), SEND.replace("send", "mail")))


def test_no_unit_is_in_two_pairs():
    left = "\n".join(LOAD.replace("load_config", f"load_{i}").replace("#", str(i)) for i in range(30))
    right = "\n".join(READ.replace("read_settings", f"read_{i}").replace("#", str(i)) for i in range(40))
    alike, _, _ = found(left + STAYS, right + STAYS)
    assert len({p.left for p in alike.alike}) == len(alike.alike) == 30
    assert len({p.right for p in alike.alike}) == 30
    assert not alike.known.keys() & {p.left for p in alike.alike}


def test_a_function_that_became_a_class_is_known_by_its_name():
    """Neither of the two is then looked for among what is left over."""
    alike, one, two = found(LOAD + STAYS, methods("load_config", READ) + STAYS)
    assert {(one[a], two[b]) for a, b in alike.known.items()} == {
        ("load_config", "load_config"),
        ("retry", "retry"),
    }
    assert not alike.alike


WHOLE = """\
def publish(path, defaults, recipients):
    with open(path, encoding="utf-8") as handle:
        lines = handle.readlines()
    values = dict(defaults)
    for line in lines:
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        key, _, value = line.partition("=")
        values[key.strip()] = value.strip()
    message = EmailMessage()
    message["Subject"] = values["subject"]
    message["To"] = ", ".join(recipients)
    message.set_content(values["body"])
    with SMTP(HOST) as server:
        server.send_message(message)
"""
CALLER = """\
def publish(path, defaults, recipients):
    values = load_config(path, defaults)
    message = EmailMessage()
    message["Subject"] = values["subject"]
    message["To"] = ", ".join(recipients)
    message.set_content(values["body"])
    with SMTP(HOST) as server:
        server.send_message(message)
"""


def test_an_extracted_helper_is_a_split():
    alike, one, two = found(WHOLE + AREA, CALLER + LOAD + AREA)
    (split,) = alike.splits
    assert one[split.left] == "publish"
    assert [two[p] for p in split.rights] == ["publish", "load_config"]
    assert 0.5 <= split.covered <= 1
    assert not alike.alike
    assert not alike.merges


def test_an_inlined_helper_is_a_merge():
    alike, one, two = found(CALLER + LOAD + AREA, WHOLE + AREA)
    (merge,) = alike.merges
    assert [one[p] for p in merge.lefts] == ["publish", "load_config"]
    assert two[merge.right] == "publish"
    assert not alike.splits


def test_a_function_under_no_name_of_its_own_any_more_is_split_too():
    alike, one, two = found(WHOLE + STAYS, STAYS + LOAD + SEND)
    (split,) = alike.splits
    assert one[split.left] == "publish"
    assert {two[p] for p in split.rights} == {"load_config", "send_report"}


def test_a_new_function_is_no_part_of_one_that_did_not_change():
    alike, _, _ = found(WHOLE + AREA, WHOLE + LOAD + AREA)
    assert not alike.splits


def test_moves_between_files():
    left = [("a.py", LOAD), ("a.py", SEND), ("a.py", AREA), ("b.py", methods("Store", LOAD))]
    right = [("c.py", AREA.replace("area", "surface")), ("d.py", READ), ("c.py", MAIL), ("d.py", STAYS)]
    one, two = ([(key, units_of(tree(text).body)[0]) for key, text in side] for side in (left, right))
    moved = match_across(one, two, PYTHON.traits)
    assert [(m.left, m.right) for m in moved] == [(0, 1), (1, 2), (2, 0)]
    assert moved[2].likeness == 1.0
    assert all(0.3 < m.likeness < 1 for m in moved[:2])
    assert match_across([], two, PYTHON.traits) == ()


def test_between_files_the_name_then_the_file_decides():
    start = "def {}(self):\n    self.started = True\n    self.run(self.options)\n"
    left = [("a.py", start.format("start")), ("b.py", start.format("begin"))]
    right = [("b.py", start.format("go")), ("c.py", start.format("start"))]
    one, two = ([(key, units_of(tree(text).body)[0]) for key, text in side] for side in (left, right))
    assert [(m.left, m.right) for m in match_across(one, two, PYTHON.traits)] == [(0, 1), (1, 0)]


def test_pairs_by_similarity_are_no_pairs_of_an_alignment():
    """They would have locals renamed and annotations folded in units that may have nothing to do with each other."""
    report = compare(SourceFile("a.py", LOAD, "python"), SourceFile("a.py", READ, "python"), Settings())
    assert report.verdict == "differs"
    assert {(u.left is None, u.right is None) for u in report.units} == {(False, True), (True, False)}
    assert not report.renames


@pytest.mark.parametrize("implementations", [False, True])
def test_two_that_are_alike_are_never_the_same(implementations):
    settings = Settings(level="relaxed", implementations=implementations)
    for left, right in ((LOAD, READ), (SEND, MAIL)):
        one, two = SourceFile("a.py", left, "python"), SourceFile("a.py", right, "python")
        assert compare(one, two, settings).verdict == "differs"


def test_javascript():
    language = get_language("javascript")
    left = """\
class Store {
  load(key) {
    const found = this.map.get(key);
    if (!found) throw new Missing(key);
    return found.value;
  }
}
"""
    right = left.replace("load", "fetch").replace("found.value", "found.value ?? this.fallback(key)")
    assert pairs(left, right, language) == {("Store.load", "Store.fetch")}


def test_words_of_identifiers():
    subwords = Reader().subwords
    assert subwords("load_configFile2") == ("load", "config", "file")
    assert subwords("HTTPServer") == ("http", "server")
    assert subwords("__init__") == ("init",)
    assert subwords("größe_Ärger") == ("größe", "ärger")
    assert subwords("_1") == ()


def test_the_own_name_changes_nothing_but_words():
    """Recursion under another name is the same recursion."""
    one, two = (
        tree(f"def {name}(n):\n    return n * {name}(n - 1) if n else 1\n") for name in ("fact", "product")
    )
    reader = Reader()
    left, right = (reader.features(units_of(t.body)[0].node) for t in (one, two))
    assert left.shingles == right.shingles
    assert left.shapes == right.shapes
    assert left.words != right.words


def test_a_deep_tree_is_read():
    text = "def f(a):\n    return " + " + ".join(["a"] * 3000) + "\n"
    features = Reader().features(units_of(tree(text).body)[0].node)
    assert features.size > 3000


def test_align_folds_over_the_matchers(tmp_path):
    for name, text in (("a.py", LOAD + AREA), ("b.py", LOAD + AREA.replace("area", "surface"))):
        (tmp_path / name).write_text(text)
    from prediff.normalizer import normalize
    from prediff.parse import parse

    sides = [parse(read_path(str(tmp_path / n)), PYTHON) for n in ("a.py", "b.py")]
    files = [normalize(side, PYTHON, (), frozenset()) for side in sides]
    assert align(files[0], files[1], PYTHON.traits).pairs == ((0, 0), (1, 1))
