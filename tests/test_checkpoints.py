"""Which checkpoint a name means, and what is refused without loading any of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import tiny_checkpoint
from prediff.errors import ModelError
from prediff.models.checkpoints import find
from prediff.models.checkpoints.known import DEFAULT, KNOWN, known
from prediff.models.transformers import hardware
from prediff.models.transformers.hardware import Hardware

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def broken(tiny_model: Path, tmp_path: Path) -> Path:
    """A copy of the checkpoint, to be damaged."""
    return tiny_checkpoint.copy(tiny_model, tmp_path / "broken")


@pytest.fixture
def hub(tiny_model: Path, tmp_path: Path) -> Path:
    """A cache of the hub that holds the checkpoint as tests/tiny."""
    repository = tmp_path / "hub" / "models--tests--tiny"
    tiny_checkpoint.copy(tiny_model, repository / "snapshots" / COMMIT)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(COMMIT)
    return tmp_path / "hub"


def refusal(name: str | Path, revision: str = "", cache: Path | None = None) -> str:
    with pytest.raises(ModelError) as caught:
        find(str(name), revision, str(cache) if cache else None)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_folder_is_described(tiny_model: Path) -> None:
    found = find(str(tiny_model))
    assert (found.name, found.architecture, found.context) == ("tiny", "Qwen2ForCausalLM", 4096)
    assert (found.layers, found.hidden, found.vocabulary, found.licence) == (4, 64, 1120, "mit")
    assert 200_000 < found.parameters < 300_000
    assert found.weight_bytes == (tiny_model / "model.safetensors").stat().st_size
    assert found.cache_values == 2 * 4 * 2 * 16
    assert len(found.revision) == 40
    assert not found.own_code


def test_a_digest_tells_weights_apart(tiny_model: Path, broken: Path) -> None:
    first = find(str(tiny_model)).revision
    assert find(str(broken)).revision == first
    file = broken / "model.safetensors"
    data = bytearray(file.read_bytes())
    for place in range(len(data) // 2, len(data), 2):  # other weights of the same shapes
        data[place] ^= 1
    file.write_bytes(data)
    assert find(str(broken)).revision != first


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json"])
def test_a_digest_tells_small_files_apart(tiny_model: Path, broken: Path, name: str) -> None:
    (broken / name).write_text((broken / name).read_text() + "\n")
    assert find(str(broken)).revision != find(str(tiny_model)).revision


def test_a_pinned_folder(tiny_model: Path) -> None:
    found = find(str(tiny_model))
    assert find(str(tiny_model), found.revision) == found
    assert "is pinned" in refusal(tiny_model, "0" * 40)


def test_a_hub_id(hub: Path) -> None:
    found = find("tests/tiny", cache=str(hub))
    assert (found.name, found.revision) == ("tests/tiny", COMMIT)
    assert find("tests/tiny", COMMIT, str(hub)) == found


def test_a_hub_id_or_revision_that_is_not_here(hub: Path) -> None:
    assert "get it with `prediff model pull tests/other`" in refusal("tests/other", cache=hub)
    assert "at revision aaaa" in refusal("tests/tiny", "aaaa", hub)
    assert "is not on this machine" in refusal(DEFAULT, cache=hub)
    assert KNOWN[DEFAULT].hub_id in refusal(DEFAULT, cache=hub)


def test_a_hub_id_is_never_a_folder_beside(
    tiny_model: Path, hub: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is compared may lie where prediff runs, and may hold a folder of the model's name."""
    tiny_checkpoint.copy(tiny_model, hub / "tests" / "model")
    monkeypatch.chdir(hub)
    assert "is not on this machine" in refusal("tests/model", cache=hub / "empty")
    for name in ("./tests/model", "tests/model/", "../hub/tests/model", "tests\\model"):
        assert "whole path" in refusal(name, cache=hub)


@pytest.mark.parametrize("revision", ["../../x", "refs/pr/1", "a b", ".."])
def test_a_revision_is_no_path(hub: Path, revision: str) -> None:
    assert "is no revision" in refusal("tests/tiny", revision, hub)


