"""Exports: JSON lines for offline analysis (SPEC S1.6, S3.24). Ask with `parse_export`, do with `export`."""
