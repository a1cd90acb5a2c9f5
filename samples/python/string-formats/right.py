def label(item):
    return f"{item.name}: {item.key!r} ({item.price:>6.2f})"


def both(queue):
    return f"{queue} {queue.pop()}"
