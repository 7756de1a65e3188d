"""Checkpoints of the published implementations, recognised by the names in them."""

from meshgait.official.load import load_official, official_models, published_configs

__all__ = ["load_official", "official_models", "published_configs"]
