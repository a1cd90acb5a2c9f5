def count_words(text: str, shortest: int = 1) -> dict[str, int]:
    counts: dict[str, int] = {}
    for word in text.lower().split():
        if len(word) >= shortest:
            counts[word] = counts.get(word, 0) + 1
    return counts


def most_frequent(counts: dict[str, int], otherwise: str | None) -> str:
    return max(counts, key=counts.__getitem__, default=otherwise)
