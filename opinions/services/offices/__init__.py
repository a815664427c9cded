"""What departments do beside the moves: their inbox, drafts, sample answers, answering by a link, extensions in one go.

Its modules are imported one by one: `links` is below `move_opinion`, `answering` and `extensions` are above it.
"""
