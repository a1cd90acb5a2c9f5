def read_entry(stream):
    key = stream.readline()
    value = stream.readline()
    return key.strip(), value.strip()


def spread(values):
    rows = [[] for value in values]
    return rows


def handlers(names):
    found = []
    for name in names:
        found.append(lambda name=name: name)
    return found
