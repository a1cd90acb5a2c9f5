import logging

log = logging.getLogger(__name__)

KINDS = {"book", "film", "record"}


class Catalogue:
    """All that the library lends out, with its kind."""

    def __init__(self, path: str, limit: int | None = None) -> None:
        super().__init__()
        self.path = path
        self.limit = limit
        self.items = []
        self.index = {}

    def add(self, key: str, kind: str) -> None:
        if kind not in KINDS:
            raise ValueError(f"unknown kind: {kind}")
        if self.limit is not None and len(self.items) >= self.limit:
            raise ValueError(f"{self.path} is full ({self.limit} items)")
        self.items.append(key)
        self.index[key] = kind
        log.debug("added %s", key)

    def load(self) -> bool:
        """Read the file; say whether there was one."""
        try:
            stream = open(self.path)
        except OSError:
            return False
        with stream:
            for line in stream:
                key, kind = line.split()
                self.add(key, kind)
        return True
