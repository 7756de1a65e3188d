"""In which precision a network's own work is done, by what the processor says of itself."""

from __future__ import annotations

from typing import Any, Literal

import torch

Precision = Literal["auto", "fp32", "bf16"]

# What torch (cpuinfo) calls the instructions that multiply matrices of bfloat16.
INSTRUCTIONS = ("amx_bf16", "avx512_bf16")


def settle(precision: Precision, device: torch.device) -> Precision:
    """What "auto" means on `device`: bf16 where it has instructions for it, else fp32.

    Without them bfloat16 is emulated, which costs more than it saves.

    >>> settle("bf16", torch.device("cpu"))
    'bf16'
    """
    if precision != "auto":
        return precision
    return "bf16" if has_bf16(device) else "fp32"


def has_bf16(device: torch.device) -> bool:
    """Whether the device itself multiplies matrices of bfloat16."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    if device.type != "cpu":
        return False
    known: dict[str, Any] = getattr(
        torch.cpu, "get_capabilities", dict
    )()  # torch before it had this says nothing
    return any(known.get(name, False) for name in INSTRUCTIONS)
