"""The assignment of greatest weight between two sets, of which only some pairs are possible.

This is the linear sum assignment problem on a sparse bipartite graph where a row may stay alone, solved by shortest
augmenting paths with potentials (Jonker and Volgenant, "A shortest augmenting path algorithm for dense and sparse
linear assignment problems", Computing 38, 1987). It is written out here since what there is to use is either dense
(each missing pair would be a cell), or compiled and large (scipy, 0.46 s to import), for eighty lines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from heapq import heappop, heappush

SLACK = 1e-12
"""What rounding may make of a reduced cost of zero."""


def assign(weights: Sequence[Mapping[int, float]]) -> list[int | None]:
    """The column of each row, or None, so that the sum of the weights is the greatest and no column is taken twice.

    weights: for each row the columns that it may take, with what they weigh. Nothing of weight 0 or less is taken.
    Takes O(n m log m) steps for n rows and m pairs at worst, about O(m log m) where rows seldom compete.
    """
    state = _Prices([{j: w for j, w in row.items() if w > 0} for row in weights])
    for row in range(len(weights)):
        state.place(row)
    return [state.column_of.get(row) for row in range(len(weights))]


def assign_in_order(weights: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """Pairs of rows and columns, both rising, so that the sum of the weights is the greatest (Needleman and Wunsch, "A
    general method applicable to the search for similarities in the amino acid sequence of two proteins", 1970).

    weights: a row of equal length for each row. Nothing of weight 0 is taken. Takes O(n m) steps.
    """
    rows, columns = len(weights), len(weights[0]) if weights else 0
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for a in range(rows - 1, -1, -1):
        for b in range(columns - 1, -1, -1):
            best[a][b] = max(best[a + 1][b], best[a][b + 1], weights[a][b] + best[a + 1][b + 1])
    found = []
    a = b = 0
    while a < rows and b < columns:
        if weights[a][b] and best[a][b] == weights[a][b] + best[a + 1][b + 1]:
            found.append((a, b))
            a, b = a + 1, b + 1
        elif best[a][b] == best[a + 1][b]:
            a += 1
        else:
            b += 1
    return found


class _Prices:
    """The rows that have their place so far, with the prices (dual variables) that show that it is the best.

    For each pair the prices of its row and its column add up to its weight or more, to just that where the pair is
    taken; what stays alone has the price 0.
    """

    def __init__(self, rows: Sequence[Mapping[int, float]]) -> None:
        self.rows = rows
        self.row_price = [max(row.values(), default=0.0) for row in rows]
        self.column_price: dict[int, float] = {}
        self.row_of: dict[int, int] = {}
        self.column_of: dict[int, int] = {}

    def place(self, start: int) -> None:
        """Give one more row its place, moving others on where that weighs more (Dijkstra on reduced costs).

        The path ends at a free column, or at a row that is better left alone.
        """
        row_distance = {start: 0.0}
        column_distance: dict[int, float] = {}
        came_from: dict[int, int] = {}
        settled: set[int] = set()
        heap: list[tuple[float, int]] = []
        row, so_far = start, 0.0
        alone, best = start, self.row_price[start]
        end: int | None = None
        while True:
            for column, weight in self.rows[row].items():
                step = self.row_price[row] + self.column_price.get(column, 0.0) - weight
                distance = so_far + (step if step > SLACK else 0.0)
                if column not in settled and distance < column_distance.get(column, best):
                    column_distance[column], came_from[column] = distance, row
                    heappush(heap, (distance, column))
            while heap and heap[0][1] in settled:
                heappop(heap)
            if not heap or heap[0][0] >= best:
                break
            so_far, column = heappop(heap)
            settled.add(column)
            if column not in self.row_of:
                end, best = column, so_far
                break
            row = self.row_of[column]
            row_distance[row] = so_far
            if so_far + self.row_price[row] < best:
                alone, best = row, so_far + self.row_price[row]
        for row, distance in row_distance.items():
            self.row_price[row] -= best - distance
        for column in settled:
            self.column_price[column] = self.column_price.get(column, 0.0) + best - column_distance[column]
        if end is None and alone != start:
            end = self.column_of.pop(alone)
        self._shift(start, end, came_from)

    def _shift(self, start: int, end: int | None, came_from: Mapping[int, int]) -> None:
        """Carry out a path from its end: each row on it takes the column after it and leaves the one before."""
        while end is not None:
            row = came_from[end]
            before = self.column_of.get(row) if row != start else None
            self.row_of[end], self.column_of[row] = row, end
            end = before
