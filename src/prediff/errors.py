"""The errors that prediff reports in one line; a difference or an unknown is a result, never one of these."""


class PrediffError(Exception):
    """Base of all errors that a user can do something about. The message says what."""


class ReadError(PrediffError):
    """A file that cannot be read as text: missing, unreadable, a folder, binary, in an unknown encoding."""


class WriteError(PrediffError):
    """An output that cannot be written, or that would be written over what is compared."""


class ParseError(PrediffError):
    """Text that its language's reader does not accept, with the place."""

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


class LimitError(PrediffError):
    """Input over a limit of size, depth or chain length; it is shown as it is, and never called the same."""


class RuleError(PrediffError):
    """A rule that did not settle or gave a tree that cannot be printed: a bug of prediff, met by stepping down."""


class ConfigError(PrediffError):
    """An unknown key, a value out of range or an option that contradicts another."""


class ToolError(PrediffError):
    """Another program (git, a viewer) that is missing or failed."""


class ModelError(PrediffError):
    """A language model that is missing, does not fit, is not what it should be, or cannot be asked."""
