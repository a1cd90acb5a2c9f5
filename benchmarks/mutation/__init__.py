"""Mutants of source text: the same text with one small bug planted, for `mutants.py` and `planted.py`."""
