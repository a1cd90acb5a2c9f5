"""Prices."""

RATES = {"standard": 21, "reduced": 9}


def show(lines):
    for line in lines:
        print(line.name, line.count, with_tax(line.price))
    print("total", total(lines))


def tax(amount, rate):
    return amount * RATES[rate] // 100


def total(lines):
    return sum(with_tax(line.price) * line.count for line in lines)


def with_tax(amount, rate="standard"):
    return amount + tax(amount, rate)
