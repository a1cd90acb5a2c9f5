import os, time
class Cache(object):
    def __init__(self, folder, max_age = 3600):
        self.folder = folder
        self.max_age = max_age
    def path(self, key):
        return os.path.join(self.folder, key.replace('/', '_') + '.json')
    def fresh(self, key):
        try: modified = os.path.getmtime(self.path(key))
        except OSError: return False
        return time.time() - modified > self.max_age
    def prune(self):
        removed = 0
        for name in os.listdir(self.folder):
            if not name.endswith('.json'): continue
            full = os.path.join(self.folder, name)
            if time.time() - os.path.getmtime(full) > self.max_age:
                os.remove(full); removed = removed + 1
        return removed
