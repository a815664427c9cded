"""The register of visits: entering, keeping, and seeing who came. Logs enter visits too, so import from the modules."""