def test_short_names() -> None:
    assert known("vibethinker-1.5b") is KNOWN["VibeThinker-1.5B"]
    assert known("weiboai/VibeThinker-3B") is KNOWN["VibeThinker-3B"]
    assert KNOWN["VibeThinker-3B"].warning
    assert known("WeiboAI") is None


def test_no_network_and_no_torch(hub: Path) -> None:
    program = (
        "import socket, sys\n"
        "def never(*_): raise AssertionError('network')\n"
        "socket.socket.connect = socket.getaddrinfo = never\n"
        "from prediff.models.checkpoints import find\n"
        f"print(find('tests/tiny', cache={str(hub)!r}).name)\n"
        "print(sorted({'torch', 'transformers', 'xgrammar'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout == "tests/tiny\n[]\n", done.stderr


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("config.json", "no config.json"),
        ("model.safetensors", "no model.safetensors"),
        (None, "no such folder"),
    ],
)
def test_what_is_missing(broken: Path, name: str | None, said: str) -> None:
    if name is None:
        shutil.rmtree(broken)
    else:
        (broken / name).unlink()
    assert said in refusal(broken)


def test_no_tokenizer(broken: Path) -> None:
    (broken / "tokenizer.json").unlink()
    assert "no tokenizer" in refusal(broken)


@pytest.mark.parametrize("name", ["pytorch_model.bin", "consolidated.00.pth", "model.pt", "weights.pkl"])
def test_weights_that_can_run_code(broken: Path, name: str) -> None:
    (broken / "model.safetensors").rename(broken / name)
    assert f"its weights are in {name}" in refusal(broken)
    assert "get a version of the model with safetensors" in refusal(broken)


@pytest.mark.parametrize("length", [0, 4, 8, 100, 5000, -1])
def test_cut_off_weights(broken: Path, length: int) -> None:
    file = broken / "model.safetensors"
    file.write_bytes(file.read_bytes()[:length])
    assert "cut off" in refusal(broken)


@pytest.mark.parametrize(
    "header",
    [
        {"a": {"dtype": "F32", "shape": [4], "data_offsets": [0, 4]}},
        {"a": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}},
        {"a": {"dtype": "F32", "shape": [1], "data_offsets": [0]}},
        {"a": {"dtype": "F32", "shape": [1.0], "data_offsets": [0, 4]}},
        {"a": [1]},
        ["a"],
        {},
    ],
)
def test_headers_that_lie(broken: Path, header: object) -> None:
    data = json.dumps(header).encode()
    (broken / "model.safetensors").write_bytes(len(data).to_bytes(8, "little") + data + b"\0" * 4)
    assert "cut off" in refusal(broken) or "hold no tensor" in refusal(broken)


def test_a_header_of_a_terabyte(broken: Path) -> None:
    (broken / "model.safetensors").write_bytes((1 << 40).to_bytes(8, "little") + b"{}")
    assert "cut off" in refusal(broken)


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.safetensors", "/x.safetensors", "a.bin", "", "gone.safetensors"]
)
def test_an_index_of_files_elsewhere(broken: Path, name: str) -> None:
    (broken / "model.safetensors").unlink()
    index = {"weight_map": {"a": name}}
    (broken / "model.safetensors.index.json").write_text(json.dumps(index))
    assert "no file of this folder" in refusal(broken) or "is missing" in refusal(broken)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"num_hidden_layers": 10_000_000}, "claims 10000000 layers, and there are 4"),
        ({"num_hidden_layers": 3}, "claims 3 layers"),
        ({"vocab_size": 1 << 30}, "does not fit the weights"),
        ({"hidden_size": 128}, "does not fit the weights"),
        ({"hidden_size": -1}, "no usable hidden_size"),
        ({"num_attention_heads": 0}, "no usable num_attention_heads"),
        ({"num_hidden_layers": "4"}, "no usable num_hidden_layers"),
        ({"num_hidden_layers": True}, "no usable num_hidden_layers"),
        ({"vocab_size": 1e3}, "no usable vocab_size"),
        ({"max_position_embeddings": [1]}, "no usable max_position_embeddings"),
        ({"architectures": None}, "names no architecture"),
        ({"architectures": "Qwen2ForCausalLM"}, "names no architecture"),
    ],
)
def test_a_config_that_lies(broken: Path, changes: dict[str, object], said: str) -> None:
    assert said in refusal(tiny_checkpoint.edit(broken, **changes))


