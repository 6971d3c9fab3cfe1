"""The description of the API for readers: its pages, with an example of every answer."""
