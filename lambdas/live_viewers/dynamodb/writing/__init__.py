"""How a batch's sessions are written: its steps (session_writer), the rounds of its sessions (batch_writer),
a session's part in them (session_write), then ads and timeline rows."""
