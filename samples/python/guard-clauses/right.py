def shipping(order, rates):
    if not order.lines:
        return 0
    if order.country not in rates:
        raise KeyError(order.country)
    if not order.weight > 30 and not order.fragile:
        return rates[order.country] * order.weight
    return None


def describe(order):
    return "paid" if order.paid else "open"
