"""Pages of the desk: registering an opinion, look-alikes, one move for many tickets, lists that are handed over."""

from opinions.views.desks.bulk import bulk, bulk_outcome
from opinions.views.desks.importing import import_opinions
from opinions.views.desks.registering import my_opinion_new, opinion_new
from opinions.views.desks.similar import similar

__all__ = ["bulk", "bulk_outcome", "import_opinions", "my_opinion_new", "opinion_new", "similar"]
