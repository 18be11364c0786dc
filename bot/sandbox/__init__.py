"""A faithful GitHub, package index and Sigstore on one machine, for the demo and for the tests.

The bot runs against it unchanged, over real HTTP with signed webhooks. Nothing outside this package and the command
line knows that it exists, and nothing in here imports the bot's other rooms: a mistake in the bot must not be able to
hide behind the same mistake in the world it is tested against.

Where things live:

* ``world`` and ``state/``: everything GitHub remembers, as plain data;
* ``acts/``: what can happen to it, each act with the webhooks that follow from it;
* ``shapes/``: how GitHub words an object in JSON;
* ``http``, ``permissions``, ``rest/``, ``graph/``: how a program asks for it;
* ``github`` puts those together into one function, ``server`` mounts that on a port, ``deliverer`` posts the webhooks;
* ``people`` is what humans do, ``faults`` what goes wrong, ``acme`` the organisation of the demo;
* ``actions/``, ``index/`` and ``sigstore`` run the workflows, take the uploads and sign them;
* ``sandbox`` puts all of it together, as functions for tests and on ports for the demo.
"""
