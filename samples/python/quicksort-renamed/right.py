def sort_list( values ):
    # A list of one item is sorted already, and so is an empty one.
    if len(values) <= 1:
        return list(values)
    else:
        middle = len(values) // 2
        p = values[middle]

        below = []
        for x in values:
            if x < p:
                below.append(x)

        same = []
        for x in values:
            if x == p:
                same.append(x)

        above = list()
        for x in values:
            if x > p:
                above.append(x)

        # The two outer parts are sorted in the same way.
        result = (
            sort_list(below)
            + same
            + sort_list(above)
        )
        return result
