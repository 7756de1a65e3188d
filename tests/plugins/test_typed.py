import sys

import pytest

from meshgait.errors import ConfigError
from meshgait.plugins import import_typed, is_typed

NOT_OF_THE_FORM = ("SLN", "net.pt", "C:/nets/a.pt", "C:\\net", "a b:c", "a:", ":b", "1a:b", "a:b:c")


@pytest.mark.parametrize("name", NOT_OF_THE_FORM)
def test_the_form_is_a_dotted_module_a_colon_and_a_name(name):
    assert is_typed("my_package.my_module:MyNet.Inner")
    assert not is_typed(name)
    with pytest.raises(ConfigError, match=r"my_package\.my_module:Thing"):
        import_typed(name)


def test_modules_of_the_current_folder_are_found_after_all_others(tmp_path, monkeypatch):
    (tmp_path / "module_of_this_folder.py").write_text("class Thing:\n    inner = 3\n")
    (tmp_path / "colorsys.py").write_text("rgb_to_hsv = None\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [each for each in sys.path if each])
    sys.modules.pop("colorsys", None)
    assert import_typed("module_of_this_folder:Thing.inner") == 3
    assert import_typed("colorsys:rgb_to_hsv") is not None
    sys.modules.pop("module_of_this_folder")


def test_what_is_not_there_is_said():
    with pytest.raises(ConfigError, match="module nowhere_at_all cannot be imported: ModuleNotFou"):
        import_typed("nowhere_at_all:Thing")
    with pytest.raises(ConfigError, match="no 'JSONDecodr' in json; did you mean 'JSONDecoder'"):
        import_typed("json:JSONDecodr")
