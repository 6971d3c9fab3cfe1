"""What a request may ask: one declaration reads a parameter, refuses bad values, and is its OpenAPI."""
