"""A small transformer that reads texts as a whole and answers one question about them (Vaswani et al., 2017).

It is a fine-tuned copy of multilingual E5 small (Wang et al., 2024) in whole numbers of eight bits, which onnxruntime
reckons with; `scripts/learn_encoder.py` and `scripts/learn_reader.py` make them. What one says is a log-odds, as
weights of runs are.
"""

from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np
from onnxruntime import InferenceSession, SessionOptions

from rules.subwords import Subwords

_SILENT: Final = 4
"""Of its log levels: nothing it could say is for operators, and it would say it beside their log."""


class Encoder:
    """Weights and vocabulary of one question; never changes."""

    def __init__(self, model: bytes) -> None:
        """Take what a script that learns one wrote."""
        options = SessionOptions()
        # One text is too little to be shared: threads would wait for each other. Memory is given back after each.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.log_severity_level = _SILENT
        self._session = InferenceSession(model, options, providers=["CPUExecutionProvider"])
        told = self._session.get_modelmeta().custom_metadata_map
        self._pieces_max = int(told["pieces_max"])
        self._subwords = Subwords(told["pieces"].split("\n"), [float(score) for score in told["scores"].split()])

    def score(self, *parts: str) -> float:
        """Return the log-odds for a folded text, or for one and what stands before it."""
        numbers = np.array([self._subwords.join(parts, self._pieces_max)])
        (answers,) = self._session.run(None, {"pieces": numbers})
        return float(answers[0])


@cache
def shipped(package: str, name: str) -> Encoder:
    """Return one that a package holds; FileNotFoundError if there is none of the name."""
    return Encoder(files(package).joinpath(f"{name}.onnx").read_bytes())
