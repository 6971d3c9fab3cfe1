"""The administrator's part: the API under ``/api/admin`` and the page ``/admin``, open to keys alone."""
