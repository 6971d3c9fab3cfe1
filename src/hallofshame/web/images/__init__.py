"""Pictures made here: social cards and app icons (PNG), and badges to embed elsewhere (SVG)."""
