"""The pages in a real browser: Chromium on the demonstration."""
