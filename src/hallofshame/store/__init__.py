"""The SQL store: models, migrations, sessions and the queries of every job and page."""
