"""The jobs: collect, roll up, rebuild, ingest, export, sync, repair. The only place where feeds and store meet."""
