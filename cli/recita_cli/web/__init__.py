"""``recita console``: a stack's documents in a browser, served on the loopback interface."""
