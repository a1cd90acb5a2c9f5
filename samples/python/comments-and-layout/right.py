import re

# Words are found in lower-cased text.
WORD = re.compile("[a-z]+")
STOP = frozenset(
    {
        "a",
        "an",
        "the",
    }
)


def count_words(
    text,
    limit=10,
    skip=STOP,
):
    counts = {}
    for word in WORD.findall(text.lower()):
        if word in skip:
            continue
        counts[word] = counts.get(word, 0) + 1

    # Most frequent first; words that are equally frequent by alphabet.
    ranked = sorted(
        counts.items(),
        key=lambda pair: (-pair[1], pair[0]),
    )
    return ranked[:limit]


def report(text):
    for word, count in count_words(text):
        print("%-12s %d" % (word, count))
