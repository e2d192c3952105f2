"""Live viewer profiles: the domain. No Lambda and no CDK in here."""
