"""Run by Alembic for every command: applies revisions over the connection that ``store.schema`` opened."""

from __future__ import annotations

from alembic import context

from hallofshame.store.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transactional_ddl=context.config.attributes["connection"].dialect.name == "sqlite",
    render_as_batch=True,
)
context.run_migrations()
