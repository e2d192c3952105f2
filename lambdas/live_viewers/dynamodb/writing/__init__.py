"""How a batch's sessions are written: slices of a batch (session_writer), their rounds (slice_writer), a session's
part in them (session_write)."""
