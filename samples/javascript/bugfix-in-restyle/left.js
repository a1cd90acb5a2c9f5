class Basket {
  constructor(lines) { this.lines = lines || []; }
  total() {
    let sum = 0;
    for (const line of this.lines) { sum = sum + line.price * line.count; }
    return sum;
  }
  isFree(limit) {
    if (this.total() > limit) { return true; } else { return false; }
  }
}
module.exports = Basket;
