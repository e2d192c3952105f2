"""The AWS side of Live viewer profiles: one stack, wired from the constructs beside it. Knows no domain code."""
