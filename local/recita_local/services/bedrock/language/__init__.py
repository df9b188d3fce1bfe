"""What the language engine can do with a text; imported in the engine's process only."""
