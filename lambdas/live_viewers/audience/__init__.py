"""How many watch now, and who watched by minute: counted behind the stream, exactly once."""
