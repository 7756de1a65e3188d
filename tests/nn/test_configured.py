import inspect
import re
from dataclasses import dataclass

import pytest
from torch import nn

from meshgait.errors import ConfigError
from meshgait.nn import configured


class Net(nn.Module):
    @dataclass(frozen=True)
    class Config:
        width: float = 1.0
        depth: int = 2

    @configured(Config)
    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config


def test_a_config_its_fields_both_and_neither_build_the_same():
    assert Net().config == Net(Net.Config()).config == Net(width=1.0).config
    wide = Net.Config(width=2.0, depth=3)
    assert Net(wide).config is wide
    assert Net(wide, depth=4).config == Net.Config(2.0, 4) == Net(config=wide, depth=4).config
    assert wide.depth == 3


@pytest.mark.parametrize(
    ("arguments", "settings", "text"),
    [
        ((), {"widht": 2}, "Net has no setting 'widht'; did you mean 'width'? (There are width, "),
        ((0.5,), {}, "Net is built from Net.Config, or from its settings by name, got float"),
        (({"width": 2},), {}, "got dict"),
    ],
)
def test_nonsense_is_refused(arguments, settings, text):
    with pytest.raises(ConfigError, match=re.escape(text)):
        Net(*arguments, **settings)


def test_the_signature_shows_the_settings():
    assert str(inspect.signature(Net)) == "(config=None, *, width: float = 1.0, depth: int = 2)"
