"""Who talks to whom, in which session: read from a request's address, headers and JSON, and from nothing else."""
