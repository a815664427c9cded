"""Pages of the register of visits: the list, adding one, one visit with its acts, its form on paper."""
