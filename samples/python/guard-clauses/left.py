def shipping(order, rates):
    if order.lines:
        if order.country in rates:
            if not (order.weight > 30 or order.fragile):
                rate = rates[order.country]
                return rate * order.weight
            else:
                return None
        else:
            raise KeyError(order.country)
    else:
        return 0


def describe(order):
    if not order.paid:
        state = "open"
    else:
        state = "paid"
    return state
