def label(item):
    return "{}: {!r} ({:>6.2f})".format(item.name, item.key, item.price)


def both(queue):
    return "{} {}".format(queue, queue.pop())
