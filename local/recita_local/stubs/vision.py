"""A vision engine that sees nothing of note."""

from __future__ import annotations

from recita_local.services.rekognition.seeing import Face, Sight, Surface


class Engine:
    """See :class:`recita_local.services.rekognition.engine.VisionEngine`."""

    def see(self, data: bytes) -> Sight:  # noqa: ARG002 - the engine's own
        """A blank sheet."""
        surface = Surface(paper=1.0, letters=0, letter_share=0.0, foliage=0.0)
        return Sight((0.0,) * 1000, (), (), surface, short_side=500)

    def faces(self, data: bytes) -> tuple[Face, ...]:  # noqa: ARG002 - as above
        """Nobody."""
        return ()

    def explicit_score(self, data: bytes) -> float:  # noqa: ARG002 - as above
        """Nothing to worry about."""
        return 0.01
