"""What is taken of a model on the hub, and whether there is room for it. Fetching is tested with the command."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from prediff.errors import ModelError
from prediff.models.checkpoints.known import KNOWN
from prediff.models.checkpoints.pull import Offer, _check_room, _licence, _wanted, gigabytes, look

GOOD = [
    "config.json",
    "tokenizer.json",
    "README.md",
    "LICENSE",
    "LICENSE.txt",
    "merges.txt",
    "chat_template.jinja",
]
BAD = [
    "modeling_x.py", "pytorch_model.bin", "model.pt", "tf_model.h5", "model.gguf", "model.onnx", "x/config.json",
    "../config.json", ".gitattributes", "config.json.bak", "README.md.py", "tokenizer.py", "scheduler.pkl", "a b.json",
]  # fmt: skip


def test_what_is_taken() -> None:
    assert sorted(_wanted("x", [*GOOD, *BAD, "model.safetensors"])) == sorted([*GOOD, "model.safetensors"])
    parts = [
        "model-00001-of-00002.safetensors",
        "model-00002-of-00002.safetensors",
        "model.safetensors.index.json",
    ]
    assert sorted(_wanted("x", [*parts, "consolidated.safetensors", "x/model.safetensors"])) == parts
    assert _wanted("x", ["weights.safetensors"]) == ["weights.safetensors"]
    with pytest.raises(ModelError, match="weights that can run code"):
        _wanted("x", [*GOOD, "pytorch_model.bin"])
    with pytest.raises(ModelError, match="no weights in safetensors"):
        _wanted("x", GOOD)


@pytest.mark.parametrize(
    ("card", "tags", "licence"),
    [
        ({"license": "mit"}, [], "mit"),
        ({"license": "other", "license_name": "x-research"}, ["license:other"], "x-research"),
        (None, ["license:apache-2.0"], "apache-2.0"),
        ({"license": ["mit", "x"]}, None, ""),
        ({"license": "\x1b[2J\n"}, [], "[2J"),
        (None, [], ""),
    ],
)
def test_the_licence(card, tags, licence) -> None:
    info = SimpleNamespace(card_data=None if card is None else SimpleNamespace(**card), tags=tags)
    assert _licence(info) == licence


def test_what_does_not_fit_is_not_begun() -> None:
    with pytest.raises(ModelError, match=r"x/y: takes 1152921504\.6 GB, and .* has .* free; HF_HOME names"):
        _check_room(Offer("x/y", "main", "0" * 40, (("model.safetensors", 1 << 60),), "mit"))
    _check_room(Offer("x/y", "main", "0" * 40, (("model.safetensors", 1),), "mit"))


def test_sizes_for_people() -> None:
    assert [gigabytes(size) for size in (0, 1_003_776, 3_100_000_000)] == ["0.0 MB", "1.0 MB", "3.1 GB"]


@pytest.mark.parametrize(
    "name", ["", "x", "a/b/c", "../x", "a/..", "a--b/c", "a/b\n", "-/", "/etc", "a/" + "b" * 99]
)
def test_what_is_no_id_is_not_asked_for(name: str) -> None:
    with pytest.raises(ModelError, match="is no hub id"):
        look(name)


def test_each_short_name_is_a_hub_id() -> None:
    assert all(known.hub_id.endswith(f"/{name}") for name, known in KNOWN.items())
