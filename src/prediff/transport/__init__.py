"""Carries what differs between two normal forms over to the left file's own text: what the aligned view is made of.

`layout` knows the lines of a file and what stands on them, `script` what differs between two trees, `expressions` the
edits inside a statement, `edits` turns the script into edits of lines, `spelling` gives the right file's locals their
left-hand names in its text. Nothing here decides what is equal: the view reads each result again and compares it.
"""
