"""The figures that count, measured side by side with a consumer shaped like the one this product replaces."""
