"""How much hypothesis tries: little on every run, much at night (HYPOTHESIS_PROFILE=nightly).

The everyday run tries the same examples each time, so that it fails for a change and not by
chance; the night looks for new ones. How slow or how picky a draw is says more about a busy
machine and a strict domain than about the code, so neither fails a test.
"""

import os

from hypothesis import HealthCheck, settings

PATIENT = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]

settings.register_profile(
    "dev", max_examples=25, deadline=None, derandomize=True, suppress_health_check=PATIENT
)
settings.register_profile(
    "nightly", max_examples=3000, deadline=None, suppress_health_check=PATIENT
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))
