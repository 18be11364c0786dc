"""The demo's pages: a GitHub one can look at and click on, around a world in which the real bot works.

Where things live:

* ``show`` makes worlds, one after the other, and serves them until somebody presses Ctrl-C;
* ``house`` is what the pages hold on to: the world that is shown now, and the wish for another one;
* ``player`` plays the story at reading speed;
* ``server`` listens; ``guard`` keeps strangers and foreign pages out; ``visit`` is one request and who makes it;
* ``views/`` look at a world and say what is to be shown, ``doings`` is what a visitor does to it;
* ``markdown``, ``timeline``, ``differences``, ``logs`` and ``marks`` turn what GitHub remembers into what people read;
* ``templates/`` and ``assets/`` are how it looks. Nothing is loaded from elsewhere.
"""
