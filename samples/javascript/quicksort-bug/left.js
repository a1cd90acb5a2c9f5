'use strict'

/** Sorts a list into a new one. */
function quicksort(list) {
  if (list.length <= 1) return list
  const pivot = list[0]
  const smaller = []
  const larger = []
  for (const item of list.slice(1)) {
    if (item < pivot) {
      smaller.push(item)
    } else {
      larger.push(item)
    }
  }
  return [...quicksort(smaller), pivot, ...quicksort(larger)]
}

module.exports = { quicksort }
