"""A language model in this process, through the library transformers."""
