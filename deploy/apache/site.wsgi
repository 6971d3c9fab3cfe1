"""What mod_wsgi loads: the site as :mod:`hallofshame.wsgi` makes it."""

from hallofshame.wsgi import application

__all__ = ["application"]
