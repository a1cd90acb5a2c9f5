"""The warm server: a process that has the rules loaded and answers for the commands of one user.

`wire` says what goes over the connection, `client` asks, `daemon` listens, and `pool` keeps the processes that do the
work. None of them knows a command: what is asked and answered is data that `prediff.cli` makes and reads.
"""
