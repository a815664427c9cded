"""Pages of the activities app; each address names its module (see `activities.urls`)."""
