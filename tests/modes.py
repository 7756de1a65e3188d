"""What a caller's torch may be set to while it calls us; nothing of it may change a result."""

from contextlib import contextmanager

import torch


@contextmanager
def float64_by_default():
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(torch.float32)


@contextmanager
def threads(count):
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def autocast():
    return torch.autocast("cpu", torch.bfloat16)


MODES = {
    "float64 by default": float64_by_default,
    "autocast": autocast,
    "no_grad": torch.no_grad,
    "inference_mode": torch.inference_mode,
    "1 thread": lambda: threads(1),
    "2 threads": lambda: threads(2),
    "4 threads": lambda: threads(4),
}
