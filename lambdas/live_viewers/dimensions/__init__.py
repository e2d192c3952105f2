"""Dimensions: what viewers differ in (country, device, app, ...), as a stage defines them."""
