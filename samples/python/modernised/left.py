# -*- coding: utf-8 -*-
from __future__ import print_function

import logging

log = logging.getLogger(__name__)

KINDS = set(['book', 'film', 'record'])


class Catalogue(object):
    """All that the library lends."""

    def __init__(self, path, limit=None):
        super(Catalogue, self).__init__()
        self.path = path
        self.limit = limit
        self.items = list()
        self.index = dict()

    def add(self, key, kind):
        if not kind in KINDS:
            raise ValueError('unknown kind: {}'.format(kind))
        if self.limit is not None and len(self.items) >= self.limit:
            raise ValueError('{0} is full ({1} items)'.format(self.path, self.limit))
        self.items.append(key)
        self.index[key] = kind
        log.debug(u'added %s', key)

    def load(self):
        try:
            stream = open(self.path, 'r')
        except IOError:
            return False
        with stream:
            for line in stream:
                key, kind = line.split()
                self.add(key, kind)
        return True
