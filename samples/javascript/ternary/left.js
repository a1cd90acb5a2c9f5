export function clamp(value, low, high) {
  if (value < low) {
    return low;
  } else if (value > high) {
    return high;
  } else {
    return value;
  }
}

export function greet(user, loud) {
  let words;
  if (user && user.name) {
    words = "Hello, " + user.name;
  } else {
    words = "Hello";
  }
  return loud ? words + "!" : words;
}
