"""The jobs: collect, roll up, rebuild, ingest, export, sync, repair. Only here do feeds and store meet."""
