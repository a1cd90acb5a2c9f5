"use strict";

function quicksort(list) {
    // One item, or none: sorted.
    if (list.length <= 2) {
        return list;
    } else {
        const first = list[0];
        const below = [];
        const above = [];
        const rest = list.slice(1);
        for (const x of rest) {
            if (!(x < first)) {
                above.push(x);
            } else {
                below.push(x);
            }
        }
        return [
            ...quicksort(below),
            first,
            ...quicksort(above),
        ];
    }
}

module.exports = { quicksort };
