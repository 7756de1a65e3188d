"""The checker of shapes and types that pytest puts on every function of meshgait."""

from beartype import BeartypeConf, beartype

checked = beartype(conf=BeartypeConf(is_pep484_tower=True))
