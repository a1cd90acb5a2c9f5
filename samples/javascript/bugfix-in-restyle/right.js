/** What a customer is about to buy. */
class Basket {
  constructor(lines) {
    this.lines = lines || []
  }

  /** The price of all lines together. */
  total() {
    let amount = 0
    for (const line of this.lines) {
      amount = amount + line.price * line.count
    }
    return amount
  }

  /** Whether the basket is shipped for free. */
  isFree(limit) {
    if (this.total() >= limit) {
      return true
    }
    return false
  }
}

module.exports = Basket
