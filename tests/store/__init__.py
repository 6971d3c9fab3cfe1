"""Tests of the SQL store, on SQLite and MariaDB alike."""
