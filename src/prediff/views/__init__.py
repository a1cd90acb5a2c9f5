"""How a pair is shown: `canonical` (both sides in normal form)."""
