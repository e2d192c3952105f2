"""What an operator runs from their own machine against a deployed stage."""
