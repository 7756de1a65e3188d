"""The steps of `assets/build_body.py`, one per file."""
