"""A mirror of two folders that is kept up to date: what `prediff tree --out` would write, as the files change.

What the system tells of changes is only a hint (`observing`, `hints`): it comes late, twice or never. So each change is
looked up in the folders themselves (`keeper`), and all of them are gone over now and then (`watcher`).
"""
