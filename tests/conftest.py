"""Settings that hold for every test."""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "default",
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
# `make test-slow` and `make test-thorough`: the same properties over 1,000 and 20,000 examples in place of 50.
settings.register_profile("slow", settings.get_profile("default"), max_examples=1_000)
settings.register_profile("thorough", settings.get_profile("default"), max_examples=20_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))
