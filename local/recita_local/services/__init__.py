"""AWS services the laptop answers itself; one package each: `api.py` is the wire, `engine.py` the work."""
