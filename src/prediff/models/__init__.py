"""What explains a difference in words: the outline, which needs no model, and language models.

`protocols.py` says what each can do. `outline/` is made from the tree. `prompted.py` asks a language model through an
engine (`transformers/` in this process, `http/` a server) and checks what it says; `kept.py` keeps its answers. None of
them decides anything: what is the same, and what is shown of a pair, is settled before they are asked.
"""
