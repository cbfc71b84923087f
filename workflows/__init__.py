"""When: one file per life cycle. No rules, no I/O; this file imports nothing on purpose."""
