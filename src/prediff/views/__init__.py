"""How a pair is shown: `aligned` (the left file, and the right one in its clothes), `canonical` (both in normal form).

The other modules are parts of the aligned view.
"""
