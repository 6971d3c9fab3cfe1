"""The whole API against its own OpenAPI description, asked sensibly and not."""
