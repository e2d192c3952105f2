"""Live viewer profiles: the domain. No Lambda and no CDK in here."""

__version__ = "0.1.0"  # of the whole repository; CHANGELOG.md says what changed
