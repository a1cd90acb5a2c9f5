"""The local page of `prediff web`: texts, files or folders in, the report on them out; start at `server`.

Only who knows the token that was printed is answered. What is compared comes with the request, or is one of the two
paths of the command line; nothing else is read from the disk, and no content is written to it but to the cache.
"""
