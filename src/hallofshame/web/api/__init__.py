"""The endpoints under ``/api``, one module per subject: what each takes, and which rows it answers."""
