def quicksort( items ):
    # A list of one item is sorted already, and so is an empty one.
    if len(items) <= 1:
        return list(items)
    else:
        middle = len(items) // 2
        p = items[middle]

        below = []
        for x in items:
            if x < p:
                below.append(x)

        same = []
        for x in items:
            if x == p:
                same.append(x)

        above = list()
        for x in items:
            if x > p:
                above.append(x)

        # The two outer parts are sorted in the same way.
        result = (
            quicksort(below)
            + same
            + quicksort(above)
        )
        return result