@pytest.mark.parametrize("text", ["", "[]", "{", "null", "[" * 100_000, "\xff"])
def test_a_config_that_is_none(broken: Path, text: str) -> None:
    (broken / "config.json").write_bytes(text.encode("latin-1"))
    assert "config.json" in refusal(broken)


def test_a_program_for_generating(broken: Path) -> None:
    (broken / "custom_generate").mkdir()
    assert "custom_generate" in refusal(broken)


def test_an_adapter(broken: Path) -> None:
    (broken / "adapter_config.json").write_text('{"base_model_name_or_path": "/elsewhere"}')
    assert "is an adapter" in refusal(broken)


@pytest.mark.parametrize(
    ("card", "licence"),
    [
        ("---\nlanguage: en\nlicense: apache-2.0\n---\n", "apache-2.0"),
        ("---\nlicense: other\nlicense_name: qwen-research\n---\n", "qwen-research"),
        ("license: mit\n", ""),
        ("---\ntitle: x\n---\nlicense: mit\n", ""),
    ],
)
def test_licences(broken: Path, card: str, licence: str) -> None:
    (broken / "README.md").write_text(card)
    assert find(str(broken)).licence == licence


class TestHardware:
    """Whether a model fits: of sizes alone."""

    LARGE = 3_100_000_000

    def test_float32_on_a_cpu_and_bfloat16_on_a_gpu(self, tiny_model: Path) -> None:
        found = find(str(tiny_model))
        assert hardware.plan(found, Hardware("cpu", "", None, None)).dtype == "float32"
        assert hardware.plan(found, Hardware("cpu", "", 64 << 30, 64 << 30)).dtype == "float32"
        assert hardware.plan(found, Hardware("cuda", "", 64 << 30, 64 << 30)).dtype == "bfloat16"
        assert hardware.plan(found, Hardware("cuda", "", 64 << 30, 64 << 30, False)).dtype == "float16"

    def test_half_the_width_where_that_alone_fits(self, tiny_model: Path) -> None:
        found = find(str(tiny_model))
        cpu = Hardware("cpu", "", None, None)
        between = hardware.needed(found, "cpu", "bfloat16") + 1000
        assert between < hardware.needed(found, "cpu", "float32")
        plan = hardware.plan(found, cpu, memory=between)
        assert plan.dtype == "bfloat16"
        assert plan.room is not None
        assert plan.room >= 1000

    @pytest.mark.parametrize("device", ["cpu", "cuda"])
    def test_too_little(self, tiny_model: Path, device: str) -> None:
        with pytest.raises(
            ModelError, match=r"tiny: needs .* GB of memory, and .* has 0\.1 GB free; close"
        ) as caught:
            hardware.plan(find(str(tiny_model)), Hardware(device, "A", 100_000_000, None))
        assert ("GPU (A)" in str(caught.value)) == (device == "cuda")

    def test_notes(self) -> None:
        assert "slowly" in Hardware("cpu", "", None, None).note
        assert "16 GB are advised" in Hardware("cuda", "", 1, 8 << 30).note
        assert not Hardware("cuda", "", 1, 16_900_000_000).note  # what a card of 16 GB has for programs

    def test_memory_of_this_machine(self) -> None:
        free, total = hardware.memory()
        assert total is not None
        assert total > 1 << 28
        if sys.platform == "linux":
            assert free is not None
            assert free <= total
            assert total <= os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
