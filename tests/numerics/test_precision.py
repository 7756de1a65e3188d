from pathlib import Path

import pytest
import torch

from meshgait.numerics import has_bf16, settle

CPU = torch.device("cpu")


def say(monkeypatch, **found):
    """Let the processor have these instructions and no other."""
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: found, raising=False)


@pytest.mark.parametrize("instruction", ["amx_bf16", "avx512_bf16"])
def test_a_processor_with_either_instruction_computes_in_bf16(monkeypatch, instruction):
    say(monkeypatch, avx512_f=True, **{instruction: True})
    assert settle("auto", CPU) == "bf16"
    assert settle("fp32", CPU) == "fp32"


def test_a_processor_without_them_computes_in_fp32(monkeypatch):
    say(monkeypatch, avx512_f=True, amx_bf16=False)
    assert settle("auto", CPU) == "fp32"
    assert settle("bf16", CPU) == "bf16"


def test_a_torch_that_does_not_say_means_fp32(monkeypatch):
    monkeypatch.delattr(torch.cpu, "get_capabilities", raising=False)
    assert not has_bf16(CPU)


def test_the_choice_is_what_the_processor_says_of_itself():
    about = Path("/proc/cpuinfo")  # of Linux; Apple's processors have neither
    flags = set(about.read_text().split()) if about.exists() else set()
    assert has_bf16(CPU) == bool(flags & {"amx_bf16", "avx512_bf16"})


@pytest.mark.parametrize("able", [True, False])
def test_a_gpu_is_asked_for_its_own_and_not_for_emulated_bf16(monkeypatch, able):
    asked = []

    def supported(including_emulation=True):
        asked.append(including_emulation)
        return able

    monkeypatch.setattr(torch.cuda, "is_bf16_supported", supported)
    assert has_bf16(torch.device("cuda")) is able
    assert asked == [False]
    assert not has_bf16(torch.device("mps"))
