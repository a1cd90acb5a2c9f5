"""Binary search that calls itself."""


def search(items, wanted, low=0, high=None):
    if high is None:
        high = len(items)
    if low >= high:
        return -1
    middle = (low + high) // 2
    if items[middle] == wanted:
        return middle
    if items[middle] < wanted:
        return search(items, wanted, middle + 1, high)
    return search(items, wanted, low, middle)
