"""The numerical tests as other processors and thread counts would run them; ends at a failure.

python -m tests.portable [--from ROW] [pytest's options]. Each row takes another instruction set
for torch, oneDNN, numba and OpenBLAS, and other threads; every value is in one row at least. The
tests are shared among as many processes as the cores have room for with those threads.
"""

import os
import subprocess
import sys

import torch

ROWS = (
    # torch, oneDNN, numba ("" is this processor), OpenBLAS, threads
    ("default", "SSE41", "generic", "Nehalem", 1),
    ("avx2", "AVX2", "", "Haswell", 2),
    ("avx512", "DEFAULT", "", "", 4),
    ("default", "DEFAULT", "generic", "Haswell", 4),
)
NAMES = (
    "ATEN_CPU_CAPABILITY", "ONEDNN_MAX_CPU_ISA", "NUMBA_CPU_NAME", "OPENBLAS_CORETYPE",
    "OMP_NUM_THREADS",
)  # fmt: skip
ROOMS = (
    "body", "camera", "contracts", "data/batches", "evaluation", "fitting", "io", "losses", "mesh",
    "metrics", "modalities", "models", "nn", "operators", "render", "sequence", "training",
    "walker", "weights", "test_rotation.py",
)  # fmt: skip


def possible(row):
    """Whether this processor has the instructions; it would end in SIGILL otherwise."""
    levels = ("default", "avx2", "avx512")
    here = torch.backends.cpu.get_cpu_capability().lower().split()[0]
    return levels.index(row[0]) <= (levels.index(here) if here in levels else 0)


def main(options):
    begin = 0
    if options[:1] == ["--from"]:
        begin, options = int(options[1]) - 1, options[2:]
    for row in ROWS[begin:]:
        setting = {name: str(value) for name, value in zip(NAMES, row, strict=True) if value != ""}
        said = " ".join(f"{name}={value}" for name, value in setting.items())
        if not possible(row):
            print(f"left out, as this processor cannot: {said}", flush=True)
            continue
        print(said, flush=True)
        plain = {name: value for name, value in os.environ.items() if name not in NAMES}
        rooms = [f"tests/{room}" for room in ROOMS]
        processes = str(max(1, (os.cpu_count() or 1) // row[-1]))
        shared = ["-n", processes, "--dist", "loadfile"]
        command = [sys.executable, "-m", "pytest", "-q", "-x", *shared, *options, *rooms]
        if subprocess.run(command, env=plain | setting, check=False).returncode:
            sys.exit(f"failed under {said}")


if __name__ == "__main__":
    main(sys.argv[1:])
