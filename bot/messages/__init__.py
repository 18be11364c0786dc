"""Every sentence the bot says, and how foreign text is shown in it. Pure.

``text`` escapes, ``markers`` finds our comments again, ``reasons`` has a sentence and a fix for each reason code; the
others each render one kind of message: ``pull``, ``status``, ``check``, ``prompts``, ``outcome``, ``replies``.
"""
