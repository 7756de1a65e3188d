import pytest

from meshgait import models
from meshgait.errors import ConfigError
from meshgait.models import name_of


@pytest.mark.parametrize("name", models.networks())
def test_every_network_is_created_by_name_and_settings(name):
    settings = {"width": 1 / 16} if hasattr(models.networks()[name].Config, "width") else {}
    model = models.create(name.upper(), **settings)
    assert type(model) is models.networks()[name]
    assert model.config == type(model).Config(**settings)


def test_wrong_names_are_answered_with_the_nearest():
    with pytest.raises(ConfigError, match=r"no model 'smplgate'; did you mean 'SMPLGait'\?"):
        models.create("smplgate")
    with pytest.raises(ConfigError, match=r"SLN has no setting 'widht'; did you mean 'width'\?"):
        models.create("SLN", widht=1)


def test_a_class_of_the_same_name_elsewhere_is_not_ours():
    impostor = type("SLN", (models.SLN,), {"__module__": "elsewhere.nets"})
    assert name_of(models.SLN) == "SLN"
    assert name_of(impostor) == "elsewhere.nets:SLN"
