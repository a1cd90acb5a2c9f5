export function clamp(value, low, high) {
  if (value < low) return low;
  return value > high ? high : value;
}

export function greet(user, loud) {
  let text = !user || !user.name ? "Hello" : "Hello, " + user.name;
  if (!loud) {
    return text;
  }
  return text + "!";
}
