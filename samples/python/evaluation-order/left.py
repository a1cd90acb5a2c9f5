def read_entry(stream):
    value = stream.readline()
    key = stream.readline()
    return key.strip(), value.strip()


def spread(values):
    shared = []
    rows = [shared for value in values]
    return rows


def handlers(names):
    found = []
    for name in names:
        found.append(lambda: name)
    return found
