import os
import time


class Cache:
    """Answers kept as files, one for each key."""

    def __init__(
        self,
        folder,
        max_age=3600,
    ):
        self.folder = folder
        self.max_age = max_age

    def path(self, key):
        """Where the answer for a key is kept."""
        return os.path.join(
            self.folder,
            key.replace("/", "_") + ".json",
        )

    def fresh(self, key):
        """Whether the answer for a key is young enough to use."""
        try:
            changed = os.path.getmtime(self.path(key))
        except OSError:
            return False
        return time.time() - changed <= self.max_age

    def prune(self):
        """Remove what is too old; say how many files that was."""
        removed = 0
        for name in os.listdir(self.folder):
            if not name.endswith(".json"):
                continue
            full = os.path.join(self.folder, name)
            if time.time() - os.path.getmtime(full) > self.max_age:
                os.remove(full)
                removed += 1
        return removed
