__all__ = ["sort_list", "median"]


def sort_list(items):
    if len(items) <= 1:
        return list(items)
    pivot = items[0]
    below = [item for item in items[1:] if item < pivot]
    above = [item for item in items[1:] if item >= pivot]
    return sort_list(below) + [pivot] + sort_list(above)


def median(items):
    return sort_list(items)[len(items) // 2]


def spread(items):
    ordered = sort_list(items)
    return ordered[-1] - ordered[0]
