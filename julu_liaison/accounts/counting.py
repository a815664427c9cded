"""Throttles that count in one step: DRF's own read a list and write it back, and of fifty requests at once fifty get in."""

from rest_framework.throttling import SimpleRateThrottle, UserRateThrottle


class CountingThrottle(SimpleRateThrottle):
    """Give a `scope`, a `rate` such as `120/min` and `get_cache_key`. A period begins with its first request; what is refused
    counts, too."""

    cache_format = "counted_%(scope)s_%(ident)s"

    def allow_request(self, request, view) -> bool:
        self.key = None if self.rate is None else self.get_cache_key(request, view)
        if self.key is None:
            return True
        return self._counted() <= self.num_requests

    def wait(self) -> float:
        """Seconds until the period ends."""
        ends = self.cache.get(f"{self.key}:ends")
        return max(1.0, ends - self.timer()) if ends else float(self.duration)

    def _counted(self) -> int:
        """How many there have been with this one."""
        if self.cache.add(self.key, 1, self.duration):
            self.cache.set(f"{self.key}:ends", self.timer() + self.duration, self.duration)
            return 1
        try:
            return self.cache.incr(self.key)
        except ValueError:  # the period has ended between the two
            self.cache.add(self.key, 1, self.duration)
            return 1


class CountingByUser(CountingThrottle, UserRateThrottle):
    """By account; DRF's setting of the scope `user` is the rate."""
