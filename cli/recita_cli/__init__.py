"""The ``recita`` command line."""
