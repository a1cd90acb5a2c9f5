"""Settings: the defaults, and over them what the user's file says."""

import json


def load_settings(path, defaults):
    """Load the settings from a JSON file.

    path: the file, which must exist.
    defaults: the values of all keys that the file does not set.
    """
    # The caller's defaults stay as they are.
    settings = dict(defaults)
    with open(path) as stream:
        settings.update(json.load(stream))
    return settings
