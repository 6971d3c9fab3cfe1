"""``python -m hallofshame`` is the ``hallofshame`` command."""

from hallofshame.cli import main

main()
