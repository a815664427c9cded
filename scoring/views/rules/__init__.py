"""Pages of a year's scheme: how points are counted, versions, waivers, terms and bands."""
