__all__ = ["quick_sort", "median"]


def quick_sort(items):
    if len(items) <= 1:
        return list(items)
    pivot = items[0]
    smaller = [item for item in items[1:] if item < pivot]
    larger = [item for item in items[1:] if item >= pivot]
    return quick_sort(smaller) + [pivot] + quick_sort(larger)


def median(items):
    return quick_sort(items)[len(items) // 2]


def spread(items):
    ordered = quick_sort(items)
    return ordered[-1] - ordered[0]
