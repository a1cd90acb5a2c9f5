"""Serving a model of this machine: a server of our own, or vLLM, and what `prediff model` does with it."""
