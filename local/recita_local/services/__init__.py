"""AWS services the laptop answers itself: ``api.py`` is the wire, ``engine.py`` the work."""
