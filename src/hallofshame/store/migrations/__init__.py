"""The schema's history: one Alembic revision per step, each with a working way back."""
