import re
WORD = re.compile('[a-z]+')   # lower case only
STOP = frozenset({'a', 'an', 'the'})
def count_words(text, limit=10, skip=STOP):
    counts = {}
    for word in WORD.findall(text.lower()):
        if word in skip: continue
        counts[word] = counts.get(word, 0)+1
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return ranked[:limit]  # noqa
def report(text):
    for word, count in count_words(text): print('%-12s %d' % (word, count))
