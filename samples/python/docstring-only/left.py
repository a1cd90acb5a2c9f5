"""Read the settings."""

import json


def load_settings(path, defaults):
    """Load the settings."""
    settings = dict(defaults)
    with open(path) as stream:
        settings.update(json.load(stream))
    return settings
