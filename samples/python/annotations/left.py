def count_words(text, shortest=1):
    counts = {}
    for word in text.lower().split():
        if len(word) >= shortest:
            counts[word] = counts.get(word, 0) + 1
    return counts


def most_frequent(counts: dict[str, int], otherwise: str) -> str:
    return max(counts, key=counts.__getitem__, default=otherwise)
