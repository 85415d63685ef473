"""The conversation that the kernel holds: turns keyed by cell, and the exchange that makes one."""
