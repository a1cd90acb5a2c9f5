"""Two folders, compared by logic. `compare.py` is the fold over the steps, each of which stands alone:

walk (ignoring) ─ pairing ─ workers (answers, cache) ─ mirror ─ moved
"""
