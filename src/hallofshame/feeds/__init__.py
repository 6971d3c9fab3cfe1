"""Outside sources, one module each, all with the signature of :class:`hallofshame.feeds.base.LiveFeed`."""
